"""The parameters of the scenario language: every field of every statement, and the values it must take.

A domain lists classes of values, as `classes` names them. The empty, zero, falsy and boundary ones are among
them, and those that a lossy serialiser changes. A test holds `PARAMETERS` against the typed statements, so
that a new field has a domain or is said to be no parameter.
"""

from __future__ import annotations

from typing import Final

JSON: Final = (
    "null",
    "false",
    "true",
    "zero",
    "one",
    "negative",
    "integer",
    "large integer",
    "fraction",
    "empty text",
    "text",
    "not ASCII",
    "empty list",
    "list",
    "empty object",
    "object",
)
"""What JSON can say. A number that is whole but written with a fraction is none of ours: YAML reads it so."""

ABSENT: Final = "absent"
COMPUTED: Final = "computed"  # by an expression that reads more than the execution's input

NAME: Final = (ABSENT, "text", "long text", COMPUTED)
TEXT: Final = ("text", "not ASCII")
"""An empty one, which SDKs and the service put words of their own for, is asked for once, below."""
FLAG: Final = (ABSENT, "true", "false")
COUNT: Final = ("one", "integer")
UNIT: Final = ("seconds", "minutes", "hours", "days")
AMOUNT: Final = ("one", "integer", COMPUTED)
JITTER: Final = (ABSENT, "NONE", "FULL", "HALF")
RETRY: Final = (ABSENT, "none", "default", "linear-preset", "exponential", "linear", "delays", "fixed")
SERIALISERS: Final = (
    ABSENT,
    "upper",
    "upper-read",
    "upper-json",
    "json",
    "wrap",
    "prefix",
    "number",
    "epoch",
    "nothing",
)
"""Those that fail end the invocation in one SDK, wherever they stand: they are asked for once, below."""
READERS: Final = (ABSENT, "upper-read", "upper-json", "json", "wrap", "prefix", "number")
"""Of a callback, whose result nobody of ours writes."""
BATCH_SERIALISERS: Final = (ABSENT, "opserde")
NESTING: Final = (ABSENT, "NESTED", "FLAT")
LIMIT: Final = (ABSENT, "one", "integer")

BATCH: Final = {
    "nesting": NESTING,
    "max_concurrency": LIMIT,
    "completion": (ABSENT, "given"),
    "completion.min_successful": (ABSENT, "one", "integer"),
    "completion.tolerated_failure_count": (ABSENT, "zero", "one", "integer"),
    "completion.tolerated_failure_percentage": (ABSENT, "zero", "integer", "fraction"),
    "complete_when": (ABSENT, "given"),
    "complete_when.outcome": ("SUCCEEDED", "FAILED"),
    "serdes": BATCH_SERIALISERS,
    "item_serdes": (ABSENT, "upper", "json", "wrap", "prefix"),
    "summary": (ABSENT, "text", COMPUTED),
}
BODY: Final = {
    "body": ("returns", "raises"),
    "body.returns": JSON,
    "body.raises.type": ("text",),
    "body.raises.message": (*TEXT, "integer", "object"),
    "body.logs": (ABSENT, "one", "several"),
}
STRATEGY: Final = {
    "retry.exponential.attempts": COUNT,
    "retry.exponential.initial.unit": ("seconds", "minutes"),
    "retry.exponential.max.unit": ("seconds", "minutes"),
    "retry.exponential.rate": ("one", "integer", "fraction"),
    "retry.exponential.jitter": JITTER,
    "retry.exponential.errors": (ABSENT, "one", "several"),
    "retry.exponential.types": (ABSENT, "one", "several"),
    "retry.linear.attempts": COUNT,
    "retry.linear.increment.unit": ("seconds", "minutes"),
    "retry.delays": ("one", "several"),
    "retry.fixed.attempts": COUNT,
}

PLACED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "step": {
        "name": NAME,
        "attempts": ("one", "several"),
        "semantics": (ABSENT, "at-least-once", "at-most-once"),
        "retry": RETRY,
        "serdes": SERIALISERS,
        **BODY,
        "body.raises.cause": (ABSENT, "given"),
        **STRATEGY,
    },
    "wait": {"name": NAME, "duration.unit": UNIT, "duration.amount": AMOUNT},
    "child": {
        "name": NAME,
        "virtual": (ABSENT, "true", "false", COMPUTED),
        "sub_type": (ABSENT, "text"),
        "serdes": SERIALISERS,
        "summary": (ABSENT, "text", COMPUTED),
    },
    "map": {
        "name": NAME,
        "items": ("empty list", "list", COMPUTED),
        "item_name": (ABSENT, COMPUTED),
        **BATCH,
    },
    "parallel": {
        "name": NAME,
        "branches": ("zero", "one", "integer"),
        "branch.name": (ABSENT, "text"),
        **BATCH,
    },
    "callback": {
        "name": NAME,
        "timeout": (ABSENT, *UNIT),
        "heartbeat_timeout": (ABSENT, "seconds", "minutes"),
        "serdes": READERS,
    },
    "wait_for_callback": {
        "name": NAME,
        "attempts": ("one", "several"),
        "body": ("returns", "raises"),
        "timeout": (ABSENT, *UNIT),
        "heartbeat_timeout": (ABSENT, "seconds", "minutes"),
        "retry": (ABSENT, "none", "exponential", "linear", "delays", "fixed"),
        "serdes": (ABSENT, "upper-json", "json"),  # the rest below: one SDK has more read by it than another
    },
    "wait_for_condition": {
        "name": NAME,
        "initial": JSON,
        "until": ("true", "false", COMPUTED),
        "attempts": ("one", "several"),
        "body": ("returns", "raises"),
        "body.returns": JSON,
        "delays": (ABSENT, "one", "several"),
        "backoff": (ABSENT, "given"),
        "backoff.attempts": COUNT,
        "backoff.rate": ("one", "integer", "fraction"),
        "backoff.jitter": JITTER,
        "serdes": (ABSENT, "upper-json", "json", "wrap"),
    },
    "invoke": {
        "name": NAME,
        "function": ("text", COMPUTED),
        "payload": (ABSENT, *JSON),
        "tenant": (ABSENT, "text", COMPUTED),
        "payload_serdes": (ABSENT, "upper-json", "json", "wrap"),
        "result_serdes": (ABSENT, "upper-read", "upper-json", "json"),
    },
    "with_retry": {
        "name": NAME,
        "retry": ("none", "exponential", "linear", "delays", "fixed"),
        "wrap": FLAG,
        "virtual": FLAG,
    },
    "return": {"value": JSON},
    "raise": {
        "error": ("new", "again"),
        "error.message": (*TEXT, "integer", "object"),
        "error.cause": (ABSENT, "given"),
    },
    "log": {"message": (*TEXT, "object"), "level": ("debug", "info", "warning", "error"), "replay": FLAG},
    "note": {"value": ("null", "integer", "text", "object")},
    "throw_if_error": {"batch": ("text",)},
    "if": {"condition": ("true", "false", COMPUTED)},
}
"""By statement, what stands in some context: each value in every kind of place."""

AROUND: Final[dict[str, tuple[str, ...]]] = {
    "input": (ABSENT, *JSON),
    "function": ("durable", "plain", "unknown", "timeout"),
    "function.outcome": ("returns", "raises", "nothing"),
    "outside": ("succeed", "fail", "heartbeat", "stop"),
    "outside.target": ("callback", "of", "nth", "execution"),
    "outside.after": ("zero", "one", "integer"),
    "outside.payload": (ABSENT, *JSON),
    "outside.raw": (ABSENT, "empty text", "text", "not ASCII"),
    "outside.error.type": (ABSENT, "text"),
    "outside.error.message": (ABSENT, "empty text", "text", "not ASCII"),
    "outside.error.data": (ABSENT, "empty text", "text"),
    "outside.error.stack": (ABSENT, "given"),
    "fault": (
        "crash-before",
        "crash-after",
        "lose-response",
        "error",
        "throttle",
        "stale-token",
        "no-token",
        "oversize",
        "delay",
        "paginate",
        "no-state",
    ),
    "fault.where": ("run", "checkpoint", "of", "state"),
    "fault.action": (ABSENT, "START", "RETRY", "SUCCEED", "FAIL"),
    "fault.times": ("one", "integer"),
    "expect": ("status", "result", "error", "operations", "invocations", "bodies", "any_of"),
    "expect.status": ("SUCCEEDED", "FAILED", "STOPPED"),  # the execution itself has all the time in the world
    "step.body.crashes": ("quiet", "started"),
    "wait_for_callback.serdes": ("upper-read", "wrap", "prefix", "number"),
    "body.after": (ABSENT, "running", "ended", "checkpointed"),  # needs something beside it
    "name": ("empty text",),  # beyond what the service takes: SDKs differ in what they make of it
    "message": ("empty text",),
    "serialiser that fails": (
        "step",
        "child",
        "map",
        "callback",
        "wait_for_callback",
        "wait_for_condition",
        "invoke",
    ),
    "on_root": ("given",),
    "body.do": ("given",),
}
"""What stands around a handler, or can stand in one way only: each value once."""

NEVER_REPLAYED: Final = {("return.value", "root"): "what returns at the root ends the execution"}
"""Parameters and places that nothing replays, each with its reason."""

PLACES: Final = ("root", "real child", "virtual child", "FLAT branch", "NESTED branch")

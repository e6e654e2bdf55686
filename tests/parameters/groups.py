"""What the generated scenarios do: a group is statements that take one kind of parameter through its values.

A group gives statements that can stand in any context, and what they come to. Names within a group are unlike
each other, so that outside actors and findings can tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Statement = dict[str, Any]

VALUES: dict[str, Any] = {
    "null": None,
    "false": False,
    "true": True,
    "zero": 0,
    "one": 1,
    "negative": -7,
    "integer": 42,
    "large": 2**53 - 1,
    "fraction": 0.5,
    "empty-text": "",
    "text": "a b",
    "not-ascii": "grüße, 世界 🌍",
    "empty-list": [],
    "list": [1, "x", None],
    "empty-object": {},
    "object": {"a": 1, "b": [True, {}]},
}
"""An example of every class of JSON value."""

COMPUTED = {"$eval": "word"}
"""What a run alone knows: `word` is bound before every group."""
LONGEST = "longest-" + "x" * 248
"""A name of as many characters as the service takes."""
LONGEST_GROUP = LONGEST[:-10]
"""And of a retried group, whose waits have a longer name."""
BOOM = {"type": "Boom", "message": "not yet"}


@dataclass(frozen=True)
class Group:
    """Statements, what they bind as text of a list for `return`, and what must stand around them."""

    what: str  # for the title: "steps that return every kind of JSON value"
    covers: tuple[str, ...]
    statements: tuple[Statement, ...]
    bound: tuple[str, ...] = ()
    wanted: tuple[Any, ...] | None = None  # the values of what is bound, where they are the scenario's to say
    outside: tuple[dict[str, Any], ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)
    anywhere: bool = True  # whether it is for every place, or for the root alone


def _ident(name: str) -> str:
    return "v_" + name.replace("-", "_")


def step_values() -> Group:
    """Steps that return each value."""
    return Group(
        "steps that return every kind of JSON value give it again on replay",
        ("step-result-checkpointed", "serdes-json", "replay-cached-result"),
        tuple(
            {"step": {"name": name, "returns": value, "as": _ident(name)}} for name, value in VALUES.items()
        ),
        tuple(map(_ident, VALUES)),
        tuple(VALUES.values()),
    )


def conditions() -> Group:
    """Conditions over each value, as their first state and as their last."""
    made = [
        {
            "wait_for_condition": {
                "name": name,
                "initial": value,
                "check": {"attempts": [{"returns": {"$eval": "state"}}, {"returns": value}]},
                "until": {"$eval": "attempt == 2"},
                "delay": 1,
                "as": _ident(name),
            }
        }
        for name, value in VALUES.items()
    ]
    return Group(
        "conditions whose state is every kind of JSON value keep it from one poll to the next",
        ("condition-as-step", "serdes-json", "replay-cached-result"),
        tuple(made),
        tuple(map(_ident, VALUES)),
        tuple(VALUES.values()),
    )


def condition_options() -> Group:
    """Conditions with every way to wait."""
    again = {"attempts": [{"returns": 1}, {"returns": 2}]}
    made: list[Statement] = []
    for name, options in {
        "delays": {"delays": [1, {"minutes": 2}]},
        "back-off": {
            "backoff": {"attempts": 3, "initial": 2, "max": {"minutes": 1}, "rate": 1, "jitter": "NONE"}
        },
        "back-off-rate": {"backoff": {"initial": 2, "rate": 2, "jitter": "NONE"}},
        "back-off-fraction": {"backoff": {"initial": 2, "rate": 1.5, "jitter": "NONE"}},
        "back-off-full": {"backoff": {"initial": 4, "rate": 1, "jitter": "FULL"}},
        "back-off-half": {"backoff": {"initial": 4, "rate": 1, "jitter": "HALF"}},
        "back-off-plain": {"backoff": {"initial": 2}},
    }.items():
        until = {"$eval": "state == 2"}
        made.append(
            {"wait_for_condition": {"name": name, "initial": 0, "check": again, "until": until, **options}}
        )
    once = {
        "wait_for_condition": {"initial": 0, "check": {"returns": 1}, "until": {"$eval": "true"}, "delay": 1}
    }
    backoff = {"attempts": 1, "initial": 1, "jitter": "NONE"}
    limited = {"name": "only-once", "initial": 0, "check": {"returns": 1}, "until": {"$eval": "false"}}
    fails = {"name": "fails", "initial": 0, "check": {"raises": BOOM}, "until": {"$eval": "true"}, "delay": 1}
    made += [once, {"wait_for_condition": once["wait_for_condition"] | {"name": LONGEST}}]
    made += [{"wait_for_condition": once["wait_for_condition"] | {"name": COMPUTED}}]
    for serdes, value in (("upper-json", "ab"), ("json", "ab"), ("wrap", "ab")):
        options = {"name": serdes, "initial": value, "check": {"returns": value}, "serdes": serdes}
        made.append({"wait_for_condition": options | {"until": {"$eval": "attempt == 2"}, "delay": 1}})
    made.append(_caught({"wait_for_condition": limited | {"backoff": backoff}}))
    made.append(_caught({"wait_for_condition": fails}))
    return Group(
        "conditions that wait in every way, end at once, fail, and have every kind of name",
        ("condition-as-step", "serdes-custom"),
        tuple(made),
    )


def _caught(*statements: Statement) -> Statement:
    return {"try": [*statements], "catch": [{"note": "caught"}]}


def retries() -> Group:
    """Steps that are retried by every kind of strategy."""
    again = [{"raises": BOOM}, {"returns": 1}]
    made: list[Statement] = []
    plain = {"attempts": 3, "initial": 2, "max": {"minutes": 1}, "rate": 1, "jitter": "NONE"}
    for name, retry in {
        "by-default": None,
        "preset-default": "default",
        "preset-linear": "linear",
        "exponential": {"exponential": plain},
        "exponential-rate": {"exponential": plain | {"rate": 2, "initial": {"minutes": 1}, "max": 90}},
        "exponential-fraction": {"exponential": {"initial": 2, "rate": 1.5, "jitter": "NONE"}},
        "exponential-full": {"exponential": {"initial": 4, "rate": 1, "jitter": "FULL"}},
        "exponential-half": {"exponential": {"initial": 4, "rate": 1, "jitter": "HALF"}},
        "exponential-plain": {"exponential": {"attempts": 2}},
        "by-message": {"exponential": plain | {"errors": ["not yet"]}},
        "by-messages": {"exponential": plain | {"errors": ["never", "not yet"]}},
        "by-type": {"exponential": plain | {"types": ["Boom"]}},
        "by-types": {"exponential": plain | {"types": ["Never", "Boom"]}},
        "linear": {"linear": {"attempts": 3, "initial": 2, "increment": 1, "max": 10, "jitter": "NONE"}},
        "linear-minutes": {
            "linear": {
                "attempts": 2,
                "initial": {"minutes": 1},
                "increment": {"minutes": 1},
                "jitter": "NONE",
            }
        },
        "one-delay": {"delays": [3]},
        "delays": {"delays": [1, {"minutes": 2}]},
        "fixed": {"fixed": {"delay": 2, "attempts": 3}},
    }.items():
        options = {"name": name, "attempts": again} | ({} if retry is None else {"retry": retry})
        made.append({"step": options})
    refused = {"exponential": {"attempts": 1, "jitter": "NONE"}}
    for name, retry in {
        "none": "none",
        "one-attempt": refused,
        "linear-once": {"linear": {"attempts": 1, "initial": 1, "increment": 1, "jitter": "NONE"}},
        "fixed-once": {"fixed": {"delay": 1, "attempts": 1}},
    }.items():
        made.append(_caught({"step": {"name": name, "raises": BOOM, "retry": retry}}))
    return Group(
        "steps are tried again as every kind of strategy says",
        ("step-retry", "step-result-checkpointed"),
        tuple(made),
    )


def step_options() -> Group:
    """Steps with every kind of name, semantics and serialiser, and logs in their bodies."""
    made: list[Statement] = [
        {"step": {"returns": 1}},
        {"step": {"name": LONGEST, "returns": 1}},
        {"step": {"name": COMPUTED, "returns": 1}},
        {"step": {"name": "at-least-once", "semantics": "at-least-once", "returns": 1}},
        {"step": {"name": "at-most-once", "semantics": "at-most-once", "returns": 1}},
        {"step": {"name": "one-line", "returns": 1, "logs": [{"message": "line"}]}},
        {
            "step": {
                "name": "two-lines",
                "returns": 1,
                "logs": [{"message": "line"}, {"message": "another", "level": "error"}],
            }
        },
    ]
    for serdes, value in (
        ("upper", "ab"),
        ("upper-read", "ab"),
        ("upper-json", "ab"),
        ("json", {"a": ["b"]}),
        ("wrap", "ab"),
        ({"prefix": "p:"}, "ab"),
        ("number", 3),
        ("epoch", "ab"),
        ("nothing", "ab"),
    ):
        name = serdes if isinstance(serdes, str) else "prefix"
        made.append({"step": {"name": name, "returns": value, "serdes": serdes}})
    return Group(
        "steps with every kind of name, semantics and serialiser",
        ("step-unique-id", "serdes-custom", "step-at-most-once"),
        tuple(made),
    )


def errors() -> Group:
    """Errors with every kind of message, of steps and of the program itself."""
    made: list[Statement] = [{"let": {"seen": []}}]
    keep = {"let": {"seen": {"$flatten": [{"$eval": "seen"}, [{"$eval": "e.message"}]]}}}
    messages = {
        "text": "a b",
        "not-ascii": "grüße 🌍",
        "integer": {"$eval": "42"},
        "object": {"$merge": [{"a": 1}]},
    }
    for name, message in messages.items():
        error = {"type": "Boom", "message": message}
        made.append({"try": [{"step": {"name": name, "raises": error, "retry": "none"}}], "catch": [keep]})
        made.append({"try": [{"raise": error}], "catch": [keep]})
    caused = {"type": "Caused", "message": "by another", "cause": "e"}
    made.append(
        {
            "try": [{"step": {"name": "first", "raises": BOOM, "retry": "none"}}],
            "catch": [
                {
                    "try": [{"step": {"name": "caused", "raises": caused, "retry": "none"}}],
                    "catch": [keep, {"try": [{"raise": caused}], "catch": [keep]}],
                }
            ],
        }
    )
    made.append({"try": [{"try": [{"raise": BOOM}], "catch": [{"raise": "e"}]}], "catch": [keep]})
    return Group(
        "errors with every kind of message, with a cause and raised again, are caught as they were raised",
        ("error-object", "step-result-checkpointed"),
        tuple(made),
        ("seen",),
    )


def waits() -> Group:
    """Waits of every unit, amount and name."""
    made: list[Statement] = [
        {"wait": {"name": "second", "seconds": 1}},
        {"wait": {"name": "minutes", "minutes": 2}},
        {"wait": {"name": "hours", "hours": 3}},
        {"wait": {"name": "days", "days": 365}},
        {"wait": {"name": "computed", "seconds": {"$eval": "len(word)"}}},
        {"wait": {"seconds": 5}},
        {"wait": {"name": LONGEST, "seconds": 5}},
        {"wait": {"name": COMPUTED, "seconds": 5}},
    ]
    return Group("waits of every unit, amount and kind of name", ("wait-seconds", "wait-replay"), tuple(made))


def children() -> Group:
    """Children with every option."""
    made: list[Statement] = []
    for name, options in {
        "plain": {},
        "virtual": {"virtual": True},
        "not-virtual": {"virtual": False},
        "computed-virtual": {"virtual": {"$eval": "word == 'computed'"}},
        "sub-type": {"sub_type": "Custom"},
        "summary": {"summary": "short"},
        "computed-summary": {"summary": {"$eval": "str(len(result))"}},
        "upper": {"serdes": "upper"},
        "upper-read": {"serdes": "upper-read"},
        "upper-json": {"serdes": "upper-json"},
        "json": {"serdes": "json"},
        "wrap": {"serdes": "wrap"},
        "prefix": {"serdes": {"prefix": "p:"}},
        "epoch": {"serdes": "epoch"},
        "nothing": {"serdes": "nothing"},
    }.items():
        made.append({"child": {"name": name, "do": [{"return": "ab"}], **options}})
    made.append({"child": {"name": "number", "serdes": "number", "do": [{"return": 3}]}})
    made.append({"child": {"do": [{"return": 1}]}})
    made.append({"child": {"name": LONGEST, "do": [{"return": 1}]}})
    made.append({"child": {"name": COMPUTED, "do": [{"return": 1}]}})
    return Group(
        "children with every option, serialiser and kind of name",
        ("context-lifecycle", "context-nesting", "serdes-custom"),
        tuple(made),
    )


def _completions() -> dict[str, dict[str, Any]]:
    return {
        "one-success": {"completion": {"min_successful": 1}},
        "two-successes": {"completion": {"min_successful": 2}},
        "no-failure": {"completion": {"tolerated_failure_count": 0}},
        "one-failure": {"completion": {"tolerated_failure_count": 1}},
        "two-failures": {"completion": {"tolerated_failure_count": 2}},
        "no-percentage": {"completion": {"tolerated_failure_percentage": 0}},
        "percentage": {"completion": {"tolerated_failure_percentage": 50}},
        "fraction": {"completion": {"tolerated_failure_percentage": 33.5}},
        "hook": {"complete_when": {"when": {"$eval": "status.successCount == 1"}, "outcome": "SUCCEEDED"}},
        "hook-fails": {"complete_when": {"when": {"$eval": "status.failureCount == 1"}, "outcome": "FAILED"}},
        "item-upper": {"item_serdes": "upper"},
        "item-json": {"item_serdes": "json"},
        "item-wrap": {"item_serdes": "wrap"},
        "item-prefix": {"item_serdes": {"prefix": "p:"}},
        "opserde": {"serdes": "opserde"},
        "summary": {"summary": "short"},
        "computed-summary": {"summary": {"$eval": "str(result.totalCount)"}},
        "flat": {"nesting": "FLAT"},
        "nested": {"nesting": "NESTED"},
    }


def _may_fail(name: str) -> bool:
    return "failure" in name or "percentage" in name or name in ("fraction", "hook-fails")


def maps() -> Group:
    """Maps with every option."""
    made: list[Statement] = []
    for name, options in _completions().items():
        fails = {"if": {"$eval": "index == 1"}, "then": [{"raise": BOOM}]}
        do = ([fails] if _may_fail(name) else []) + [{"return": "ab"}]
        made.append(
            {"map": {"name": name, "items": ["a", "b", "c"], "max_concurrency": 1, "do": do, **options}}
        )
    do = [{"return": {"$eval": "item"}}]
    made += [
        {"map": {"name": "all-at-once", "items": [1, 2], "do": do}},
        {"map": {"name": "two-at-a-time", "items": [1, 2, 3], "max_concurrency": 2, "do": do}},
        {"map": {"name": "nothing", "items": [], "do": do}},
        {
            "map": {
                "name": "computed-items",
                "items": {"$eval": "[word, 1]"},
                "max_concurrency": 1,
                "do": do,
            }
        },
        {
            "map": {
                "name": "named-items",
                "items": [1, 2],
                "max_concurrency": 1,
                "item_name": "item ${item}",
                "do": do,
            }
        },
        {"map": {"items": [1], "do": do}},
        {"map": {"name": LONGEST, "items": [1], "do": do}},
        {"map": {"name": COMPUTED, "items": [1], "do": do}},
    ]
    return Group(
        "maps with every option, completion rule and kind of name",
        ("map-items", "batch-result", "completion-tolerated-count"),
        tuple(made),
    )


def parallels() -> Group:
    """Parallels with every option."""
    made: list[Statement] = []
    for name, options in _completions().items():
        second = [{"raise": BOOM}] if _may_fail(name) else [{"return": "ab"}]
        branches = [[{"return": "ab"}], second, [{"return": "ab"}]]
        made.append({"parallel": {"name": name, "max_concurrency": 1, "branches": branches, **options}})
    one = [[{"return": 1}]]
    made += [
        {"parallel": {"name": "all-at-once", "branches": [[{"return": 1}], [{"return": 2}]]}},
        {"parallel": {"name": "two-at-a-time", "max_concurrency": 2, "branches": [*one, *one, *one]}},
        {"parallel": {"name": "nothing", "branches": []}},
        {
            "parallel": {
                "name": "named",
                "max_concurrency": 1,
                "branches": [{"name": "left", "do": one[0]}, one[0]],
            }
        },
        {"parallel": {"branches": one}},
        {"parallel": {"name": LONGEST, "branches": one}},
        {"parallel": {"name": COMPUTED, "branches": one}},
    ]
    return Group(
        "parallels with every option, completion rule and kind of name",
        ("parallel-branches", "batch-result", "completion-tolerated-count"),
        tuple(made),
    )


def callbacks() -> Group:
    """Callbacks with every timeout, serialiser and kind of name."""
    made: list[Statement] = []
    outside: list[dict[str, Any]] = []
    given: list[tuple[dict[str, Any], str]] = [
        ({}, "ab"),
        ({"name": LONGEST}, "ab"),
        ({"name": COMPUTED}, "ab"),
        ({"name": "seconds", "timeout": 90, "heartbeat_timeout": 80}, "ab"),
        ({"name": "minutes", "timeout": {"minutes": 2}, "heartbeat_timeout": {"minutes": 1}}, "ab"),
        ({"name": "hours", "timeout": {"hours": 3}}, "ab"),
        ({"name": "days", "timeout": {"days": 4}}, "ab"),
        *(({"name": name, "serdes": serdes}, text) for name, serdes, text in READ),
    ]
    for number, (options, text) in enumerate(given, 1):
        bound = f"cb{number}"
        made += [{"callback": {**options, "as": bound}}, {"await": {"callback": bound, "as": f"got{number}"}}]
        outside.append({"nth": number, "after": 5, "succeed": {"raw": text}})
    return Group(
        "callbacks with every timeout, serialiser and kind of name",
        ("callback-timeouts", "callback-transitions", "serdes-custom"),
        tuple(made),
        outside=tuple(outside),
    )


READ = (
    ("upper-read", "upper-read", "ab"),
    ("upper-json", "upper-json", '"ab"'),
    ("json", "json", '{"a": 1}'),
    ("wrap", "wrap", '{"wrapped": 1}'),
    ("prefix", {"prefix": "p:"}, "p:ab"),
    ("number", "number", "42"),
)


def waits_for_callbacks() -> Group:
    """wait_for_callbacks with every timeout, retry, serialiser and kind of name."""
    made: list[Statement] = []
    outside: list[dict[str, Any]] = []
    again = {"attempts": [{"raises": BOOM}, {"returns": None}]}
    once = {"returns": None}
    longest = LONGEST[:-40]  # the names of what is inside are longer
    given: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        ({}, once, "ab"),
        ({"name": longest}, once, "ab"),
        ({"name": COMPUTED}, once, "ab"),
        ({"name": "seconds", "timeout": 90, "heartbeat_timeout": 80}, once, "ab"),
        ({"name": "minutes", "timeout": {"minutes": 2}, "heartbeat_timeout": {"minutes": 1}}, once, "ab"),
        ({"name": "hours", "timeout": {"hours": 3}}, once, "ab"),
        ({"name": "days", "timeout": {"days": 4}}, once, "ab"),
        ({"name": "none", "retry": "none"}, once, "ab"),
        (
            {"name": "exponential", "retry": {"exponential": {"initial": 2, "rate": 1, "jitter": "NONE"}}},
            again,
            "ab",
        ),
        (
            {
                "name": "linear",
                "retry": {"linear": {"attempts": 2, "initial": 2, "increment": 1, "jitter": "NONE"}},
            },
            again,
            "ab",
        ),
        ({"name": "delays", "retry": {"delays": [2]}}, again, "ab"),
        ({"name": "fixed", "retry": {"fixed": {"delay": 2, "attempts": 2}}}, again, "ab"),
        *(({"name": name, "serdes": serdes}, once, text) for name, serdes, text in READ[1:3]),
    ]
    for number, (options, submitter, text) in enumerate(given, 1):
        made.append({"wait_for_callback": {**options, "submitter": submitter, "as": f"got{number}"}})
        outside.append({"nth": number, "after": 15, "succeed": {"raw": text}})
    return Group(
        "wait_for_callbacks with every timeout, retry, serialiser and kind of name",
        ("callback-wait-for", "callback-timeouts", "serdes-custom"),
        tuple(made),
        outside=tuple(outside),
    )


def invokes() -> Group:
    """Invokes with every payload and option."""
    made: list[Statement] = [
        {"invoke": {"name": name, "function": "echo", "payload": value, "as": _ident(name)}}
        for name, value in VALUES.items()
    ]
    for name, options in {
        "payload-upper-json": {"payload_serdes": "upper-json"},
        "payload-json": {"payload_serdes": "json"},
        "payload-wrap": {"payload_serdes": "wrap"},
        "result-upper-read": {"result_serdes": "upper-read"},
        "result-upper-json": {"result_serdes": "upper-json"},
        "result-json": {"result_serdes": "json"},
        "tenant": {"tenant": "t1"},
        "computed-tenant": {"tenant": COMPUTED},
        "computed-function": {"function": {"$eval": "target"}},
    }.items():
        made.append({"invoke": {"name": name, "function": "echo", "payload": "ab", **options}})
    made += [
        {"invoke": {"function": "echo", "payload": 1}},
        {"invoke": {"name": LONGEST, "function": "echo", "payload": 1}},
        {
            "invoke": {
                "name": COMPUTED,
                "function": "echo",
                "payload": 1,
            }
        },
        {"invoke": {"name": "without", "function": "constant"}},
    ]
    return Group(
        "invokes with every kind of payload, serialiser, tenant and name",
        ("invoke-start", "invoke-result", "invoke-tenant"),
        tuple(made),
        tuple(map(_ident, VALUES)),
        tuple(VALUES.values()),
        functions={
            "echo": {"durable": False, "handler": [{"return": {"$eval": "input"}}]},
            "constant": {"durable": False, "handler": [{"return": 1}]},
        },
    )


def groups_retried() -> Group:
    """with_retry in every way."""
    made: list[Statement] = []
    fails = {"if": {"$eval": "attempt == 1"}, "then": [{"raise": BOOM}]}
    ways: dict[str, dict[str, Any]] = {
        "exponential": {"retry": {"exponential": {"initial": 2, "rate": 1, "jitter": "NONE"}}},
        "linear": {"retry": {"linear": {"attempts": 2, "initial": 2, "increment": 1, "jitter": "NONE"}}},
        "delays": {"retry": {"delays": [2]}},
        "fixed": {"retry": {"fixed": {"delay": 2, "attempts": 2}}},
        "wrapped": {"retry": {"delays": [2]}, "wrap": True},
        "unwrapped": {"retry": {"delays": [2]}, "wrap": False},
        "virtual": {"retry": {"delays": [2]}, "virtual": True},
        "not-virtual": {"retry": {"delays": [2]}, "virtual": False},
        LONGEST_GROUP: {"retry": {"delays": [2]}},
    }
    for name, options in ways.items():
        made.append({"with_retry": {"name": name, "do": [fails, {"return": 1}], **options}})
    made.append({"with_retry": {"name": "none", "do": [{"return": 1}], "retry": "none"}})
    made.append({"with_retry": {"do": [{"return": 1}], "retry": "none"}})
    computed = COMPUTED
    made.append({"with_retry": {"name": computed, "do": [{"return": 1}], "retry": "none"}})
    return Group("groups that are retried in every way", ("step-retry", "context-lifecycle"), tuple(made))


def returned() -> Group:
    """Values that leave contexts of each kind, and errors."""
    branches = [[{"return": value}] for value in VALUES.values()]
    children = [
        {
            "child": {
                "name": f"{kind}-{name}",
                "virtual": kind == "virtual",
                "do": [{"return": value}],
                "as": f"{kind}_{_ident(name)}",
            }
        }
        for kind in ("real", "virtual")
        for name, value in VALUES.items()
    ]
    bound = [f"{kind}_{_ident(name)}" for kind in ("real", "virtual") for name in VALUES]
    return Group(
        "children and branches that return every kind of JSON value give it again on replay",
        ("batch-result", "serdes-json", "replay-cached-result"),
        (
            *children,
            {
                "parallel": {
                    "name": "nested",
                    "max_concurrency": 1,
                    "nesting": "NESTED",
                    "branches": branches,
                    "as": "n",
                }
            },
            {
                "parallel": {
                    "name": "flat",
                    "max_concurrency": 1,
                    "nesting": "FLAT",
                    "branches": branches,
                    "as": "f",
                }
            },
        ),
        ("n.results", "f.results", *bound),
        ([*VALUES.values()], [*VALUES.values()], *VALUES.values(), *VALUES.values()),
    )


def functions() -> Group:
    """Durable functions that return each value, each in an execution of its own."""
    made = [
        {"invoke": {"name": name, "function": f"returns-{name}", "payload": 1, "as": _ident(name)}}
        for name in VALUES
    ]
    made.append(_caught({"invoke": {"name": "nobody", "function": "nobody", "payload": 1}}))
    targets: dict[str, Any] = {
        f"returns-{name}": {"handler": [{"wait": {"seconds": 1}}, {"return": value}]}
        for name, value in VALUES.items()
    }
    return Group(
        "invoked durable functions that return every kind of JSON value give it, on replay too",
        ("invoke-result", "output-succeeded", "serdes-json"),
        tuple(made),
        tuple(map(_ident, VALUES)),
        tuple(VALUES.values()),
        functions=targets | {"nobody": {"unknown": True}},
        anywhere=False,
    )


def answers() -> Group:
    """Callbacks that are answered with each value, as text, with nothing, and with errors."""
    made: list[Statement] = []
    outside: list[dict[str, Any]] = []
    bound: list[str] = []
    payloads = [{"succeed": {"payload": value}} for value in VALUES.values()]
    raws = [{"succeed": {"raw": text}} for text in ("", "a b", "grüße 🌍")]
    errors = [
        {"fail": None},
        {"fail": {"type": "Denied", "message": "", "data": ""}},
        {"fail": {"type": "Denied", "message": "grüße 🌍", "data": "7", "stack": ["line 1"]}},
    ]
    for number, answer in enumerate([*payloads, *raws, {"succeed": None}, *errors], 1):
        await_ = {"await": {"callback": f"cb{number}", "as": f"got{number}"}}
        made.append({"callback": {"name": f"callback-{number}", "as": f"cb{number}"}})
        made.append(_caught(await_) if "fail" in answer else await_)
        outside.append({"callback": f"callback-{number}", "after": number % 3, **answer})
        bound += [] if "fail" in answer else [f"got{number}"]
    return Group(
        "callbacks are answered with every kind of JSON value, text, nothing and error",
        ("callback-transitions", "error-object", "replay-cached-result"),
        tuple(made),
        tuple(bound),
        outside=tuple(outside),
        anywhere=False,
    )


def said() -> Group:
    """Logs and notes of every kind."""
    made: list[Statement] = [
        {"log": {"message": message, "level": level}}
        for message, level in (("", "debug"), ("a b", "info"), ("grüße 🌍", "warning"), ({"a": 1}, "error"))
    ]
    made += [{"log": {"message": "again", "replay": replay}} for replay in (True, False)]
    made += [{"note": value} for value in (None, 42, "ab", {"a": 1})]
    made.append({"if": {"$eval": "true"}, "then": [{"note": "then"}]})
    made.append({"if": {"$eval": "false"}, "then": [], "else": [{"note": "else"}]})
    made.append({"if": {"$eval": "word == 'computed'"}, "then": [{"note": "computed"}]})
    made.append({"map": {"name": "one", "items": [1], "do": [{"return": 1}], "as": "m"}})
    made.append({"throw_if_error": "m"})
    return Group("lines and notes of every kind", ("replay-stable-ids",), tuple(made))


GROUPS: dict[str, Callable[[], Group]] = {
    "step-values": step_values,
    "step-options": step_options,
    "retries": retries,
    "errors": errors,
    "waits": waits,
    "children": children,
    "maps": maps,
    "parallels": parallels,
    "callbacks": callbacks,
    "wait-for-callbacks": waits_for_callbacks,
    "conditions": conditions,
    "condition-options": condition_options,
    "invokes": invokes,
    "with-retry": groups_retried,
    "returned": returned,
    "said": said,
    "functions": functions,
    "answers": answers,
}
"""Every group by the name that its files have."""

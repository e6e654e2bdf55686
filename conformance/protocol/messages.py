"""The messages of the side channel, typed: what a harness sends, and what it gets.

Fields that a message need not have say so by their default. Nothing else may be in one: a harness that says
more than the protocol knows is told so at once, since it means something by it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType, ValidationError, json

from conformance.protocol.features import FEATURES, PROFILES

VERSION = 1
"""The protocol's version: raised when a harness that was right would no longer be."""

LONGEST_QUOTE = 300
"""Characters of a message that is refused that are quoted."""

StatementPlace = Annotated[str, Meta(min_length=1, description="a statement's `at`, as the program has it")]
Indexes = Annotated[
    tuple[Annotated[int, Meta(ge=0)], ...],
    Meta(description="the branches and with_retry attempts around the statement, outermost first"),
]
Attempt = Annotated[
    int, Meta(ge=1, description="the attempt as the SDK counts it, from 1; null: it gives none")
]


class ProtocolError(Exception):
    """A message that the protocol forbids: what is wrong with it, and what it was."""


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """A message; its fields are all that it may have."""


class Sdk(Message, frozen=True):
    """The SDK under test."""

    name: Annotated[str, Meta(min_length=1)]
    version: Annotated[str, Meta(min_length=1)]


class Hello(Message, frozen=True):
    """POST /hello, once in a process and before it asks for its first invocation."""

    protocol: Annotated[int, Meta(description=f"the protocol's version: {VERSION}")]
    sdk: Sdk
    profile: Annotated[Literal["core", "full"], Meta(description="what the harness itself undertakes to run")]
    features: Annotated[
        tuple[str, ...], Meta(description="the ids of all that this harness and this SDK can do")
    ]

    def refusal(self, feature: str) -> str:
        """Say whose fault it is that something can't be done."""
        who = f"{self.sdk.name} {self.sdk.version}"
        if feature not in PROFILES[self.profile]:
            who = f"the harness of {who}, whose profile is {self.profile},"
        return f"{who} has no {feature} ({FEATURES[feature]})"


class BodyKind(StrEnum):
    """Whose body the SDK runs."""

    STEP = "step"
    CHECK = "check"
    SUBMITTER = "submitter"


class Ask(Message, frozen=True):
    """POST /invocations/ID/turns: the SDK has called a body. The answer, a `Turn`, may take its time."""

    at: StatementPlace
    indexes: Indexes
    kind: BodyKind
    attempt: Attempt | None = None


class BodyError(Message, frozen=True):
    """A user's error to be raised: its bare class name, its message (a value), the caught error behind it.

    A `retryable` one is of the SDK's own kind that asks the service for another invocation.
    """

    type: str
    message: Any
    cause: str | UnsetType = UNSET
    retryable: bool | UnsetType = UNSET


class LogLine(Message, frozen=True):
    """A line to be logged by the SDK's own logger."""

    op: Literal["log"]
    at: StatementPlace
    message: Any
    level: Literal["debug", "info", "warning", "error"] = "info"
    replay: bool | UnsetType = UNSET


class Turn(Message, frozen=True):
    """What a body does this time: it logs, then exactly one of returns, raises, do."""

    run: Annotated[int, Meta(ge=1, description="how many times this body has begun")]
    logs: tuple[LogLine, ...] = ()
    returns: Any | UnsetType = UNSET
    raises: BodyError | UnsetType = UNSET
    do: Annotated[
        tuple[dict[str, Any], ...] | UnsetType, Meta(description="statements, on the context around the body")
    ] = UNSET


class EffectKind(StrEnum):
    """What a harness tells of."""

    STEP = "step"
    CHECK = "check"
    SUBMITTER = "submitter"
    BRANCH = "branch"
    CHILD = "child"
    HANDLER = "handler"
    CALLBACK = "callback"
    NOTE = "note"
    LOG = "log"


class EffectMessage(Message, frozen=True):
    """POST /invocations/ID/effects: something happened in the handler. `detail` hangs on `kind` and `event`.

    The end of a step, check, submitter, branch, child or handler has `{outcome}`: returned or raised; of the
    last three that returned also `size`, the bytes of the value as JSON, which is null, of the others
    too, where JSON can't say it; of a submitter, and the start of a callback, `callback_id`. A note has its
    value; a log `{level, message}`.
    """

    number: Annotated[int, Meta(ge=1, description="counts the effects of one invocation, in their order")]
    at: StatementPlace
    indexes: Indexes
    kind: EffectKind
    event: Literal["start", "end"]
    attempt: Attempt | None = None
    detail: Any = None


_EVENTS: dict[EffectKind, tuple[str, ...]] = {
    EffectKind.STEP: ("end",),
    EffectKind.CHECK: ("end",),
    EffectKind.SUBMITTER: ("end",),
    EffectKind.BRANCH: ("start", "end"),
    EffectKind.CHILD: ("start", "end"),
    EffectKind.HANDLER: ("start", "end"),
    EffectKind.CALLBACK: ("start",),
    EffectKind.NOTE: ("start",),
    EffectKind.LOG: ("start",),
}
"""Which events there are of a kind; that a body starts is what the lab itself says with its turn."""


class ExpressionReport(Message, frozen=True):
    """An expression that failed: `budget` where it was for computing too much."""

    tree: Annotated[list[Any], Meta(min_length=1)]
    indexes: Indexes
    budget: bool
    names: Annotated[
        dict[str, str],
        Meta(description="what the tree reads of the scope: JSON, or as the language writes it; cut to size"),
    ]


class ReportMessage(Message, frozen=True):
    """POST /invocations/ID/reports: the harness can't go on, and why. It ends its process after that.

    Of kind `expression`, which alone has `expression`, are those that say whose fault is still to be told.
    """

    kind: Literal["harness", "unsupported", "expression"]
    message: Annotated[str, Meta(min_length=1)]
    at: str | None = None
    expression: ExpressionReport | UnsetType = UNSET


SENT: dict[str, type[Message]] = {
    "hello": Hello,
    "turns": Ask,
    "effects": EffectMessage,
    "reports": ReportMessage,
}
"""What a harness sends, by the last part of the path it sends it to."""

GOT: dict[str, type[Message]] = {"turn": Turn}
"""What a harness gets, beside the program."""

Sent: TypeAlias = Hello | Ask | EffectMessage | ReportMessage


def read(what: str, body: bytes) -> Sent:
    """A message that a harness sent to `what`.

    Raises:
        KeyError: Nothing is sent there.
        ProtocolError: The protocol forbids it.
    """
    try:
        message: Sent = json.decode(body, type=SENT[what])  # type: ignore[assignment]
    except (ValidationError, DecodeError, RecursionError) as error:
        quoted = body[:LONGEST_QUOTE].decode(errors="replace") + ("..." if len(body) > LONGEST_QUOTE else "")
        raise ProtocolError(f"{what}: {error}; it was {quoted}") from error
    if isinstance(message, Hello):
        _check(message)
    if isinstance(message, ReportMessage) and (message.kind == "expression") is (message.expression is UNSET):
        raise ProtocolError("reports: `expression` belongs to that kind, and to no other")
    if isinstance(message, EffectMessage):
        wanted = _EVENTS[message.kind]
        if message.event not in wanted:
            raise ProtocolError(f"effects: a {message.kind} has no {message.event}, only {wanted[0]}")
    return message


def _check(hello: Hello) -> None:
    """Refuse a hello of another version of the protocol, or of features that nobody knows.

    Raises:
        ProtocolError: It is one.
    """
    if hello.protocol != VERSION:
        raise ProtocolError(f"hello: this suite speaks protocol {VERSION}, the harness {hello.protocol}")
    if unknown := sorted(set(hello.features) - FEATURES.keys()):
        raise ProtocolError(f"hello: nobody knows the features {', '.join(unknown)}; see docs/harness.md")

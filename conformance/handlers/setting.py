"""What AWS's requirement file says around a handler, as the scenario that the lab runs.

The scenario has no program: what runs is the handler. It has the requirement's input, the values of its
placeholders, and its callback actions, and it knows which functions may be called. Values that AWS's runner
draws at random are made from the requirement's id and the placeholder's name, so that every run is the same.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator
from typing import Any

from conformance.errors import UsageError
from conformance.handlers.assigned import Assigned
from conformance.scenario.model import Scenario
from conformance.scenario.setting import Aws
from conformance.verdict.aws.binding import placeholders
from conformance.verdict.aws.requirements import Requirement, requirement

LIMIT = 90.0
"""Seconds for which a handler may stand still: a target of AWS's sleeps for 60 before it is told to end."""

_DRAWN = re.compile(r"\$\{GEN_STR:(\d+)\}")
_PATTERN = re.compile(r"\$\{/.*/\}")
_ALPHABET = string.ascii_lowercase + string.digits
_WORDS = {"success": "succeed", "failure": "fail", "heartbeat": "heartbeat"}
_ERROR = {"ErrorType": "type", "ErrorMessage": "message", "ErrorData": "data", "StackTrace": "stack"}
_ANY = "*"

Document = dict[str, Any]


def scenario(one: Assigned) -> Scenario:
    """The scenario of a requirement that has a handler.

    Raises:
        UsageError: the requirement asks for what this lab does not know.
    """
    wanted = requirement(one.requirement)
    aws = Aws(wanted.id, {name: _value(wanted.id, name, how) for name, how in wanted.variables.items()})
    context = placeholders(aws)
    beside = one.beside or {}
    document: Document = {
        "title": wanted.description,
        "covers": [],
        "aws": {"id": aws.id, "variables": dict(aws.variables)},
        "input": context.substitute(wanted.input),
        "limit": LIMIT,
        "handler": [],
        "functions": {
            name: {"durable": False} if each.timeout is None else {"timeout": each.timeout}
            for name, each in beside.items()
            if each is not one.function
        },
        "outside": list(_actions(wanted, [context.substitute(each) for each in wanted.callback_actions])),
    }
    return Scenario.from_document(f"{wanted.theme}/{wanted.id}", document)


def _value(id_: str, name: str, how: Any) -> str:
    """The value of a placeholder: as it stands, or as many letters and digits as are to be drawn."""
    drawn = _DRAWN.fullmatch(how) if isinstance(how, str) else None
    if drawn is None:
        return str(how)
    digest = hashlib.shake_256(f"{id_} {name}".encode()).digest(int(drawn[1]))
    return "".join(_ALPHABET[each % len(_ALPHABET)] for each in digest)


def _actions(wanted: Requirement, asked: list[Document]) -> Iterator[Document]:
    """The callback actions as those of outside actors.

    AWS's runner gives each callback, as it sees it, the first action of its name that is left. A heartbeat
    leaves the callback there, so that the next action is for the same one, and comes after it.
    """
    settled: dict[str, int] = {}  # how many callbacks of each name have had their end
    waited: dict[str, float] = {}  # since the START of the one whose turn it is
    for action in asked:
        name = action["CallbackName"]
        if _PATTERN.fullmatch(name):
            raise UsageError(
                f"requirement {wanted.id} names callbacks by a pattern, which this lab does not know",
                hint="leave its theme out",
            )
        kind = _WORDS[action["Operation"].lower()]
        waited[name] = waited.get(name, 0.0) + float(action.get("Delay", 0))
        made: Document = {kind: _given(kind, action.get("Payload")), "after": waited[name]}
        made |= {"nth": settled.get(name, 0) + 1} | ({} if name == _ANY else {"callback": name})
        if kind != "heartbeat":
            settled[name] = settled.get(name, 0) + 1
            waited[name] = 0.0
        yield made


def _given(kind: str, payload: Any) -> Document | None:
    if kind == "fail":
        return {ours: payload[theirs] for theirs, ours in _ERROR.items() if theirs in (payload or {})}
    return {} if payload is None else {"payload": payload}

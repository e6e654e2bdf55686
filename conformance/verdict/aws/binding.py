"""Whether a scenario is bound to its requirement: same input, same actions, a value for every placeholder."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.scenario.statements import ABSENT
from conformance.verdict.aws.requirements import Requirement, core, requirement
from conformance.wire.values import brief, same

if TYPE_CHECKING:
    from aws_durable_execution_conformance_tests.variables import PlaceholderContext

    from conformance.scenario.model import Scenario
    from conformance.scenario.setting import Action, Aws

_GENERATED = re.compile(r"\$\{GEN_STR:(\d+)\}")
_ALPHABET = re.compile(r"[a-z0-9]*")
_KINDS = {"success": "succeed", "failure": "fail", "heartbeat": "heartbeat"}


def placeholders(aws: Aws) -> PlaceholderContext:
    """AWS's own placeholder context, with the scenario's values bound."""
    from aws_durable_execution_conformance_tests.variables import (  # noqa: PLC0415 - only where it is needed
        PlaceholderContext,
    )

    context = PlaceholderContext()
    for name, value in aws.variables.items():
        context.bind(name, value)
    return context


def check_binding(scenario: Scenario) -> list[str]:
    """Say where a scenario is not what its requirement asks for; nothing when it names none.

    AWS's runner draws the requirement's variables at random, sends its input and does its callback actions. A
    scenario has fixed values for all of that, held against the requirement once its placeholders are put in.
    """
    if scenario.aws is None:
        return []
    if scenario.aws.id not in core():
        near = difflib.get_close_matches(scenario.aws.id, core(), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return [f"AWS has no core requirement {scenario.aws.id}{hint}"]
    wanted = requirement(scenario.aws.id)
    wrong = list(_variables(wanted, scenario.aws))
    return wrong or [*_input(wanted, scenario), *_actions(wanted, scenario)]


def _variables(wanted: Requirement, given: Aws) -> Iterator[str]:
    for name, how in wanted.variables.items():
        if name not in given.variables:
            yield f"the requirement's variable {name} has no value"
            continue
        value = given.variables[name]
        generated = _GENERATED.fullmatch(how) if isinstance(how, str) else None
        if generated is None:
            if value != str(how):
                yield f"the variable {name} is {value!r}, and {str(how)!r} in the requirement"
        elif len(value) != int(generated[1]) or not _ALPHABET.fullmatch(value):
            yield f"the variable {name} is {value!r}: the requirement wants {generated[1]} of a-z and 0-9"
    for name in given.variables:
        if name not in wanted.variables:
            yield f"the requirement has no variable {name}"


def _input(wanted: Requirement, scenario: Scenario) -> Iterator[str]:
    assert scenario.aws is not None  # noqa: S101 - for the type checker: who calls has looked
    sent = placeholders(scenario.aws).substitute(wanted.input)
    if scenario.input is ABSENT:
        yield f"the scenario has no input; the requirement sends {brief(sent)}"
    elif not same(scenario.input, sent):
        yield f"the input is {brief(scenario.input)}; the requirement sends {brief(sent)}"


def _actions(wanted: Requirement, scenario: Scenario) -> Iterator[str]:
    assert scenario.aws is not None  # noqa: S101 - for the type checker: who calls has looked
    context = placeholders(scenario.aws)
    asked = [context.substitute(action) for action in wanted.callback_actions]
    if len(asked) != len(scenario.outside):
        yield f"there are {len(scenario.outside)} outside actions; the requirement has {len(asked)}"
        return
    for number, (theirs, ours) in enumerate(zip(asked, scenario.outside, strict=True), start=1):
        for difference in _action(theirs, ours):
            yield f"outside action {number}: {difference}"


def _action(theirs: dict[str, Any], ours: Action) -> Iterator[str]:
    kind = _KINDS[theirs["Operation"].lower()]
    if ours.kind != kind:
        yield f"it is `{ours.kind}`, and `{kind}` in the requirement"
        return
    name = theirs["CallbackName"]
    if name not in ("*", ours.callback):
        yield f"it is done to {ours.callback!r}, and to {name!r} in the requirement"
    least = float(theirs.get("Delay", 0))
    if ours.after < least:
        yield f"it is done after {ours.after} seconds, and not before {least} in the requirement"
    sent, wanted = _sent(ours), _wanted(theirs, kind)
    if not same(sent, wanted):
        yield f"it sends {brief(sent)}, and {brief(wanted)} in the requirement"


def _sent(action: Action) -> Any:
    """What our actor sends: an error's fields, or the payload in a list that is empty when there is none."""
    if action.kind == "fail" and action.error is not None:
        spec = action.error
        fields = {
            "ErrorType": spec.type,
            "ErrorMessage": spec.message,
            "ErrorData": spec.data,
            "StackTrace": None if spec.stack is None else list(spec.stack),
        }
        return {key: value for key, value in fields.items() if value is not None}
    if action.raw is not None:
        return {"raw": action.raw}
    return [] if action.payload is ABSENT else [action.payload]


def _wanted(action: dict[str, Any], kind: str) -> Any:
    """What AWS's runner sends, in the same form."""
    payload = action.get("Payload")
    if kind == "fail":
        return payload or {}
    return [] if payload is None else [payload]

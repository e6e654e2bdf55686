"""The parts of a scenario, from its document.

The document was admitted before (`load`, or the run whose recording it comes from), so nothing is checked
here: what can be wrong with a document is said where its lines are known.
"""

from __future__ import annotations

from typing import Any

from conformance.scenario.expressions import evaluate
from conformance.scenario.setting import Action, Aws, ErrorSpec, Expect, ExpectedError, Function
from conformance.scenario.statement_parser import PARSERS, statements
from conformance.scenario.statements import ABSENT

ACTIONS = ("succeed", "fail", "heartbeat", "stop")


def aws(document: Any) -> Aws | None:
    """The AWS requirement that a scenario is there for, if it is one's."""
    if document is None:
        return None
    if isinstance(document, str):
        return Aws(document)
    return Aws(document["id"], document.get("variables", {}))


def function(name: str, document: dict[str, Any]) -> Function:
    """A target of chained invokes."""
    return Function(
        name=name,
        durable=document.get("durable", True),
        handler=statements(f"functions/{name}", document.get("handler", [])),
        unknown=document.get("unknown", False),
        timeout=document.get("timeout"),
    )


def _error(document: dict[str, Any]) -> ErrorSpec:
    return ErrorSpec(
        type=document.get("type"),
        message=document.get("message"),
        data=document.get("data"),
        stack=tuple(document["stack"]) if "stack" in document else None,
    )


def action(document: dict[str, Any]) -> Action:
    """What an outside actor does."""
    kind = next(key for key in ACTIONS if key in document)
    given = document[kind]
    succeeds = kind == "succeed" and given is not None
    return Action(
        kind=kind,
        callback=document.get("callback"),
        of=document.get("of"),
        nth=document.get("nth", 1),
        after=document.get("after", 0),
        payload=given.get("payload", ABSENT) if succeeds else ABSENT,
        raw=given.get("raw") if succeeds else None,
        error=_error(given or {}) if kind in ("fail", "stop") else None,
    )


def expect(document: dict[str, Any], given: Any) -> Expect:
    """What is expected; its result may be computed of the execution's input, as large ones are."""
    error = document.get("error")
    return Expect(
        status=document.get("status"),
        result=evaluate(document["result"], {"input": given}) if "result" in document else ABSENT,
        error=None if error is None else ExpectedError(error.get("type"), error.get("message")),
        operations=document.get("operations", {}),
        invocations=document.get("invocations"),
        bodies=document.get("bodies", {}),
        any_of=tuple(expect(option, given) for option in document.get("any_of", ())),
    )


def place(document: dict[str, Any], at: str) -> tuple[str | int, ...]:
    """The path in `document` of the statement that stands at `at`.

    `handler/1/do/0` is where effects and findings say a statement is; in the document a statement's word
    stands between (`handler`, 1, `child`, `do`, 0), and the `do` of a branch that has a name.
    """
    segments = at.split("/")
    path: list[str | int] = [segments.pop(0)]
    if path == ["functions"]:
        path += [segments.pop(0), "handler"]
    for segment in segments:
        node = _at(document, path)
        if isinstance(node, list):
            path.append(int(segment))
            continue
        if segment not in node:
            path.append("do" if "do" in node else next(key for key in node if key in PARSERS))
        path.append(int(segment) if isinstance(_at(document, path), list) else segment)
    return tuple(path)


def _at(document: Any, path: list[str | int]) -> Any:
    node = document
    for segment in path:
        node = node[segment]
    return node

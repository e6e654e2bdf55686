"""Recordings in which something is used before it is kept, and such in which nothing is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.verdict.invariants.durability import EARLY, TAKEN
from tests.verdict.breaking import CAREFUL, CHILD, STEP, Broken, document
from tests.verdict.recordings import Maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

NAME = "results_are_durable_before_use"
RULE = "used-before-durable"
FAILING = {"child": {"name": "c", "do": [{"raise": {"type": "E", "message": "m"}}]}}
BRANCHES = {"parallel": {"name": "p", "branches": [{"name": "b", "do": [STEP, STEP]}], "completion": {}}}


def _child(*then: str, action: str = "SUCCEED") -> Callable[[], Recording]:
    """A child and a step after it: `then` says in which order its end, the step's START and body come."""

    def make() -> Recording:
        made = Maker("js", document(CHILD if action == "SUCCEED" else FAILING, STEP))
        made.invoke()
        made.send("1", "CONTEXT", "START")
        ended = 0
        for what in then:
            match what:
                case "end":
                    ended = len(made.exchanges)
                    fields: dict[str, Any] = {"Error": {"ErrorType": "E"}} if action == "FAIL" else {}
                    made.send("1", "CONTEXT", action, Payload=None if fields else "1", **fields)
                    made.exchanges[ended] = replace(made.exchanges[ended], invocation=1)
                case "start":
                    made.send("2", "STEP", "START", Name="s")
                case "body":
                    made.effect("handler/1", "step", "start", attempt=1)
                case "both":
                    end = made.update("1", "CONTEXT", action, Payload="1")
                    made.checkpoint(end, made.update("2", "STEP", "START", Name="s"))
                case "answer":
                    made.exchanges[ended] = replace(made.exchanges[ended], answered=made.next())
                case _:
                    made.succeed("1")
        if "final" not in then:
            made.send("2", "STEP", "SUCCEED", Name="s", Payload="1")
            made.succeed("1")
        return made.done()

    return make


def _careful(*then: str) -> Callable[[], Recording]:
    """A step that is to run at most once, and whether its body waits for its START."""

    def make() -> Recording:
        made = Maker("js", document(CAREFUL))
        made.invoke()
        for what in then:
            if what == "start":
                made.send("1", "STEP", "START", Name="s")
            else:
                made.effect("handler/0", "step", "start", attempt=1)
        made.send("1", "STEP", "SUCCEED", Name="s", Payload="1")
        made.succeed("1")
        return made.done()

    return make


def _left_behind() -> Recording:
    """A batch that ends before what a branch still does has been taken."""
    made = Maker("js", document(BRANCHES, STEP))
    made.invoke()
    made.send("1", "CONTEXT", "START", SubType="Parallel")
    made.send("1[0]", "CONTEXT", "START", "1", SubType="ParallelBranch")
    made.send("1[0].1", "STEP", "START", "1[0]", Name="s")
    made.send("1", "CONTEXT", "SUCCEED", SubType="Parallel", Payload="{}")
    made.send("2", "STEP", "START", Name="s")
    made.effect("handler/1", "step", "start", attempt=1)
    made.send("1[0].1", "STEP", "SUCCEED", "1[0]", Name="s", Payload="1")
    made.send("2", "STEP", "SUCCEED", Name="s", Payload="1")
    made.succeed("1")
    return made.done()


def _on_root() -> Recording:
    """A step called on the execution's own context from within a child that has not ended."""
    inside = {"child": {"name": "c", "do": [{"on_root": [STEP]}]}}
    made = Maker("js", document(inside))
    made.invoke()
    made.send("1", "CONTEXT", "START")
    made.send("2", "STEP", "START", Name="s")
    made.send("2", "STEP", "SUCCEED", Name="s", Payload="1")
    made.send("1", "CONTEXT", "SUCCEED", Payload="1")
    made.succeed("1")
    return made.done()


END = "1:CONTEXT.SUCCEED.use"
BROKEN = (
    Broken(NAME, RULE, END, _child("start", "body", "end"), EARLY, TAKEN),
    Broken(NAME, RULE, END, _child("end", "start", "body", "answer"), EARLY, TAKEN),
    Broken(NAME, RULE, "1:CONTEXT.FAIL.use", _child("start", "body", "end", action="FAIL"), EARLY, TAKEN),
    Broken(NAME, RULE, END, _child("final", "end"), EARLY, TAKEN),
    Broken(NAME, RULE, "1:STEP.START.use", _careful("body", "start"), EARLY, TAKEN),
)

ALLOWED: tuple[tuple[str, Callable[[], Recording]], ...] = (
    (NAME, _child("end", "start", "body")),
    (NAME, _child("end", "answer", "start", "body")),
    (NAME, _child("both", "body")),
    (NAME, _child("end", "final")),
    (NAME, _careful("start", "body")),
    (NAME, _left_behind),
    (NAME, _on_root),
)

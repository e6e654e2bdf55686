"""The table of cells: what it is made of, what a program could show, and what a run of it showed."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.quality.coverage.cells import CELLS, EXCLUDED, Cell, impossible, possible, sites
from conformance.quality.coverage.shown import shown
from conformance.scenario.catalogue import requirements
from conformance.scenario.model import Scenario
from conformance.wire.recording import Effect, ExecutionRecord, Invocation, Outcome, Recording, SubjectInfo

MAIN = "arn"


def scenario(handler: list[Any], given: Any = None) -> Scenario:
    return Scenario.from_document("x", {"title": "t", "covers": [], "input": given, "handler": handler})


def test_the_table() -> None:
    assert len(CELLS) == 324
    assert len(EXCLUDED) == 12
    assert set(EXCLUDED.values()) == {"no batch is there to tolerate the failure"}
    assert impossible(Cell("root", "flat-map", "tolerated", suspended=True)) is None
    assert impossible(Cell("virtual", "real", "tolerated", suspended=False))
    assert str(Cell("root", "real", "caught", suspended=True)) == "root > real: caught, suspended"


RAISES = {"raise": {"type": "Boom"}}
WAIT = {"wait": {"seconds": 1}}


def child(*do: Any, virtual: bool = False) -> dict[str, Any]:
    return {"child": {"virtual": virtual, "do": list(do)}}


def batch(*do: Any, nesting: str = "FLAT", bind: str = "m", **more: Any) -> dict[str, Any]:
    return {"map": {"items": [1, 2], "nesting": nesting, "do": list(do), "as": bind, **more}}


def cell(text: str) -> Cell:
    kinds, _, ending = text.partition(": ")
    parent, _, inner = kinds.partition(" > ")
    outcome, _, suspended = ending.partition(", ")
    return Cell(parent, inner, outcome, bool(suspended))


POSSIBLE = {
    "a child that can't fail": ([child()], ["root > real: success"]),
    "a child that waits": ([child(WAIT)], ["root > real: success", "root > real: success, suspended"]),
    "a child that raises": (
        [child(RAISES, virtual=True)],
        ["root > virtual: success", "root > virtual: uncaught"],
    ),
    "a child that is caught": (
        [{"try": [child(RAISES)], "catch": []}],
        ["root > real: caught", "root > real: success"],
    ),
    "a child in a catch": (
        [{"try": [RAISES], "catch": [child(RAISES)]}],
        ["root > real: success", "root > real: uncaught"],
    ),
    "a batch that tells nobody": (
        [batch(RAISES)],
        ["root > flat-map: success", "root > flat-map: tolerated"],
    ),
    "a batch that throws": (
        [batch(RAISES, nesting="NESTED"), {"try": [{"throw_if_error": "m"}], "catch": []}],
        ["root > nested-map: caught", "root > nested-map: success", "root > nested-map: tolerated"],
    ),
    "a child in a batch": (
        [batch(child(RAISES))],
        [
            "flat-map > real: success",
            "flat-map > real: tolerated",
            "flat-map > real: uncaught",
            "root > flat-map: success",
            "root > flat-map: tolerated",
        ],
    ),
}


@pytest.mark.parametrize("name", POSSIBLE)
def test_possible(name: str) -> None:
    handler, wanted = POSSIBLE[name]
    assert sorted(map(str, possible(scenario(handler)))) == sorted(wanted)


def test_kinds_that_only_a_run_knows_are_left_out() -> None:
    handler = [
        {"child": {"virtual": {"$eval": "input.v"}, "do": [child()]}},
        {"child": {"virtual": {"$eval": "invocation == 1"}, "do": [child()]}},
        {"map": {"items": [], "nesting": {"$eval": "input.n"}, "do": []}},
    ]
    found = [(site.parent.kind, site.child) for site in sites(scenario(handler, {"v": True, "n": "FLAT"}))]
    assert found == [("root", "virtual"), ("virtual", "real"), ("root", "flat-map")]


Reported = tuple[int, str, tuple[int, ...], str]
"""Invocation, place, indexes, and what happened: start, returned or raised."""


def recording(*told: Reported, pending: tuple[int, ...] = ()) -> Recording:
    effects = tuple(
        Effect(
            seq=number,
            invocation=invocation,
            execution=MAIN,
            at=at,
            indexes=indexes,
            kind="handler" if at == "handler" else "child",
            event="start" if event == "start" else "end",
            attempt=None,
            run=1,
            detail=None if event == "start" else {"outcome": event},
        )
        for number, (invocation, at, indexes, event) in enumerate(told)
    )
    invocations = tuple(
        Invocation(
            number=number,
            seq=0,
            ended_seq=0,
            execution=MAIN,
            function="scenario",
            request_id=str(number),
            time=0,
            ended_time=0,
            skew=0,
            input="{}",
            outcome=Outcome.RESPONSE,
            output='{"Status": "PENDING"}' if number in pending else '{"Status": "SUCCEEDED"}',
        )
        for number in sorted({invocation for invocation, *_ in told})
    )
    execution = ExecutionRecord(MAIN, "scenario", None, None, None, "SUCCEEDED", None, None, ())
    return Recording(
        schema=1,
        scenario="x",
        document={},
        subject=SubjectInfo("js", "js", "1"),
        executions=(execution,),
        invocations=invocations,
        exchanges=(),
        effects=effects,
        reports=(),
        complete=True,
        seconds=0,
        held_seconds=0,
        stderr="",
    )


def ran(at: str, ends: str, *indexes: int, invocation: int = 1) -> list[Reported]:
    return [(invocation, at, indexes, "start"), (invocation, at, indexes, ends)]


CHILD = scenario([child(WAIT, RAISES)])
CAUGHT = scenario([{"try": [child(WAIT, RAISES, virtual=True)], "catch": []}])
BATCH = scenario([batch(child(RAISES), completion={"tolerated_failure_count": 1})])
STRICT = scenario([batch(child(RAISES)), {"throw_if_error": "m"}])
PARALLEL = scenario([{"parallel": {"branches": [[child()], [child(virtual=True)]], "nesting": "NESTED"}}])

SHOWN = {
    "success": (CHILD, recording(*ran("handler/0", "returned")), ["root > real: success"]),
    "uncaught": (
        CHILD,
        recording((1, "handler", (), "start"), *ran("handler/0", "raised"), (1, "handler", (), "raised")),
        ["root > real: uncaught"],
    ),
    "an error that went nowhere": (CHILD, recording(*ran("handler/0", "raised")), []),
    "caught": (CAUGHT, recording(*ran("handler/0/try/0", "raised")), ["root > virtual: caught"]),
    "suspended": (
        CHILD,
        recording((1, "handler/0", (), "start"), *ran("handler/0", "returned", invocation=2), pending=(1,)),
        ["root > real: success, suspended"],
    ),
    "left open by a crash": (
        CHILD,
        recording((1, "handler/0", (), "start"), *ran("handler/0", "returned", invocation=2)),
        ["root > real: success"],
    ),
    "replayed when it was over": (
        CAUGHT,
        recording(
            *ran("handler/0/try/0", "returned"),
            *ran("handler/0/try/0", "returned", invocation=2),
            pending=(1,),
        ),
        ["root > virtual: success"],
    ),
    "never ended": (CHILD, recording((1, "handler/0", (), "start"), pending=(1,)), []),
    "tolerated": (
        BATCH,
        recording(
            *ran("handler/0/do/0", "raised", 0),
            *ran("handler/0", "raised", 0),
            *ran("handler/0/do/0", "returned", 1),
            *ran("handler/0", "returned", 1),
        ),
        ["flat-map > real: success", "flat-map > real: tolerated", "root > flat-map: tolerated"],
    ),
    "not tolerated": (
        STRICT,
        recording(
            *ran("handler/0/do/0", "raised", 0), *ran("handler/0", "raised", 0), *ran("handler", "raised")
        ),
        ["flat-map > real: uncaught", "root > flat-map: uncaught"],
    ),
    "branches of their own": (
        PARALLEL,
        recording(
            *ran("handler/0/branches/0/0", "returned", 0),
            *ran("handler/0", "returned", 0),
            *ran("handler/0/branches/1/0", "returned", 1),
            *ran("handler/0", "returned", 1),
        ),
        [
            "nested-parallel > real: success",
            "nested-parallel > virtual: success",
            "root > nested-parallel: success",
        ],
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_shown(name: str) -> None:
    given, recorded, wanted = SHOWN[name]
    found = shown(given, recorded)
    assert sorted(map(str, found)) == wanted
    assert found <= possible(given)


def test_the_catalogue() -> None:
    known = requirements()
    assert known["virtual-parent-id"].level == "MUST"
    assert all(entry.says and entry.section for entry in known.values())

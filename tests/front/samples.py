"""A small run with one of everything, for the reports to show."""

from __future__ import annotations

from typing import Any

from conformance.engine.events import Event, Faulted, Judged, Recorded, RunEnded, RunStarted
from conformance.errors import EnvironmentFault, Location, ScenarioError
from conformance.verdict.finding import Blame, Finding, Layer, Result, Verdict
from conformance.wire.recording import SCHEMA, Recording, SubjectInfo

JS = SubjectInfo("js@2.4.0", "js", "2.4.0")
PYTHON = SubjectInfo("python@3.0.0", "python", "3.0.0")

ORPHAN = Finding(
    layer=Layer.STRUCTURE,
    rule="parent-path",
    path="1.1:STEP.START.ParentId",
    seen="1",
    wanted="root",
    blame=Blame.SDK,
    message="An operation in a virtual context carries the id of the nearest one on the wire.\nSee <363>.",
)
KNOWN = Finding(
    layer=Layer.PARITY,
    rule="update-field",
    path="1:CONTEXT.SUCCEED.ContextOptions",
    seen={"ReplayChildren": False},
    wanted=None,
    blame=Blame.UNDETERMINED,
    message="The subject sends a field that the reference leaves out.",
    divergence="context-options",
)
APART = Finding(
    layer=Layer.PARITY,
    rule="parent-id",
    path="1.1:STEP.START.ParentId",
    seen="1",
    wanted="root",
    blame=Blame.UNDETERMINED,
    message="ParentId of 1.1:STEP.START is 1, the reference's is root",
)
UNSTABLE = Finding(
    layer=Layer.HARNESS,
    rule="unstable",
    path="2:WAIT.START",
    seen=None,
    wanted="x" * 400,
    blame=Blame.UNDETERMINED,
    message="Repeat 2 of 2 wrote another stream.",
)
UNABLE = Finding(
    layer=Layer.HARNESS,
    rule="unsupported",
    path="handler/0",
    seen=None,
    wanted=None,
    blame=Blame.HARNESS,
    message="this version has no virtual contexts",
)


def judged(
    scenario: str,
    subject: SubjectInfo,
    verdict: Verdict,
    *findings: Finding,
) -> Judged:
    """One verdict."""
    return Judged(
        Result(scenario, subject.id, verdict, 0.25, findings),
        Location(f"scenarios/{scenario}.yaml", 1),
    )


EVENTS: tuple[Event, ...] = (
    RunStarted(
        (JS, PYTHON),
        JS.id,
        ("virtual/a", "virtual/b", "flat/c", "basics/d"),
        complete=True,
        requirements={"virtual/a": "3-10", "virtual/b": "3-9", "basics/d": "1-2"},
    ),
    Faulted(
        ScenarioError(
            "unknown key 'stp'", where=Location("scenarios/bad.yaml", 7), hint="did you mean 'step'?"
        )
    ),
    Faulted(
        EnvironmentFault("there is no such version", where="python@9.9.9", hint="name one that is published")
    ),
    Recorded("virtual/a", JS.id, 1),
    judged("virtual/a", JS, Verdict.CONFORMS),
    judged("virtual/a", PYTHON, Verdict.VIOLATED, APART, ORPHAN, KNOWN),
    judged("virtual/b", PYTHON, Verdict.KNOWN_DIVERGENCE, KNOWN),
    judged("virtual/b", JS, Verdict.CONFORMS),
    judged("flat/c", JS, Verdict.HARNESS_ERROR, UNSTABLE),
    judged("flat/c", PYTHON, Verdict.UNSUPPORTED, UNABLE),
    judged("basics/d", JS, Verdict.CONFORMS),
    judged("basics/d", PYTHON, Verdict.PARITY),
    RunEnded(
        2.0,
        interrupted=False,
        divergences={"context-options": 2},
        problems=("entry 'x' is stale",),
        held_seconds=0.5,
    ),
)


def recording(scenario: str, subject: SubjectInfo, **fields: Any) -> Recording:
    """A recording of a run in which nothing happened."""
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "scenario": scenario,
        "document": {},
        "subject": subject,
        "executions": (),
        "invocations": (),
        "exchanges": (),
        "effects": (),
        "reports": (),
        "complete": True,
        "seconds": 0.5,
        "held_seconds": 0.125,
        "stderr": "",
    }
    return Recording(**{**whole, **fields})

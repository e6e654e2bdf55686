"""The rungs of the ladder, typed: small scenarios, each about a few features, with what must come of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.protocol.features import needs
from conformance.protocol.messages import BodyKind
from conformance.scenario import enclosed
from conformance.scenario.model import Scenario
from conformance.scenario.setting import Expect
from conformance.scenario.statements import ABSENT
from conformance.scenario.yaml_text import read
from conformance.wire.recording import Recording, ReportKind

LADDER = Path(__file__).with_name("ladder.yaml")
"""The file of rungs, in the scenario language."""

STDERR = 1000
"""Characters of the last lines of the subject's processes that are told."""

_OWN = ("rung", "teaches", "effects")


@dataclass(frozen=True)
class Miss:
    """Something that did not come as it was wanted."""

    what: str
    wanted: Any
    came: Any


@dataclass(frozen=True)
class Rung:
    """One rung: a scenario, the features that it `teaches`, and the effects to be told, in their order."""

    title: str
    scenario: Scenario
    teaches: frozenset[str]
    effects: tuple[str, ...] | None

    @cached_property
    def needs(self) -> frozenset[str]:
        """All features that it needs, those that it teaches too."""
        return frozenset(need.feature for need in needs(self.scenario))

    def misses(self, recording: Recording) -> tuple[Miss, ...]:
        """Where a recording is not what the rung wants: the harness's and the lab's own words first."""
        said = tuple(
            Miss("the run", "no report of anything wrong", f"{report.kind}: {report.message}")
            for report in recording.reports
            if report.kind is not ReportKind.DROPPED
        )
        return said or tuple(self._outcome(recording))

    def _outcome(self, recording: Recording) -> Iterator[Miss]:
        expect, execution = self.scenario.expect, recording.executions[0]
        came: dict[str, Any] = {"status": execution.status, "result": _value(execution.result)}
        wanted = [_outcome(one) for one in expect.any_of or (expect,)]
        if not any(one.items() <= came.items() for one in wanted):
            if execution.status != "SUCCEEDED":
                came |= {"error": execution.error, "stderr": recording.stderr[-STDERR:]}
            yield Miss("the outcome", wanted[0] if len(wanted) == 1 else {"any of": wanted}, came)
        for name, runs in expect.bodies.items():
            if (ran := self._ran(recording, name)) != runs:
                yield Miss(f"how often the body of {name!r} ran", runs, ran)
        told = [f"{one.kind} {one.event} {one.place}" for one in recording.effects]
        if self.effects is not None and told != list(self.effects):
            yield Miss("the effects that were told", list(self.effects), told)

    def _ran(self, recording: Recording, name: str) -> int:
        """How often the bodies of the operations of that name began."""
        places = {
            statement.at
            for outer in self.scenario.handler
            for statement in enclosed.everything(outer)
            if enclosed.bodies(statement) and getattr(statement, "name", None) == name
        }
        bodies = {kind.value for kind in BodyKind}
        return sum(
            one.at in places and one.event == "start" and one.kind in bodies for one in recording.effects
        )


def rungs() -> tuple[Rung, ...]:
    """The whole ladder, from the first rung on."""
    return tuple(map(_rung, read(LADDER.read_bytes(), LADDER.name).document))


def _outcome(expect: Expect) -> dict[str, Any]:
    """What an expectation says of an execution's end, as far as it says anything."""
    status = {} if expect.status is None else {"status": expect.status}
    return status if expect.result is ABSENT else status | {"result": expect.result}


def _value(text: str | None) -> Any:
    """The value that an execution's result stands for; what is no JSON as it is."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _rung(given: dict[str, Any]) -> Rung:
    title = given["rung"]
    document = {"title": title} | {key: value for key, value in given.items() if key not in _OWN}
    effects = given.get("effects")
    return Rung(
        title=title,
        scenario=Scenario.from_document(f"doctor/{title.replace(' ', '-')}", document),
        teaches=frozenset(given.get("teaches", ())),
        effects=None if effects is None else tuple(effects),
    )

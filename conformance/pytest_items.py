"""What the pytest plugin collects, and the one session that runs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conformance.commands import chosen, shared
from conformance.engine.admitted import RULES, Admitted
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected, unexpected
from conformance.engine.events import Event, Judged, Listener
from conformance.engine.files import ledger_file
from conformance.engine.judging import start
from conformance.engine.session import Plan, Session
from conformance.engine.stack import real
from conformance.errors import Location, ScenarioError, UsageError
from conformance.report import escape, text
from conformance.scenario.load import load
from conformance.scenario.model import Scenario
from conformance.subjects import matcher
from conformance.subjects.subject import Subject
from conformance.verdict.finding import GOOD, Verdict
from conformance.verdict.ledger import Ledger


class ScenarioFailed(Exception):  # noqa: N818 (it is what pytest calls a failure)
    """An item whose verdict is not good; the text is all that there is to say."""


class ScenarioFile(pytest.File):
    """One YAML file."""

    def __init__(self, *, root: Path, **given: Any) -> None:
        """`root` is the folder of scenarios that it lies below."""
        super().__init__(**given)
        self.root = root

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each subject; a file that can't be used is one item, which fails."""
        try:
            scenario = load(self.path, self.root, _admitted(self.config), RULES)
        except ScenarioError as error:
            yield BadScenario.from_parent(self, name="scenario", error=error)
            return
        for subject in subjects(self.config):
            yield ScenarioItem.from_parent(self, name=subject.id, scenario=scenario, root=self.root)


class BadScenario(pytest.Item):
    """A file that can't be used."""

    def __init__(self, *, error: ScenarioError, **given: Any) -> None:
        """`error` is what it fails with."""
        super().__init__(**given)
        self.error = error

    def runtest(self) -> None:
        """Fail."""
        raise ScenarioFailed(escape.told([str(self.error)]).rstrip("\n"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say only what is wrong with the file."""
        return _words(self, excinfo, style)


class ScenarioItem(pytest.Item):
    """One scenario with one subject."""

    def __init__(self, *, scenario: Scenario, root: Path, **given: Any) -> None:
        """`root` is the folder of scenarios that it comes from; its name is the subject's id."""
        super().__init__(**given)
        self.scenario = scenario
        self.root = root
        self.add_marker(pytest.mark.xdist_group("conformance"))

    def runtest(self) -> None:
        """Report the verdict; the first item to come here runs all."""
        shared = self.config.stash.setdefault(SHARED, Shared())
        if not shared.done:
            shared.run(self.config, (item for item in self.session.items if isinstance(item, ScenarioItem)))
        judged = shared.verdicts.get((self.scenario.id, self.name))
        if judged is None and shared.cut:
            pytest.skip("not run: another one failed before, and -x ends the run there")
        if judged is None:
            faults = (f"  {fault}" for fault in shared.collected.faults)
            raise ScenarioFailed(escape.told(["no verdict:", *faults]).rstrip("\n"))
        known = [one for one in judged.result.findings if one.divergence is not None]
        if known:
            words = "\n".join(text.block(judged, tuple(known)))
            self.add_report_section("call", "known differences", words)
        if judged.result.verdict is Verdict.UNSUPPORTED:
            pytest.skip(escape.console("; ".join(one.message for one in judged.result.findings)))
        if judged.result.verdict not in GOOD:
            raise ScenarioFailed("\n".join(text.block(judged, unexpected(judged))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what the console says of a finding: the suite's own call stack is nobody's concern."""
        return _words(self, excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the file, and the item as users name scenarios."""
        return self.path, 0, f"{self.scenario.id} with {self.name}"


@dataclass
class Shared:
    """The one session, and what it came to."""

    done: bool = False
    cut: bool = False  # whether it was ended before all had run, as -x asks for
    collected: Collected = field(default_factory=Collected)
    verdicts: dict[tuple[str, str], Judged] = field(default_factory=dict)
    _stop: Callable[[], None] = field(default=lambda: None)

    def run(self, config: pytest.Config, items: Iterable[ScenarioItem]) -> None:
        """Run every scenario that is selected, with all subjects: parity needs the reference.

        Raises:
            KeyboardInterrupt: The run was interrupted.
            UsageError: Two folders of scenarios have one of the same id.
        """
        self.done = True
        chosen_items: dict[str, ScenarioItem] = {}
        for item in items:
            before = chosen_items.setdefault(item.scenario.id, item)
            if before.path != item.path:
                raise UsageError(f"{before.path} and {item.path} have the same id", hint="rename one")
        plan = Plan(
            scenarios=tuple(item.scenario for item in chosen_items.values()),
            subjects=subjects(config),
            locations={
                name: Location(os.path.relpath(item.path, config.invocation_params.dir), 1)
                for name, item in chosen_items.items()
            },
            jobs=config.getoption("conformance_jobs") or shared.usual_jobs(),
        )
        if any(one.aws for one in plan.scenarios):
            matcher.provide()
        ledger = Ledger.load(ledger_file(next(iter(chosen_items.values())).root))
        session = Session(
            plan, real(), assessors(ledger, strict=False, drawn=False), self._listener(config), judge=start
        )
        self._stop = session.stop
        session.run()
        self.verdicts = {(one.result.scenario, one.result.subject): one for one in self.collected.judged()}
        if self.collected.interrupted:
            raise KeyboardInterrupt

    def _listener(self, config: pytest.Config) -> Listener:
        """What takes the events in; after as many bad ones as `--maxfail` says it begins no further run."""
        most = config.getoption("maxfail")
        bad = 0

        def take(event: Event) -> None:
            nonlocal bad
            self.collected(event)
            if isinstance(event, Judged) and event.result.verdict not in {*GOOD, Verdict.UNSUPPORTED}:
                bad += 1
                if bad == most:
                    self.cut = True
                    self._stop()

        return take


SHARED = pytest.StashKey[Shared]()


ADMITTED = pytest.StashKey[Admitted]()


def _admitted(config: pytest.Config) -> Admitted:
    if ADMITTED not in config.stash:
        config.stash[ADMITTED] = Admitted()
        config.add_cleanup(config.stash[ADMITTED].save)
    return config.stash[ADMITTED]


def subjects(config: pytest.Config) -> tuple[Subject, ...]:
    """The subjects that the command line names, the reference first."""
    return chosen.subjects(config.getoption("conformance_subject"), config.getoption("conformance_reference"))


def _words(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], style: Any) -> Any:
    if isinstance(excinfo.value, ScenarioFailed):
        return str(excinfo.value)
    return pytest.Item.repr_failure(item, excinfo, style)

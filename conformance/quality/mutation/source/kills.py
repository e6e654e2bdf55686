"""Running mutants of an SDK's source: each with scenarios that execute its line, until one notices."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.engine.collator import Assessors
from conformance.engine.events import Event, Faulted, RunEnded
from conformance.engine.session import Plan, Session, Stack
from conformance.quality.mutation.mutant_judge import MutantJudge
from conformance.quality.mutation.recorded import Clean
from conformance.quality.mutation.recordings import noticed
from conformance.quality.mutation.source import sites
from conformance.quality.mutation.source.lines import DATA, Executed
from conformance.quality.mutation.source.sites import SourceMutant
from conformance.quality.mutation.spread import spread
from conformance.scenario.model import Scenario
from conformance.subjects import pins
from conformance.subjects.install import Installed, install
from conformance.subjects.subject import Subject
from conformance.verdict.finding import Finding, Result, Verdict
from conformance.wire.recording import Recording

SCRIPTS = pins.harness("python_sdk") / "seeded"
"""What the harness is started by, so that the SDK is traced, or one of its modules another."""
PATIENCE = 10.0
"""Seconds for which a mutant may stand still before it is taken for hanging."""

CHUNKS = (2, 4, 8)
"""How many scenarios a mutant is run on at a time; most die of the first."""


@dataclass(frozen=True)
class Fate:
    """What became of a mutant.

    `tried` are the scenarios that it was run on, out of `reached` that execute its line. `by` is the scenario
    that noticed, `layers` those of its new findings; none where it survived. `invalid` says why it is none.
    """

    mutant: SourceMutant
    reached: int
    tried: tuple[str, ...] = ()
    by: str | None = None
    layers: frozenset[str] = frozenset()
    invalid: str | None = None

    def stands(self, names: Sequence[str], each: int) -> bool:
        """Whether it would come out again of a run on the first `each` of the scenarios named.

        What was killed stays so while its scenario is there. A survivor may be killed by a scenario that it
        was not run on; and that an SDK did not start may have been the machine's fault.
        """
        if self.invalid is not None:
            return False
        return self.by in names if self.by is not None else {*self.tried} == {*names[:each]}


def package() -> Path:
    """Where the pinned SDK's own modules are.

    Raises:
        EnvironmentFault: it can't be installed.
    """
    python = Path(install(Subject.parse("python")).command[0])
    return next((python.parent.parent / "lib").glob("python*")) / "site-packages" / sites.PACKAGE


def traced(stack: Stack, data: Path) -> Stack:
    """A stack whose Python subject records which lines it executes."""
    import coverage  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - installed on its own

    library = Path(coverage.__file__).parent.parent
    script = [str(SCRIPTS / "traced.py"), str(data / DATA), str(library)]
    return replace(stack, install=lambda subject: _scripted(subject, script, data))


def _swapped(stack: Stack, mutant: SourceMutant, file: Path) -> Stack:
    script = [str(SCRIPTS / "swapped.py"), f"{sites.PACKAGE}.{mutant.site.module}", str(file)]
    return replace(stack, install=lambda subject: _scripted(subject, script))


def _scripted(subject: Subject, script: list[str], *written: Path) -> Installed:
    """The SDK as it is installed, its harness started by a script of ours; the reference as it is.

    `written` are directories that the script writes to, which a sandbox would not let it.
    """
    if subject.sdk != "python":
        return install(subject)
    made = install(replace(subject, mutant=None))
    info = replace(made.info, id=subject.id)
    command = (made.command[0], *script)
    return replace(
        made, subject=subject, info=info, command=command, preload=(), written=(*made.written, *written)
    )


def fates(  # noqa: PLR0913 - which, on what, with what
    mutants: Sequence[tuple[SourceMutant | None, sites.Site]],
    executed: Executed,
    clean: Clean,
    stack: Stack,
    *,
    each: int,
    known: Mapping[str, Fate],
    tell: Callable[[str], None],
) -> Iterator[Fate]:
    """Run mutants one after the other; those that don't compile are left out.

    Args:
        mutants: each with its site.
        executed: which scenarios execute which line.
        clean: recordings of the scenarios with the SDKs as they are.
        stack: what runs them.
        each: on how many scenarios a mutant is tried at most.
        known: fates of an earlier run by the mutant's diff; those that still stand are not run again.
        tell: told of each fate.

    Raises:
        KeyboardInterrupt: a signal ended one of the sessions.
    """
    judge = MutantJudge(clean.ledger)
    healthy = Subject.parse("python").id
    own = {name: one for (name, subject), one in clean.recordings.items() if subject == healthy}
    with tempfile.TemporaryDirectory() as directory:
        for mutant, site in mutants:
            if mutant is None:
                continue
            names = spread(sorted(executed.of(site.module, site.line) & own.keys()), mutant.name)
            fate = known.get(mutant.diff)
            if fate is None or not fate.stands(names, each):
                file = Path(directory) / f"{mutant.name}.py"
                file.write_text(mutant.source, encoding="utf-8")
                chosen = [own[name] for name in names[:each]]
                fate = _fate(mutant, names, chosen, clean, judge, stack, file)
            fate = replace(fate, mutant=mutant, reached=len(names))
            tell(f"{mutant.name} {site.module}:{site.line} {site.operator}: {said(fate)}")
            yield fate


def said(fate: Fate) -> str:
    """A fate in words."""
    if fate.invalid is not None:
        return f"no mutant: {fate.invalid}"
    if fate.by is not None:
        return f"killed by {fate.by} ({', '.join(sorted(fate.layers))})"
    return f"survives {len(fate.tried)} scenarios" if fate.tried else "no scenario executes it"


def _fate(  # noqa: PLR0913, PLR0917 - one mutant, and all that it takes to try it
    mutant: SourceMutant,
    names: Sequence[str],
    chosen: Sequence[Recording],
    clean: Clean,
    judge: MutantJudge,
    stack: Stack,
    file: Path,
) -> Fate:
    tried: list[str] = []
    rest = [*chosen]
    sizes = iter(CHUNKS)
    while rest:
        size = next(sizes, CHUNKS[-1])
        chunk, rest = rest[:size], rest[size:]
        made, fault = _run(mutant, chunk, _swapped(stack, mutant, file))
        if not made and fault is not None:
            return Fate(mutant, len(names), invalid=f"the SDK does not start with it: {fault}"[:200])
        for recording in made:
            tried.append(recording.scenario)
            reference = clean.compared_with(recording.scenario)
            healthy = next(one for one in chunk if one.scenario == recording.scenario)
            layers = _new(judge(healthy, reference), judge(recording, reference))
            if layers:
                return Fate(mutant, len(names), tuple(tried), recording.scenario, layers)
    return Fate(mutant, len(names), tuple(tried))


def _new(own: Sequence[Finding], findings: Sequence[Finding]) -> frozenset[str]:
    return frozenset(str(layer) for layer in noticed(own, findings).layers)


def _run(
    mutant: SourceMutant, chosen: Sequence[Recording], stack: Stack
) -> tuple[list[Recording], str | None]:
    made: list[Recording] = []
    faults: list[str] = []
    interrupted = False

    def observe(event: Event) -> None:
        nonlocal interrupted
        if isinstance(event, Faulted):
            faults.append(str(event.error))
        if isinstance(event, RunEnded):
            interrupted = event.interrupted

    plan = Plan(
        scenarios=tuple(
            replace(Scenario.from_document(one.scenario, one.document), limit=PATIENCE) for one in chosen
        ),
        subjects=(replace(Subject.parse("python"), mutant=mutant.name),),
        locations={},
        jobs=2,
    )
    Session(plan, stack, _UNJUDGED, observe, keep=lambda recording, _: made.append(recording)).run()
    if interrupted:
        raise KeyboardInterrupt
    return made, faults[0] if faults else None


def _nothing(recording: Recording, _reference: Recording | None) -> Result:
    return Result(recording.scenario, recording.subject.id, Verdict.CONFORMS, recording.seconds, ())


_UNJUDGED = Assessors(judge=_nothing, stream=lambda _: None, difference=lambda *_: None)

__all__ = ["Fate", "fates", "package", "said", "traced"]

"""`conformance divergences`: the ledger in a maintainer's words, and entries proposed for what is new."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from conformance.commands import reports, shared
from conformance.commands.judge import replay
from conformance.engine import judging
from conformance.engine.collator import assessors
from conformance.engine.collected import Collected
from conformance.engine.events import Event
from conformance.engine.files import ledger_file
from conformance.errors import Exit, UsageError
from conformance.report import escape
from conformance.report.text import counted
from conformance.scenario.model import Scenario
from conformance.sdks.versions import release
from conformance.verdict import ledger_yaml
from conformance.verdict.entries import EVERYWHERE, Entry, Kind
from conformance.verdict.known_versions import KnownVersions
from conformance.verdict.ledger import Ledger
from conformance.verdict.ledger_file import parse
from conformance.verdict.promise import ended_apart
from conformance.verdict.proposals import Observed, propose
from conformance.verdict.surroundings import Surroundings
from conformance.wire.recording import Recording

Hits = Mapping[str, Mapping[str, int]]
"""Entry to scenario to the number of findings that it accounted for there."""


def options(command: argparse.ArgumentParser) -> None:
    """Say what can be said."""
    command.add_argument(
        "directory",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="recordings: count what each entry accounts for",
    )
    command.add_argument(
        "--propose",
        action="store_true",
        help="write entries for new findings to standard output; without DIR all scenarios are run",
    )
    command.add_argument(
        "--confirm",
        metavar="[SDK@]VERSION",
        help="raise the newest version seen of the entries that the run in DIR showed, in the ledger's file",
    )
    command.add_argument("--breaks", action="store_true", help="only what breaks the specification")
    shared.scenarios(command)
    shared.subjects(command)
    shared.jobs(command)
    shared.as_json(command)


def execute(given: argparse.Namespace) -> Exit:
    """Print every entry, with what it accounted for where runs are at hand; or what could be added."""
    path = ledger_file(given.scenarios)
    ledger = Ledger.load(path)
    if given.confirm is not None:
        if not given.directory:
            raise UsageError("--confirm needs a run", hint="name the DIR of `run --out` with that version")
        run = _run(given, ledger)
        return max(_interfered(run.collected), _confirm(given.confirm, run.collected, ledger, path))
    if given.propose:
        run = _run(given, ledger)
        return max(_interfered(run.collected), _propose(run, ledger))
    entries = tuple(one for one in ledger.entries if one.kind is Kind.BREAKS or not given.breaks)
    if given.directory:
        run = _run(given, ledger)
        _print(entries, _hits(run.collected), as_json=given.json)
        return _interfered(run.collected)
    _print(entries, None, as_json=given.json)
    return Exit.AS_EXPECTED


@dataclass
class _Judged:
    """A run's verdicts, and the program of each of its scenarios."""

    collected: Collected = field(default_factory=Collected)
    programs: dict[str, Surroundings] = field(default_factory=dict)

    def keep(self, recording: Recording, _repeat: int) -> None:
        """Take a recording's program."""
        if recording.scenario not in self.programs:
            scenario = Scenario.from_document(recording.scenario, recording.document)
            self.programs[recording.scenario] = Surroundings(scenario)


def _run(given: argparse.Namespace, ledger: Ledger) -> _Judged:
    """Judge the recordings that were named, or run all; what is unexpected goes to standard error."""
    run = _Judged()
    watching = reports.watching(given.directory)

    def emit(event: Event) -> None:
        run.collected(event)
        for listener in watching:
            listener(event)

    judges = assessors(ledger, strict=False, drawn=False)
    if given.directory:
        replay(given.directory, judges, emit, keep=run.keep)
    else:
        from conformance.commands import chosen, selection  # noqa: PLC0415 (reading recordings needs no SDK)
        from conformance.engine.session import Plan, Session  # noqa: PLC0415
        from conformance.engine.stack import real  # noqa: PLC0415

        found = selection.scenarios(given.scenarios, ())
        plan = Plan(
            scenarios=found.scenarios,
            subjects=chosen.subjects(given.subjects, given.reference),
            locations=found.lines,
            errors=selection.problems(found),
            jobs=given.jobs,
        )
        run.programs = {one.id: Surroundings(one) for one in found.scenarios}
        Session(plan, real(), judges, emit, judge=judging.start).run()
    return run


def _interfered(run: Collected) -> Exit:
    """What kept some of the run from being judged, if anything; what was found is what we are here for."""
    code = run.exit()
    return Exit.AS_EXPECTED if code is Exit.FINDING else code


def _propose(run: _Judged, ledger: Ledger) -> Exit:
    """Write entries for what is new to standard output; why there is none for the rest, to standard error."""
    collected = run.collected
    infos = {info.id: info for info in collected.subjects}
    reference = infos.get(collected.started.reference) if collected.started else None
    shown = (
        Observed(
            run.programs[judged.result.scenario],
            finding,
            infos[judged.result.subject],
            reference if judged.result.subject != (reference and reference.id) else None,
            ended_apart=ended_apart([*judged.result.findings]),
        )
        for judged in collected.judged()
        for finding in judged.result.findings
        if judged.result.scenario in run.programs
    )
    proposals = propose(shown, [entry.id for entry in ledger.entries])
    sys.stdout.write("\n".join(proposals.entries))
    for line in proposals.refused:
        sys.stderr.write(escape.told([f"no entry for {line}"]))
    sys.stderr.write(
        f"{len(proposals.entries)} entries proposed; say in each what it is and where it comes from\n"
        if proposals.entries
        else "no entry proposed\n"
    )
    return Exit.FINDING if proposals.refused else Exit.AS_EXPECTED


def _confirm(text: str, run: Collected, ledger: Ledger, path: Path) -> Exit:
    """Raise the newest version seen in the entries that a run with it showed; name those that it did not."""
    sdk, version = _confirmed(text, run)
    own = [one for one in ledger.entries if any(each.sdk == sdk for each in one.known)]
    hits = _hits(run)
    newer = [
        one
        for one in own
        if any(each.sdk == sdk and _newer(each, version) for each in one.known) and one.id in hits
    ]
    old = path.read_text(encoding="utf-8")
    new = ledger_yaml.confirm(old, str(path), sdk, version, {one.id for one in newer})
    parse(new, str(path))
    if new != old:
        path.write_text(new, encoding="utf-8")
    for entry in (one for one in own if one.id not in hits and _holds(one, sdk, version)):
        sys.stderr.write(
            f"{entry.id} did not show with {sdk} {version}: end its versions where it was fixed\n"
        )
    sys.stdout.write(f"{counted(len(newer), 'entry', 'entries')} confirmed for {sdk} {version} in {path}\n")
    return Exit.AS_EXPECTED


def _newer(versions: KnownVersions, text: str) -> bool:
    version = release(text)
    return version is not None and versions.range.hold(text) and version > versions.confirmed


def _holds(entry: Entry, sdk: str, text: str) -> bool:
    return entry.versions.sdk == sdk and entry.versions.range.hold(text)


def _confirmed(text: str, run: Collected) -> tuple[str, str]:
    """The SDK and version that were meant, which the run must have had."""
    sdk, _, version = text.rpartition("@")
    found = [info for info in run.subjects if info.version == version and sdk in ("", info.sdk)]
    if len({info.sdk for info in found}) != 1:
        had = ", ".join(f"{info.sdk}@{info.version}" for info in run.subjects) or "none"
        raise UsageError(
            f"the run has {'more than one subject' if found else 'no subject'} {text}",
            hint=f"say SDK@VERSION, one of {had}",
        )
    released = release(version)
    if released is None or str(released) != version:
        raise UsageError(f"{version} is no release", hint="confirm what was published, such as 3.1.0")
    return found[0].sdk, version


def _hits(run: Collected) -> Hits:
    hits: dict[str, dict[str, int]] = {}
    for judged in run.judged():
        for finding in judged.result.findings:
            if finding.divergence is not None:
                scenarios = hits.setdefault(finding.divergence, {})
                scenarios[judged.result.scenario] = scenarios.get(judged.result.scenario, 0) + 1
    return hits


def _print(entries: tuple[Entry, ...], hits: Hits | None, *, as_json: bool) -> None:
    if as_json:
        rows = [_row(entry) | ({} if hits is None else _counts(entry, hits)) for entry in entries]
        sys.stdout.write(escape.json_text({"schema": 1, "divergences": rows}))
        return
    for sdk in sorted({entry.versions.sdk for entry in entries}):
        own = [entry for entry in entries if entry.versions.sdk == sdk]
        breaking = sum(entry.kind is Kind.BREAKS for entry in own)
        heading = (
            f"{sdk}: {counted(len(own), 'known divergence')}, {breaking} of them against the specification"
        )
        sys.stdout.write(f"{heading}\n\n")
        for entry in sorted(own, key=lambda one: one.kind is not Kind.BREAKS):
            sys.stdout.write(escape.told(f"  {line}" for line in words(entry, hits)) + "\n")
    sys.stdout.write(f"{counted(len(entries), 'known divergence')}\n")


def _row(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.title,
        "what": entry.what,
        "link": entry.link,
        "kind": entry.kind.value,
        "sdk": entry.versions.sdk,
        "versions": entry.versions.range.text,
        "confirmed": str(entry.versions.confirmed),
        "findings": [asdict(spot) for spot in entry.spots],
        "subjects": {entry.versions.sdk: entry.versions.range.text},
        "reference": {entry.reference.sdk: entry.reference.range.text} if entry.reference else {},
        "witnesses": list(entry.witnesses),
        "limited": bool(entry.limited),
        "limited_because": entry.limited or None,
        "racy_because": entry.racy or None,
        "breaks": list(entry.breaks),
    }


def _counts(entry: Entry, hits: Hits) -> dict[str, int]:
    scenarios = hits.get(entry.id, {})
    return {"hits": sum(scenarios.values()), "scenarios": len(scenarios)}


def words(entry: Entry, hits: Hits | None) -> Iterator[str]:
    """An entry in a maintainer's words, with what it accounted for where runs are at hand."""
    yield f"{entry.id}: {entry.title}"
    breaks = f"breaks {', '.join(entry.breaks)}" if entry.breaks else "behaviour of its own"
    against = f", against {_known(entry.reference)}" if entry.reference else ""
    yield f"  {breaks}; {_known(entry.versions)}{against}"
    yield f"  {entry.what}"
    scopes = dict.fromkeys(str(spot.scope) for spot in entry.spots if spot.scope != EVERYWHERE)
    if scopes:
        yield f"  applies to {'; '.join(scopes)}"
    yield f"  shown by {', '.join(entry.witnesses)}" if entry.witnesses else f"  racy: {entry.racy}"
    if entry.limited:
        yield f"  holds there only: {entry.limited}"
    if hits is not None:
        count = _counts(entry, hits)
        found, where = counted(count["hits"], "finding"), counted(count["scenarios"], "scenario")
        yield f"  accounts for {found} in {where}"
    yield f"  {entry.link}"


def _known(versions: KnownVersions) -> str:
    return f"{versions}, confirmed to {versions.confirmed}"

"""The page: an index that is there at once, and the details of scenarios, packed and opened on demand.

Details are JSON, one scenario a line, each folder deflated and in base64: a whole run stays within a
megabyte, and a browser unpacks only what is looked at. Whatever a subject or a file says reaches the page
through `visible` and is set as text, never as markup; the page's own policy forbids any other script, style
or request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined

from conformance.engine.baseline import comparison
from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected, changed, unexpected
from conformance.engine.events import Judged
from conformance.engine.sources import spot
from conformance.report import requirements
from conformance.report.escape import visible
from conformance.report.page import details
from conformance.report.page.bundle import bundle
from conformance.report.page.known import Known
from conformance.verdict.finding import GOOD, GRAVEST_FIRST, Verdict

SYMBOLS: Mapping[Verdict, str] = {
    Verdict.CONFORMS: "✓",
    Verdict.PARITY: "✓",
    Verdict.KNOWN_DIVERGENCE: "≈",
    Verdict.DIVERGED: "≠",
    Verdict.VIOLATED: "✗",
    Verdict.UNSUPPORTED: "○",
    Verdict.UNSTABLE: "≠",
    Verdict.SCENARIO_ERROR: "⚠",
    Verdict.HARNESS_ERROR: "⚠",
}
"""What stands beside the colour of a verdict, so that no one needs the colour."""

LEVEL = 9


@dataclass(frozen=True)
class Card:
    """A cause as the index shows it; every text inert."""

    id: str
    title: str
    tag: str
    scenarios: int
    simplest: str
    where: str
    seen: str
    wanted: str
    answer: str
    frames: tuple[str, ...]
    folders: tuple[tuple[str, int], ...]
    follows: int
    commands: tuple[str, ...]


def render(run: Collected, known: Mapping[str, Known]) -> str:
    """The whole page; `known` has the ledger's entries by id."""
    found = causes(run)
    groups = [[*group] for _, group in groupby(run.judged(), key=lambda one: one.result.scenario)]
    affected = {
        (one.result.scenario, one.result.subject): number
        for number, cause in enumerate(found)
        for one in cause.affected
    }
    reference = run.started.reference if run.started else ""
    chunks, places = _packed(
        (_folder(group[0]), details.scenario(group, reference, affected, known)) for group in groups
    )
    subjects = [info.id for info in run.subjects]
    rows = [_row(group, subjects, run, affected, place) for group, place in zip(groups, places, strict=True)]
    bad = sum(any(one.result.verdict not in GOOD for one in group) for group in groups)
    style, code = _own("page.css"), script()
    index = {
        "subjects": [visible(one) for one in subjects],
        "symbols": {verdict.value: symbol for verdict, symbol in SYMBOLS.items()},
        "baseline": bool(run.started and run.started.baseline),
        "good": [verdict.value for verdict in GOOD],
        "causes": [[visible(cause.id), visible(cause.title)] for cause in found],
        "rows": rows,
    }
    page: str = _template().render(
        style=style,
        script=code,
        style_hash=_hash(style),
        script_hash=_hash(code),
        title=_title(run, bad, len(groups)),
        bad=bad,
        scenarios=len(groups),
        reference=visible(reference),
        subjects=[visible(one) for one in subjects],
        totals=_totals(run),
        requirements=_requirements(run),
        comparison=_comparison(run),
        wrong=[visible(one) for one in _wrong(run)],
        cards=[_card(cause) for cause in found],
        index=_embedded(index),
        chunks=chunks,
    )
    return page


def _title(run: Collected, bad: int, scenarios: int) -> str:
    if not scenarios:
        return "Nothing was judged"
    if bad:
        return f"✗ {bad} of {scenarios} scenarios are not as expected"
    if run.interrupted:
        return "⚠ Interrupted"
    return "✗ Not as expected" if any(_wrong(run)) else "✓ As expected"


def _comparison(run: Collected) -> str:
    told = comparison(run)
    if told is None:
        return ""
    counts = (
        f"{len(told.new)} new, {len(told.changed)} changed, {len(told.fixed)} fixed, {told.same} the same, "
        f"{told.missing} not compared"
    )
    return visible(f"Beside {told.baseline}: {counts}" + "".join(f"; {note}" for note in told.notes))


def _packed(
    scenarios: Iterable[tuple[str, dict[str, Any]]],
) -> tuple[list[str], list[tuple[int, int]]]:
    """Chunks, one a folder, and for each scenario its chunk and its line in there."""
    chunks: list[str] = []
    places: list[tuple[int, int]] = []
    for _, group in groupby(scenarios, key=lambda each: each[0]):
        lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for _, each in group]
        places += [(len(chunks), line) for line in range(len(lines))]
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress("\n".join(lines).encode()) + packer.flush()
        chunks.append(base64.b64encode(packed).decode("ascii"))
    return chunks, places


def _folder(judged: Judged) -> str:
    return judged.result.scenario.rpartition("/")[0]


def _row(
    group: Sequence[Judged],
    subjects: Sequence[str],
    run: Collected,
    affected: Mapping[tuple[str, str], int],
    place: tuple[int, int],
) -> list[Any]:
    """A scenario in the index; `js/data.js` names what stands where in it."""
    first = group[0]
    verdicts = {one.result.subject: one.result.verdict.value for one in group}
    rules = dict.fromkeys(one.rule for judged in group for one in unexpected(judged))
    entries = dict.fromkeys(
        one.divergence for judged in group for one in judged.result.findings if one.divergence
    )
    document = next((one.trace.document for one in group if one.trace), {})
    numbers = dict.fromkeys(
        number
        for one in group
        if (number := affected.get((one.result.scenario, one.result.subject))) is not None
    )
    return [
        visible(first.result.scenario),
        visible(str(document.get("title", ""))),
        [visible(str(one)) for one in document.get("covers", ())],
        (run.started.requirements if run.started else {}).get(first.result.scenario, ""),
        [verdicts.get(subject, "") for subject in subjects],
        [*rules],
        [*entries],
        [*numbers],
        *place,
        _beside_baseline(group),
    ]


def _beside_baseline(group: Sequence[Judged]) -> str:
    """Where something is unexpected: `new`, or `changed` where the baseline has it otherwise.

    `fixed` where something was, and is no more.
    """
    if found := [one for one in group if unexpected(one)]:
        return "changed" if all(map(changed, found)) else "new"
    was_bad = any(one.before is not None and one.before.verdict not in GOOD for one in group)
    return "fixed" if was_bad and all(one.result.verdict in GOOD for one in group) else ""


def _totals(run: Collected) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """For each subject how often each verdict was given, with its symbol; those never given left out."""
    rows = []
    for info in run.subjects:
        counts = run.verdicts(info.id)
        told = [(one.value, SYMBOLS[one], counts[one]) for one in reversed(GRAVEST_FIRST) if counts[one]]
        rows.append((visible(info.id), told))
    return rows


def _requirements(run: Collected) -> list[str]:
    return [
        f"{visible(subject)}: " + ", ".join(f"{count} {standing}" for standing, count in counts.items())
        for subject, counts in requirements.totals(run).items()
    ]


def _wrong(run: Collected) -> list[str]:
    wrong = [str(fault) for fault in run.faults] + list(run.ended.problems if run.ended else ())
    if run.interrupted:
        wrong.append("interrupted: what had not ended is missing")
    return wrong


def _card(cause: Cause) -> Card:
    simplest, evidence = cause.simplest, cause.evidence
    answer = evidence.answer if evidence else None
    what = f" {evidence.what}" if evidence and evidence.what else ""
    follows: Counter[str] = Counter()
    for each in cause.follows:
        follows[each.rule] += each.findings
    return Card(
        id=visible(cause.id),
        title=visible(cause.title),
        tag=f"{cause.layer} / {visible(cause.rule)} · blame: {cause.blame}",
        scenarios=len(cause.scenarios),
        simplest=visible(simplest.result.scenario),
        where=visible(f"{spot(simplest, evidence)}{what}"),
        seen=details.told(cause.first, cause.seen),
        wanted=details.told(cause.first, cause.wanted),
        answer=visible(f"{answer.status} {answer.message}") if answer else "",
        frames=tuple(visible(str(frame)) for frame in evidence.frames) if evidence else (),
        folders=tuple((visible(folder), count) for folder, count in cause.folders),
        follows=sum(follows.values()),
        commands=(visible(cause.rerun), visible(cause.look), f"conformance explain {visible(cause.rule)}"),
    )


def _embedded(value: Any) -> str:
    """JSON that can't end the element that it stands in."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _hash(own: str) -> str:
    """The hash by which the page's policy knows its own style and script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(own.encode()).digest()).decode("ascii")


@cache
def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def script() -> str:
    """The page's script, whole."""
    folder = files(__package__).joinpath("js")
    modules = {one.name.removesuffix(".js"): one for one in folder.iterdir() if one.name.endswith(".js")}
    return bundle({name: one.read_text(encoding="utf-8") for name, one in modules.items()})


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_own("page.html.jinja"))

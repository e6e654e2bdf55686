"""The summary of a run in Markdown, for the page of a pull request: some 25 lines, whatever went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.engine.baseline import comparison
from conformance.engine.causes import Cause, causes
from conformance.engine.collected import Collected
from conformance.engine.frames import telling
from conformance.engine.headline import Headline, headline
from conformance.engine.sources import spot
from conformance.errors import Exit
from conformance.report import requirements, summary
from conformance.report.cause_text import field, short
from conformance.report.escape import code, cut, markdown
from conformance.report.text import counted
from conformance.verdict.finding import Blame

CAUSES = 5
FAULTS = 5
BYTES = 60_000
"""GitHub drops a step's summary above 1 MiB, and people do so far below that."""


def render(run: Collected, *, link: str = "") -> str:
    """The whole summary; `link` is where the reports are to be had."""
    found = causes(run)
    code_ = run.exit()
    mark = "✓" if code_ is Exit.AS_EXPECTED and run.judged() else "✗"
    reports = f" · [reports]({link})" if link else ""
    lines = [f"## {mark} Conformance: {markdown(summary.verdict(run, len(found)))}{reports}", ""]
    for subject in _compared(run):
        lines += [*_table(run, subject), ""]
    lines += [markdown(line) + "  " for line in (*summary.left_out(run), *summary.beside(run))]
    wrong = [str(fault) for fault in run.faults]
    if run.ended and not (run.started and run.started.baseline):
        wrong += run.ended.problems
    if run.interrupted:
        wrong.insert(0, "interrupted: what had not ended is missing")
    lines += [f"- {markdown(one, 300)}" for one in wrong[:FAULTS]]
    if wrong[FAULTS:]:
        lines.append(f"- and {len(wrong) - FAULTS} more")
    if found:
        lines += ["", f"### {counted(len(found), 'cause')}"]
    for cause in found[:CAUSES]:
        lines += ["", *_cause(run, cause)]
    if found[CAUSES:]:
        lines += ["", f"and {counted(len(found) - CAUSES, 'more cause')}: see the reports"]
    text = "\n".join(lines) + "\n"
    return text if len(text.encode()) <= BYTES else _short(text)


def _short(text: str) -> str:
    """As many whole lines as there is room for."""
    kept, size = [], 0
    for line in text.split("\n"):
        size += len(line.encode()) + 1
        if size > BYTES - 100:
            break
        kept.append(line)
    return "\n".join([*kept, "", "_cut here: the reports have all of it_", ""])


def _compared(run: Collected) -> list[str]:
    reference = run.started.reference if run.started else ""
    return [info.id for info in run.subjects if info.id != reference] or [info.id for info in run.subjects]


def _table(run: Collected, subject: str) -> Iterator[str]:
    """The numbers of the promise, beside the baseline's where there is one."""
    reference = run.started.reference if run.started else ""
    base = _before(run, subject, reference)
    alike = {one.result.scenario for one in run.judged() if one.before is not None}
    results = [one.result for one in run.judged() if base is None or one.result.scenario in alike]
    now = headline(subject, results, reference=reference)
    aws = requirements.totals(run).get(requirements.names(run.subjects).get(subject, subject))
    compared = comparison(run)
    if base is not None and compared is not None:
        yield f"| | {markdown(run.called(compared.baseline), 80)} | {markdown(run.called(subject), 80)} | |"
        yield "| --- | ---: | ---: | ---: |"
    else:
        yield f"| | {markdown(run.called(subject), 80)} |"
        yield "| --- | ---: |"
    then = _numbers(base, _aws_before(run, subject)) if base else {}
    for name, number in _numbers(now, aws["pass"] + aws["known"] if aws else None).items():
        row = f"| {name} | "
        if base is not None:
            earlier = then.get(name)
            row += f"{'' if earlier is None else earlier} | {number} | {_delta(earlier, number)} |"
        else:
            of = sum(aws.values()) if aws and name.startswith("AWS") else now.scenarios
            row += f"{number} of {of} |"
        yield row


def _before(run: Collected, subject: str, reference: str) -> Headline | None:
    """The baseline's numbers for a subject; its reference is this run's where it had none of its own."""
    pairs = [(one.result, one.before) for one in run.judged()]
    own = next((before.subject for now, before in pairs if before and now.subject == subject), None)
    if own is None:
        return None
    other = next((before.subject for now, before in pairs if before and now.subject == reference), reference)
    results = [before for _, before in pairs if before is not None]
    if other == reference:
        results += [now for now, _ in pairs if now.subject == reference]
    return headline(own, results, reference=other)


def _numbers(one: Headline, aws: int | None) -> dict[str, int]:
    numbers = {
        "parent ids exactly as demanded": one.parents,
        "lifecycles exactly as demanded": one.lifecycles,
        "protocol rules held, or broken as known": one.rules + one.rules_known,
    }
    if aws is not None:
        numbers["AWS requirements"] = aws
    if one.compared:
        numbers["the same meaning as the reference, or different as known"] = one.same + one.differ_known
    return numbers


def _aws_before(run: Collected, subject: str) -> int | None:
    """The requirements that the baseline met, of the scenarios of this run."""
    wanted = run.started.requirements if run.started else {}
    met = {
        wanted[one.result.scenario]: requirements.standing(one.before)
        for one in run.judged()
        if one.before is not None and one.result.subject == subject and one.result.scenario in wanted
    }
    return sum(one is not requirements.Standing.FAIL for one in met.values()) if met else None


def _delta(before: int | None, now: int) -> str:
    if before is None or before == now:
        return ""
    return f"+{now - before}" if now > before else f"\N{MINUS SIGN}{before - now}"


def _cause(run: Collected, cause: Cause) -> Iterator[str]:
    """What it is, seen and wanted; then where, and the command."""
    known = cause.evidence
    what = code(known.what, 120) if known and known.what else code(cause.first.path, 120)
    named = field(cause.first)
    label = f" {code(named, 80)}" if named else ""
    told = (
        f"**{markdown(cause.id)}**, {counted(len(cause.scenarios), 'scenario')}: {markdown(cause.title)}. "
        f"{what} is seen with{label} {code(short(cause.seen), 160)}, wanted {code(short(cause.wanted), 160)}"
    )
    if known and known.answer:
        told += f"; the service answered {known.answer.status} {code(known.answer.message, 160)}"
    if cause.blame is not Blame.SDK:
        told += f" (blame: {cause.blame.value})"
    yield told + "  "
    place = spot(cause.simplest, known)
    where = [f"simplest: {code(f'{place.file}:{place.line}' if place.line else place.file, 160)}"]
    sdk = next((info.sdk for info in run.subjects if info.id == cause.simplest.result.subject), "")
    if known and known.frames:
        frame = telling(known.frames, sdk)[0]
        where.insert(0, code(f"{frame.file}:{frame.line}", 120))
    yield " · ".join([*where, code(cut(cause.rerun, 300), 400)])

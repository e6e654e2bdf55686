"""The summary of a run in plain lines: is anything new, and what the project promises in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.engine.alone import alone
from conformance.engine.baseline import comparison
from conformance.engine.collected import Collected
from conformance.engine.headline import Headline, headline
from conformance.errors import Exit
from conformance.report import requirements
from conformance.report.text import counted

ENDS = {
    Exit.AS_EXPECTED: "PASSED",
    Exit.FINDING: "FAILED",
    Exit.USAGE: "UNUSABLE",
    Exit.ENVIRONMENT: "NOT ALL JUDGED",
    Exit.INTERRUPTED: "INTERRUPTED",
}
"""How a run that ends with a code is called in its last line."""


def headlines(run: Collected) -> tuple[Headline, ...]:
    """The numbers of every subject, the reference's last."""
    reference = run.started.reference if run.started else ""
    results = [one.result for one in run.judged()]
    order = sorted((info.id for info in run.subjects), key=lambda name: name == reference)
    return tuple(headline(name, results, reference=reference) for name in order)


def verdict(run: Collected, causes: int) -> str:
    """The one line that answers what the run was for."""
    if not run.judged():
        return "nothing was judged"
    compared = comparison(run)
    if compared is not None:
        new = Counter(subject for _, subject in compared.new)
        other = Counter(subject for _, subject in compared.changed)
        if new or other or causes:
            how = "newly broken" if new or not other else "broken in another way"
            return f"{_told_bad(run, new or other) or 'nothing'} {how} · {counted(causes, 'cause')}"
        good = f"nothing is new beside {run.called(compared.baseline)}"
    else:
        bad = Counter({one.subject: one.bad for one in headlines(run) if one.bad})
        if bad:
            return f"{_told_bad(run, bad)} · {counted(causes, 'cause')}"
        if run.ended and run.ended.problems:
            return "the ledger does not say what is so any more"
        good = f"{_compared(run)} nothing that is not known"
    if _hindered(run):
        return f"Not all could be judged; in what could be, {good}."
    return f"As expected: {good}."


def _told_bad(run: Collected, counts: Counter[str]) -> str:
    """How many scenarios of how many, of each subject that has some."""
    return " and ".join(
        f"{counts[one.subject]} of {counted(one.scenarios, 'scenario')} with {run.called(one.subject)}"
        for one in headlines(run)
        if counts[one.subject]
    )


def _compared(run: Collected) -> str:
    """The subjects that are compared, or the reference alone, and the verb that goes with them."""
    reference = run.started.reference if run.started else ""
    every = [info.id for info in run.subjects]
    names = [name for name in every if name != reference] or every
    return f"{' and '.join(map(run.called, names))} {'breaks' if len(names) == 1 else 'break'}"


def _hindered(run: Collected) -> bool:
    """Whether something could not be used, or the run was ended before its time."""
    return bool(run.faults) or run.interrupted


def beside(run: Collected) -> Iterator[str]:
    """What is new, fixed and the same beside the baseline, and what could not be compared."""
    one = comparison(run)
    if one is None:
        return
    missing = f" · {one.missing} not comparable" if one.missing else ""
    other = f" · {len(one.changed)} broken in another way" if one.changed else ""
    counts = f"{len(one.new)} newly broken{other} · {len(one.fixed)} fixed · {one.same} the same{missing}"
    yield f"against {run.called(one.baseline)} (baseline): {counts}"
    names = ", ".join(dict.fromkeys(scenario for scenario, _ in one.fixed[:FIXED]))
    if names:
        more = f" and {len(one.fixed) - FIXED} more" if one.fixed[FIXED:] else ""
        yield f"  fixed: {names}{more}"
    yield from (f"  not comparable: {note}" for note in one.notes)


FIXED = 5
"""Verdicts that are named where they are fixed."""


def took(run: Collected) -> str:
    """How many scenarios in what time."""
    judged = len({one.result.scenario for one in run.judged()})
    seconds = run.ended.seconds if run.ended else 0
    return f"{counted(judged, 'scenario')} in {duration(seconds)}"


def duration(seconds: float) -> str:
    """`0.8 s`, `42 s`, `1 m 20 s`."""
    if seconds < 10:  # noqa: PLR2004 (below it a tenth matters)
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    return f"{minutes} m {rest} s" if minutes else f"{rest} s"


def promised(run: Collected) -> Iterator[str]:
    """The numbers of what the project promises, a block for each subject that is compared."""
    reference = run.started.reference if run.started else ""
    numbers = headlines(run)
    standings = requirements.totals(run)
    names = requirements.names(run.subjects)
    compared = [one for one in numbers if one.subject != reference]
    for one in compared or numbers:
        if len(compared) > 1:
            yield f"    {run.called(one.subject)}"
        yield from _rows(one, standings.get(names.get(one.subject, one.subject)), reference)
    for one in numbers:
        if compared and one.scenarios and one.subject == reference:
            yield _row(
                f"{one.subject} itself",
                f"parent ids {one.parents} · lifecycles {one.lifecycles} · protocol rules {one.rules}"
                f"{f' + {one.rules_known} known' if one.rules_known else ''}, of {one.scenarios}",
            )


def left_out(run: Collected) -> Iterator[str]:
    """How many scenarios the run left out as deep, and how they are run."""
    deep = run.started.held.deep if run.started and run.started.held else ()
    if deep:
        it = "it" if len(deep) == 1 else "them"
        yield f"{counted(len(deep), 'deep scenario')} not run · --deep runs {it}"


def lonely(run: Collected) -> Iterator[str]:
    """Which subject stands alone, in how many scenarios, and in which of them; where three or more ran."""
    single = alone(run)
    for info in run.subjects:
        names = [scenario for scenario, subject in single.items() if subject == info.id]
        if names:
            more = f" and {len(names) - ALONE} more" if names[ALONE:] else ""
            where = f"{counted(len(names), 'scenario')} ({', '.join(names[:ALONE])}{more})"
            yield f"{run.called(info.id)} stands alone in {where}: all others do as demanded"


ALONE = 4
"""Scenarios that are named in which a subject stands alone."""


def _rows(one: Headline, aws: dict[str, int] | None, reference: str) -> Iterator[str]:
    yield _row("parent ids", f"{one.parents} of {one.scenarios} exactly as the scenario demands")
    yield _row("lifecycles", f"{one.lifecycles} of {one.scenarios} exactly as the scenario demands")
    broken = one.scenarios - one.unjudged - one.rules - one.rules_known
    yield _row(
        "protocol rules",
        _told(
            f"{counted(one.rules, 'scenario')} {'holds' if one.rules == 1 else 'hold'} all",
            one.rules_known and f"{one.rules_known} break one, known",
            broken and f"{broken} {'breaks' if broken == 1 else 'break'} one, new",
            one.unjudged and f"{one.unjudged} could not be judged",
        ),
    )
    if one.misspelt:
        yield _row("spelling", f"{one.misspelt} written otherwise than this SDK is known to write")
    if aws:
        yield _row(
            "AWS requirements",
            _told(
                f"{aws['pass']} of {sum(aws.values())}",
                aws["known"] and f"{aws['known']} differ, known",
                aws["fail"] and f"{aws['fail']} fail",
            ),
        )
    if one.compared:
        new = one.compared - one.same - one.differ_known - one.apart
        yield _row(
            f"against {reference}",
            _told(
                f"{one.same} mean the same",
                one.differ_known and f"{one.differ_known} behave differently, known",
                new and f"{new} behave differently, new",
                one.apart and f"{one.apart} met other faults",
            ),
        )


def _row(name: str, words: str) -> str:
    return f"    {name:<18} {words}"


def _told(*parts: str | int) -> str:
    return " · ".join(str(part) for part in parts if part)

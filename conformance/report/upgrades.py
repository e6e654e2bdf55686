"""What upgrades come to, for people: the console's words and a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.engine.upgrade_answers import Answer, Obstacle
from conformance.report import escape
from conformance.report.text import counted
from conformance.verdict.upgrades.resumption import Resumed, Resumption

SHOWN = 5
"""How many obstacles of one direction are told in full."""

_OTHERS = {
    Resumption.INCOMPARABLE: "not comparable",
    Resumption.UNSUPPORTED: "unsupported",
    Resumption.HARNESS_ERROR: "harness errors",
}


def console(found: Iterable[Answer]) -> Iterator[str]:
    """The lines for a terminal: for each direction the answer first, then what stands in the way."""
    for one in found:
        yield f"{_mark(one)} {one.first} → {one.second}: may I upgrade? {sentence(one)}"
        yield f"    {_tally(one)}"
        for obstacle in one.obstacles[:SHOWN]:
            yield from _told(obstacle)
        if (more := len(one.obstacles) - SHOWN) > 0:
            yield f"    and {counted(more, 'more')}: --json has all of them"
        yield from _apart(one)


def sentence(one: Answer) -> str:
    """Such as `no, because 3 hang in 2 of 40 scenarios`."""
    if one.says is None:
        return f"unknown: {one.because}"
    return f"{'yes' if one.says else 'no'}, because {one.because}"


def _mark(one: Answer) -> str:
    return {True: "✓", False: "✗", None: "?"}[one.says]


def _tally(one: Answer) -> str:
    told = [f"{one.counts[verdict]} {verdict.value}" for verdict in Resumption if verdict not in _OTHERS]
    told += [f"{one.counts[verdict]} {words}" for verdict, words in _OTHERS.items() if one.counts[verdict]]
    return f"{counted(len(one.results), 'point')}: {' · '.join(told)}"


def _told(obstacle: Obstacle) -> Iterator[str]:
    simplest = obstacle.runs[0]
    scenarios = obstacle.scenarios
    yield (
        f"    ✗ {obstacle.verdict.value}: {obstacle.rule}, in {counted(len(scenarios), 'scenario')}; "
        f"simplest: {escape.console(simplest.scenario)} after invocation {simplest.after} of {simplest.of}"
    )
    for each in simplest.departures[:SHOWN]:
        yield f"        {escape.console(each.message)}"
    if simplest.reason:
        yield f"        {escape.console(simplest.reason)}"
    if len(scenarios) > 1:
        yield f"        also: {escape.console(', '.join(scenarios[1:]))}"


def _apart(one: Answer) -> Iterator[str]:
    """What kept some scenarios from being compared, each reason once."""
    reasons: dict[tuple[Resumption, str], list[Resumed]] = {}
    for each in one.results:
        if each.verdict in _OTHERS:
            reasons.setdefault((each.verdict, each.reason), []).append(each)
    for (verdict, reason), runs in list(reasons.items())[:SHOWN]:
        yield f"    {_OTHERS[verdict]}: {escape.console(runs[0].scenario)} ({escape.console(reason)})"
    if (more := len(reasons) - SHOWN) > 0:
        yield f"    and {counted(more, 'more reason')}: --json has all of them"


def markdown(found: Iterable[Answer], caption: str) -> str:
    """A table with a row a direction, what was run above it and what stands in the way below."""
    given = list(found)
    heads = ["from", "to", "may I?", "scenarios", *(verdict.value for verdict in Resumption)]
    rows = [
        [
            one.first,
            one.second,
            {True: "yes", False: "no", None: "?"}[one.says],
            str(one.scenarios),
            *(str(one.counts[verdict]) for verdict in Resumption),
        ]
        for one in given
    ]
    lines = [escape.markdown(caption), ""]
    lines += ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    for one in given:
        lines += _obstacles(one)
    return "\n".join(lines) + "\n"


def placed(page: str, sdk: str, table: str) -> str:
    """A page with the table between the marks of that SDK; where it has none, the table alone."""
    begin, end = f"<!-- upgrades of {sdk}, written by the command -->", f"<!-- end of {sdk} -->"
    before, marked, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    return f"{before}{begin}\n{table}{end}{after}" if marked and closed else table


def _obstacles(one: Answer) -> Iterator[str]:
    if not one.obstacles:
        return
    yield ""
    yield f"**{one.first} to {one.second}**: {sentence(one)}."
    yield ""
    for obstacle in one.obstacles:
        simplest = obstacle.runs[0]
        what = simplest.departures[0].message if simplest.departures else simplest.reason
        yield (
            f"- {obstacle.verdict.value}, {escape.code(obstacle.rule)} in "
            f"{counted(len(obstacle.scenarios), 'scenario')}, such as {escape.code(simplest.scenario)} after "
            f"invocation {simplest.after} of {simplest.of}: {escape.markdown(what)}"
        )

"""One table of a run in Markdown: a row for each scenario, a column for each SDK."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.engine.alone import FEWEST, alone
from conformance.engine.collected import Collected
from conformance.report.escape import code
from conformance.report.text import counted
from conformance.verdict.finding import Verdict

WORDS = {
    Verdict.CONFORMS: "✓",
    Verdict.PARITY: "✓",
    Verdict.KNOWN_DIVERGENCE: "known",
    Verdict.DIVERGED: "**diverged**",
    Verdict.VIOLATED: "**violated**",
    Verdict.UNSTABLE: "**unstable**",
    Verdict.UNSUPPORTED: "-",
    Verdict.SCENARIO_ERROR: "scenario error",
    Verdict.HARNESS_ERROR: "harness error",
}


def render(run: Collected) -> str:
    """The table, with how many verdicts of each kind every SDK has above it."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: Collected) -> Iterator[str]:
    ids = [info.id for info in run.subjects]
    single = alone(run)
    of: dict[str, dict[str, Verdict]] = {}
    for judged in run.judged():
        of.setdefault(judged.result.scenario, {})[judged.result.subject] = judged.result.verdict
    names = [code(id_) for id_ in ids]
    yield f"# {counted(len(of), 'scenario')} with {', '.join(names)}"
    yield ""
    yield (
        "✓ as the scenario demands and as the reference; *known* in a way that the ledger knows; - not "
        "supported; *alone* the only one that does so, while all others do as the scenario demands."
    )
    yield ""
    yield _row("", *names)
    yield _row("---", *("---" for _ in ids))
    for verdict in Verdict:
        counts = [run.verdicts(id_)[verdict] for id_ in ids]
        if any(counts):
            yield _row(verdict.value, *map(str, counts))
    if len(ids) >= FEWEST:
        yield _row("alone", *(str(sum(one == id_ for one in single.values())) for id_ in ids))
    yield ""
    yield _row("scenario", *names)
    yield _row("---", *("---" for _ in ids))
    for scenario, verdicts in of.items():
        cells = (
            WORDS[verdicts[id_]] + (" alone" if single.get(scenario) == id_ else "")
            if id_ in verdicts
            else ""
            for id_ in ids
        )
        yield _row(code(scenario), *cells)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"

"""The HTML report: one file that needs nothing from elsewhere.

The matrix of scenarios and subjects, and for each scenario the operation trees side by side with the first
difference marked.
"""

from __future__ import annotations

from html import escape
from itertools import groupby

from conformance.engine.collected import Collected, unexpected
from conformance.engine.events import Judged
from conformance.report import text
from conformance.verdict.finding import GOOD

STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem; text-align: left; }
th, td { border-bottom: 1px solid #8886; }
pre, code { font: 13px/1.45 ui-monospace, monospace; } pre { margin: .5rem 0; overflow-x: auto; }
.good { color: #1a7f37; } .bad { color: #cf222e; font-weight: 600; }
.trees { display: flex; gap: 2rem; overflow-x: auto; } .trees > div { flex: 1; min-width: 20rem; }
mark { background: #fa04; color: inherit; } details { margin: .4rem 0; } summary { cursor: pointer; }
"""


def render(run: Collected) -> str:
    """The whole page."""
    cells = {(one.result.scenario, one.result.subject): one for one in run.judged()}
    scenarios = [[*group] for _, group in groupby(run.judged(), key=lambda one: one.result.scenario)]
    subjects = [info.id for info in run.subjects]
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>Conformance</title>',
        f"<style>{STYLE}</style></head><body>",
        "<h1>Conformance</h1>",
        *_wrong(run),
        "<table><thead><tr><th>scenario</th>",
        *(f"<th>{escape(subject)}</th>" for subject in subjects),
        "</tr></thead><tbody>",
    ]
    for group in scenarios:
        scenario = group[0].result.scenario
        lines.append(f'<tr><td><a href="#{escape(scenario)}">{escape(scenario)}</a></td>')
        lines += [_verdict_cell(cells.get((scenario, subject))) for subject in subjects]
        lines.append("</tr>")
    lines.append("</tbody></table><h2>Scenarios</h2>")
    for group in scenarios:
        lines += _scenario(group)
    lines.append("</body></html>")
    return "\n".join(lines) + "\n"


def _wrong(run: Collected) -> list[str]:
    wrong = [str(fault) for fault in run.faults] + list(run.ended.problems if run.ended else ())
    if run.interrupted:
        wrong.append("interrupted: what had not ended is missing")
    return [f'<p class="bad">{escape(one)}</p>' for one in wrong]


def _verdict_cell(judged: Judged | None) -> str:
    if judged is None:
        return "<td>none</td>"
    kind = "good" if judged.result.verdict in GOOD else "bad"
    return f'<td class="{kind}">{escape(judged.result.verdict)}</td>'


def _scenario(group: list[Judged]) -> list[str]:
    scenario = group[0].result.scenario
    bad = any(judged.result.verdict not in GOOD for judged in group)
    lines = [f'<details id="{escape(scenario)}"{" open" if bad else ""}>']
    lines.append(f"<summary><code>{escape(scenario)}</code></summary>")
    first = _first_difference(group)
    lines.append('<div class="trees">')
    for judged in group:
        lines.append(f"<div><b>{escape(judged.result.subject)}</b>: {escape(judged.result.verdict)}")
        lines.append("<pre>" + "\n".join(_tree(judged, first)) + "</pre></div>")
    lines.append("</div>")
    for judged in group:
        shown = unexpected(judged) or judged.result.findings
        if shown:
            lines.append("<pre>" + escape("\n".join(text.block(judged, shown))) + "</pre>")
    lines.append("</details>")
    return lines


def _tree(judged: Judged, first: str | None) -> list[str]:
    lines = []
    for operation in judged.operations:
        indent = "  " * operation.path.count(".")
        line = escape(f"{indent}{operation.path} {operation.title}: {', '.join(operation.updates)}")
        lines.append(f"<mark>{line}</mark>" if operation.path == first else line)
    return lines


def _first_difference(group: list[Judged]) -> str | None:
    """The path of the first operation that not all subjects wrote alike; None where they all did."""
    trees = [{one.path: one for one in judged.operations} for judged in group if judged.operations]
    paths = [one.path for judged in group for one in judged.operations]
    for path in dict.fromkeys(paths):
        if len({tree.get(path) for tree in trees}) > 1:
            return path
    return None

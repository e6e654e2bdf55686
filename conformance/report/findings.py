"""The page of findings about real SDKs, ready to be filed upstream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from conformance.report.text import counted
from conformance.report.upstream import Upstream

HEAD = """\
# Findings about the SDKs

What this suite has found that breaks the specification, in each SDK, in the words of its maintainers.
`conformance findings --into docs/findings.md` makes this page of the entries of kind `breaks` of the
[ledger](../scenarios/divergences.yaml), which every run of all scenarios holds to be true, and of
[what stands beside them](../conformance/report/findings.yaml). Where an upstream issue was not found, it may
be there all the same.
"""


@dataclass(frozen=True)
class Known:
    """What else the page quotes: an SDK's title, a scenario's size, what the specification says by id."""

    title: Callable[[str], str]
    size: Callable[[str], int]
    source: Callable[[str], str]


def render(found: Iterable[Upstream], known: Known) -> str:
    """The page in Markdown, of findings by SDK."""
    lines = [HEAD]
    for name, group in groupby(found, key=lambda one: one.sdk):
        own = list(group)
        lines.append(f"## {known.title(name)}: {counted(len(own), 'finding')}\n")
        for one in own:
            lines += _finding(one, known)
    return "\n".join(lines).rstrip() + "\n"


def _finding(one: Upstream, known: Known) -> Iterator[str]:
    yield f"### {one.title}\n"
    yield f"`{one.id}`, {one.sdk} {one.versions}, seen in {one.confirmed}. {one.what}\n"
    if one.seen:
        yield f"- **On the wire:** {one.seen}"
        yield f"- **Wanted:** {one.wanted}"
    else:
        yield "- **On the wire:** as the command below shows it."
    rules = ", ".join(f"`{rule}`" for rule in one.rules)
    yield f"- **Rule:** {rules}. Source: {'; '.join(map(known.source, one.breaks))}"
    if one.cause is None:
        yield "- **Cause:** not looked for yet."
    else:
        yield f"- **Cause:** {one.cause.text} ([source]({one.cause.link}))"
    yield f"- **Upstream:** {f'<{one.issue}>' if one.issue else 'no issue found.'}"
    yield from _repeat(one, known)


def _repeat(one: Upstream, known: Known) -> Iterator[str]:
    if not one.witnesses:
        yield f"- **Repeat:** no scenario lays it down: {one.racy}.\n"
        return
    first, *others = sorted(one.witnesses, key=lambda id_: (known.size(id_), id_))
    more = f" (and {counted(len(others), 'other')})" if others else ""
    subject = f"{one.sdk}@{one.confirmed}"
    yield f"- **Smallest scenario:** [`{first}`](../scenarios/{first}.yaml){more}"
    yield "- **Repeat:**\n"
    yield f"      conformance run {first} --subject {subject} --reference {subject} --out out"
    yield f"      conformance show out {first}\n"

"""The history of SDKs as a page in Markdown, made of the pins alone: what each release changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from conformance.history.cell import place
from conformance.history.changes import Moved, Shown, changes
from conformance.history.pins import ALL, Pins
from conformance.history.words import Words
from conformance.report import escape
from conformance.report.text import counted

HEAD = """\
# History

What each released version of each SDK gets wrong, or does in a way of its own, and which release changed it.
`conformance history > docs/history.md` makes it of what is pinned in
[`scenarios/history`](../scenarios/history), and a test holds that it says just that. [Versions](versions.md)
says what causes are called, and how pins are made.
"""


def render(every: Sequence[Pins], words: Words) -> str:
    """The page: an SDK after the other."""
    return "\n".join([HEAD, *("\n".join(_sdk(one, words)) for one in every if one.versions)])


def _sdk(pins: Pins, words: Words) -> Iterator[str]:
    versions = [*pins.versions]
    yield f"## {escape.markdown(pins.sdk)}"
    yield ""
    number = counted(len(versions), "version")
    yield f"Compared with {escape.code(pins.reference)}; {number}, run with {_scope(pins)}."
    yield ""
    yield "| version | causes | scenarios that show one | went | came |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    before: str | None = None
    for version in versions:
        shows = pins.shown[version]
        causes = {cause for each in shows.values() for cause in each}
        went = came = ""
        if before is not None:
            changed = changes(*_both(pins, before, version))
            went, came = str(len(changed.went)), str(len(changed.came))
        yield f"| {escape.code(version)} | {len(causes)} | {len(shows)} | {went} | {came} |"
        before = version
    yield ""
    for earlier, later in pairwise(versions):
        yield from _step(pins, earlier, later, words)
    last = versions[-1]
    if pins.races:
        yield f"### {escape.markdown(pins.sdk)}: what shows by chance"
        yield ""
        for race in pins.races:
            until = f" before {escape.code(race.until)}" if race.until else ""
            shown = " ".join(map(escape.code, race.causes))
            where = " ".join(map(escape.code, race.scenarios))
            why = escape.markdown(race.why)
            yield f"- from {escape.code(race.since)} on{until}, {shown} in {where}: {why}"
        yield ""
    yield f"### {escape.markdown(f'{pins.sdk} {last}')}: what is left"
    yield ""
    left = changes({}, pins.shown[last]).came
    yield from _listed("", left, words) if left else ["Nothing."]
    yield ""


def _scope(pins: Pins) -> str:
    scopes = {*pins.versions.values()}
    if scopes == {ALL}:
        return "every scenario"
    told = sorted({pattern for scope in scopes for pattern in scope})
    same = "" if len(scopes) == 1 else ", not all of them with each"
    return f"{' '.join(escape.code(one) for one in told)}{same}"


def _both(pins: Pins, earlier: str, later: str) -> tuple[Shown, Shown]:
    """What two versions show of the scenarios that both were run with."""
    one, two = pins.shown[earlier], pins.shown[later]
    names = {*one, *two}
    known = pins.covers(earlier, names) & pins.covers(later, names)
    cut = ({name: causes for name, causes in each.items() if name in known} for each in (one, two))
    first, second = cut
    return first, second


def _step(pins: Pins, earlier: str, later: str, words: Words) -> Iterator[str]:
    changed = changes(*_both(pins, earlier, later))
    yield f"### {escape.markdown(f'{pins.sdk} {later}')}"
    yield ""
    if not (changed.went or changed.came):
        yield f"Nothing changed since {escape.code(earlier)}."
        yield ""
    yield from _listed("went", changed.went, words)
    yield from _listed("came", changed.came, words)
    if changed.went or changed.came:
        yield ""
    notes = pins.notes.get(later, ())
    for note in notes:
        yield f"- {escape.markdown(note.says)} ([upstream]({note.link}))"
    if notes:
        yield ""


def _listed(what: str, moved: Sequence[Moved], words: Words) -> Iterator[str]:
    for one in sorted(moved, key=lambda each: (place(each.cause), each.scenarios)):
        link = words.link(one.cause)
        title = escape.markdown(words.say(one.cause))
        told = f"[{title}]({link})" if link else title
        more = f" and {len(one.scenarios) - 1} more" if len(one.scenarios) > 1 else ""
        label = f"**{what}** " if what else ""
        yield f"- {label}{escape.code(one.cause)}: {told} ({escape.code(one.scenarios[0])}{more})"

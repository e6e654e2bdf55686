"""What became of source mutants, in words, as JSON, and each survivor classed by hand.

`classes.yaml` beside this file says of survivors what they are: `equivalent` (nothing can tell), `invisible`
(only logs, messages or speed can), or `gap`; one without a class is told as such. The score is of those that
something on the wire could tell: neither invalid nor classed as equivalent or invisible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from conformance.quality.mutation.source.kills import Fate, said

UNSEEN = frozenset({"equivalent", "invisible"})
UNCLASSED = "not classed"


@dataclass(frozen=True)
class Score:
    """How many mutants there were, and how many of those that can be told were killed."""

    drawn: int
    invalid: int
    unseen: int
    killed: int
    without_parity: int

    @property
    def visible(self) -> int:
        """Those that something on the wire could tell."""
        return self.drawn - self.invalid - self.unseen


def classes() -> Mapping[str, Mapping[str, str]]:
    """By what a survivor changes, as its diff says it: its class and why."""
    text = files(__package__).joinpath("classes.yaml").read_text(encoding="utf-8")
    return {each["diff"]: each for each in YAML(typ="safe", pure=True).load(text) or ()}


def changed(fate: Fate) -> str:
    """The changed lines of a mutant, by module: what a class is said of."""
    lines = [line[1:].strip() for line in fate.mutant.diff.splitlines()[2:] if line[:1] in "+-"]
    return f"{fate.mutant.site.module}:{fate.mutant.site.line} {' => '.join(lines)}"


def class_of(fate: Fate, known: Mapping[str, Mapping[str, str]]) -> str | None:
    """A survivor's class; None of what was killed or is no mutant."""
    if fate.by is not None or fate.invalid is not None:
        return None
    return str(known.get(changed(fate), {}).get("class", UNCLASSED))


def score(fates: Sequence[Fate]) -> Score:
    """Count them."""
    known = classes()
    killed = [fate for fate in fates if fate.by is not None]
    return Score(
        drawn=len(fates),
        invalid=sum(fate.invalid is not None for fate in fates),
        unseen=sum(class_of(fate, known) in UNSEEN for fate in fates),
        killed=len(killed),
        without_parity=sum(bool(fate.layers - {"parity"}) for fate in killed),
    )


def document(fates: Sequence[Fate], drawn: Mapping[str, int | None]) -> dict[str, Any]:
    """The fates as plain JSON; `drawn`: how many sites there were, the sample's size and its seed."""
    known, counted = classes(), score(fates)
    return {
        "schema": 1,
        **drawn,
        "mutants": counted.drawn,
        "invalid": counted.invalid,
        "unseen": counted.unseen,
        "visible": counted.visible,
        "killed": counted.killed,
        "killedWithoutParity": counted.without_parity,
        "fates": [
            {
                "mutant": fate.mutant.name,
                "module": fate.mutant.site.module,
                "line": fate.mutant.site.line,
                "operator": fate.mutant.site.operator,
                "diff": fate.mutant.diff,
                "reached": fate.reached,
                "tried": [*fate.tried],
                "killedBy": fate.by,
                "layers": sorted(fate.layers),
                "invalid": fate.invalid,
                "class": class_of(fate, known),
            }
            for fate in fates
        ],
    }


def lines(fates: Sequence[Fate], drawn: Mapping[str, int | None]) -> Iterator[str]:
    """The fates in words: by module, then every survivor with its change and class."""
    known, counted = classes(), score(fates)
    head = f"{drawn['sites']} sites; {counted.drawn} mutants drawn with seed {drawn['seed']}"
    yield f"{head}, {counted.invalid} of them none"
    total, killed = Counter[str](), Counter[str]()
    for fate in fates:
        if fate.invalid is None:
            total[fate.mutant.site.module] += 1
            killed[fate.mutant.site.module] += fate.by is not None
    yield from (f"  {module}: {killed[module]} of {total[module]} killed" for module in sorted(total))
    yield f"{counted.killed} of {counted.visible} visible ones killed"
    yield f"{counted.without_parity} without parity"
    for fate in fates:
        if (what := class_of(fate, known)) is not None:
            yield f"{what}: {changed(fate)} ({said(fate)})"

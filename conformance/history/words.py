"""What causes are called by people: the titles of rules, and those of the ledger's entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.history.cell import KNOWN, UNSUPPORTED
from conformance.report import escape
from conformance.verdict.entries import Entry
from conformance.verdict.finding import Layer
from conformance.verdict.titles import title


@dataclass(frozen=True)
class Words:
    """Titles and links by the ids of the ledger's entries."""

    titles: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Words:
        """Those of a ledger."""
        every = [*entries]
        return cls({one.id: one.title for one in every}, {one.id: str(one.link) for one in every if one.link})

    def say(self, cause: str) -> str:
        """A cause in words."""
        layer, _, rule = cause.partition("/")
        if layer == KNOWN:
            return self.titles.get(rule, "A difference that the ledger knows no longer")
        if layer == UNSUPPORTED:
            return f"The version has no {rule}"
        return title(Layer(layer), rule) if layer in [*Layer] else rule

    def link(self, cause: str) -> str:
        """Where it was reported; empty where nothing is known."""
        layer, _, rule = cause.partition("/")
        return self.links.get(rule, "") if layer == KNOWN else ""


def some(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    ordered = [escape.console(one) for one in sorted(names)]
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return f"{', '.join(ordered[:most])}{more}"

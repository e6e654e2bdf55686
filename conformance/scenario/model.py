"""What a scenario is, typed.

A `Scenario` is made of its document, the plain JSON that its YAML file stands for, and from nothing else: a
recording carries the document, so that judging again needs no file. Nothing here looks at lines or complains
about a document: that is `load`'s work, before a `Scenario` is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.scenario import parse
from conformance.scenario.setting import FaultSpec
from conformance.scenario.statement_parser import statements
from conformance.scenario.statements import ABSENT, Optional, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.scenario.setting import Action, Aws, Expect, Function

DEFAULT_LIMIT = 30.0
"""Seconds for which a subject may stand still on a machine that lets it run, unless a scenario says so."""


@dataclass(frozen=True)
class Scenario:
    """A durable function as data, its input, what others do meanwhile, and what must come of it."""

    id: str  # the file's path below the scenarios' folder, without .yaml
    title: str
    covers: tuple[str, ...]
    links: tuple[str, ...]
    aws: Aws | None
    input: Optional  # JSON, or ABSENT: the execution is started without input
    limit: float
    handler: tuple[Statement, ...]
    functions: Mapping[str, Function]
    outside: tuple[Action, ...]
    faults: tuple[FaultSpec, ...]
    expect: Expect
    document: dict[str, Any] = field(repr=False)
    deep: bool = False  # whether a run leaves it out that neither asks for it nor for all of them

    @classmethod
    def from_document(cls, id: str, document: dict[str, Any]) -> Scenario:  # noqa: A002 - field's name
        """Make a scenario of a document that `load` admitted, now or when it was recorded.

        Raises:
            KeyError, TypeError, ValueError: The document never was a valid one.
        """
        return cls(
            id=id,
            title=document.get("title", ""),
            covers=tuple(document.get("covers", ())),
            links=tuple(document.get("links", ())),
            aws=parse.aws(document.get("aws")),
            input=document.get("input", ABSENT),
            limit=float(document.get("limit", DEFAULT_LIMIT)),
            handler=statements("handler", document["handler"]),
            functions={
                name: parse.function(name, given) for name, given in document.get("functions", {}).items()
            },
            outside=tuple(parse.action(given) for given in document.get("outside", ())),
            faults=tuple(FaultSpec(**given) for given in document.get("faults", ())),
            expect=parse.expect(document.get("expect", {}), document.get("input")),
            document=document,
            deep=bool(document.get("deep", False)),
        )

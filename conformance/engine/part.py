"""Which part of a run one machine runs: an option of many commands, so this imports next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import UsageError

if TYPE_CHECKING:
    from conformance.scenario.model import Scenario


@dataclass(frozen=True)
class Part:
    """The `number`th (from 1) of so many parts."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """Read `2/4`.

        Raises:
            ValueError: it is not that.
        """
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            raise ValueError(f"{text!r} is no part, such as 2/4")
        return cls(int(number), int(of))

    def select(self, scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
        """Its scenarios, in their order: every `of`th, so that a folder's are spread over the parts.

        Raises:
            UsageError: there are fewer scenarios than parts.
        """
        ordered = sorted(one.id for one in scenarios)
        own = set(ordered[self.number - 1 :: self.of])
        if not own:
            raise UsageError(
                f"part {self.number} of {self.of} has no scenario",
                hint=f"{len(ordered)} are selected: make no more parts",
            )
        return tuple(one for one in scenarios if one.id in own)

"""What selects scenarios on a command line: a glob over ids, a whole id, or a part of one."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.scenario.shape import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GLOB = frozenset("*?[")


def matches(pattern: str, ids: Iterable[str]) -> list[str]:
    """The ids that one pattern selects.

    A pattern with `*`, `?` or `[` is a glob over whole ids. Any other selects the scenario of that very id,
    or, where there is none, every scenario whose id has it as a part.
    """
    known = list(ids)
    if GLOB & set(pattern):
        return [one for one in known if fnmatchcase(one, pattern)]
    return [pattern] if pattern in known else [one for one in known if pattern and pattern in one]


def select(patterns: Sequence[str], ids: Iterable[str]) -> list[str]:
    """The ids that any of the patterns selects, sorted; all of them when there is no pattern.

    Raises:
        UsageError: A pattern selects nothing; the hint names what may have been meant.
    """
    known = list(ids)
    if not patterns:
        return sorted(known)
    chosen: set[str] = set()
    for pattern in patterns:
        found = matches(pattern, known)
        if not found:
            raise UsageError(f"no scenario matches `{pattern}`", hint=near(pattern, known))
        chosen.update(found)
    return sorted(chosen)

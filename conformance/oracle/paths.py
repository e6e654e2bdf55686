"""Typed operation paths: `1`, `1.2`, `1[0]` (a branch of a batch), `1[0].1`. The root context is None."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Context: TypeAlias = str | None

MOST = 2**15
"""Paths that are remembered: every check asks for those of one recording again and again."""

_LAST = re.compile(r"(?:\.?(?P<ordinal>\d+)|\[(?P<branch>\d+)\])$")


def operation(context: Context, ordinal: int) -> str:
    """The path of the `ordinal`th operation (from 1) called in a context."""
    return str(ordinal) if context is None else f"{context}.{ordinal}"


def branch(batch: str, index: int) -> str:
    """The path of a branch's own context; `index` counts from 0."""
    return f"{batch}[{index}]"


@lru_cache(maxsize=MOST)
def context_of(path: str) -> Context:
    """The context an operation was called in; a branch belongs to its batch.

    Raises:
        ValueError: It is not a typed path.
    """
    last = _LAST.search(path)
    if last is None:
        raise ValueError(f"{path!r} is not a typed path, such as 1, 1.2 or 1[0].1")
    return path[: last.start()] or None


def ordinal_of(path: str) -> int:
    """The position of an operation in its context (from 1), or of a branch in its batch (from 0)."""
    last = _LAST.search(path)
    if last is None:
        raise ValueError(f"{path!r} is not a typed path, such as 1, 1.2 or 1[0].1")
    return int(last["ordinal"] or last["branch"])


@lru_cache(maxsize=MOST)
def ancestors(path: str) -> tuple[str, ...]:
    """The contexts around an operation, innermost first, the root left out."""
    context = context_of(path)
    return () if context is None else (context, *ancestors(context))


def below(path: str, context: str) -> bool:
    """Whether an operation lies inside a context, at any depth."""
    return context in ancestors(path)


def is_branch(path: str) -> bool:
    """Whether a path is a branch's own context."""
    return path.endswith("]")


def shown(context: Context) -> str:
    """A parent as findings write it."""
    return "root" if context is None else context

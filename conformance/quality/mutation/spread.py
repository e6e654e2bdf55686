"""Few scenarios in the place of many: from all folders alike, others for each mutant, the same every time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import zip_longest


def spread(names: Iterable[str], seed: str) -> list[str]:
    """Put scenario ids (or what begins with one) into an order in which any first few stand for all.

    Folders take turns, and within each the order is left to a hash of the name and the seed.
    """
    folders = defaultdict(list)
    for name in sorted(names, key=lambda each: _hash(f"{seed} {each}")):
        folders[name.rpartition("/")[0]].append(name)
    turns = zip_longest(
        *(folders[folder] for folder in sorted(folders, key=lambda each: _hash(f"{seed} {each}")))
    )
    return [name for turn in turns for name in turn if name is not None]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()

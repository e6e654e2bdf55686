"""The differences between two JSON values, each with its place: deepdiff, told what JSON holds equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.wire.values import ABSENT, same

if TYPE_CHECKING:
    from collections.abc import Iterator

JsonPath = tuple[str | int, ...]
Difference = tuple[JsonPath, Any, Any]


def differences(seen: Any, wanted: Any) -> Iterator[Difference]:
    """Give place, seen and wanted of every difference, in order of place; `ABSENT` where a side has nothing.

    Members of objects are paired here, which is all there is to it; items of lists are deepdiff's affair.
    Both must have their numbers in one spelling (`conformance.wire.values.plain`): then deepdiff's own notion
    of types is JSON's, in which true is not 1.
    """
    if same(seen, wanted):
        return
    if isinstance(seen, dict) and isinstance(wanted, dict):
        for key in sorted({*seen, *wanted}):
            for place, ours, theirs in differences(seen.get(key, ABSENT), wanted.get(key, ABSENT)):
                yield (key, *place), ours, theirs
        return
    if not (isinstance(seen, list) and isinstance(wanted, list)):
        yield (), seen, wanted
        return
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import, and few lists differ

    tree = DeepDiff(wanted, seen, view="tree", threshold_to_diff_deeper=0, zip_ordered_iterables=True)
    found = [_difference(level) for kind in tree.values() for level in kind]
    yield from sorted(found, key=lambda each: [(isinstance(part, str), str(part)) for part in each[0]])


def _difference(level: Any) -> Difference:
    from deepdiff.helper import notpresent  # noqa: PLC0415 - as above

    wanted, seen = (ABSENT if side is notpresent else side for side in (level.t1, level.t2))
    return tuple(level.path(output_format="list")), seen, wanted

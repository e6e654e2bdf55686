"""Seeded faults of the SDK, to show that the suite finds them.

Each is a patch of the SDK's own functions in this process, so that what is wrong is wrong from where the
SDK decides it on. They are made for the SDK's current version; on one that lacks what a mutant patches,
installing it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from python_sdk.seeded import batches, contexts, outside, steps, values

if TYPE_CHECKING:
    from collections.abc import Callable


def install(name: str) -> None:
    """Break the SDK, in this process, as the named mutant does.

    Raises:
        ValueError: There is no such mutant.
        AttributeError: The SDK has not got what the mutant breaks.
    """
    if name not in KNOWN:
        raise ValueError(f"unknown mutant {name!r}: known are {', '.join(sorted(KNOWN))}")
    KNOWN[name]()


KNOWN: dict[str, Callable[[], None]] = (
    contexts.FAULTS | steps.FAULTS | batches.FAULTS | outside.FAULTS | values.FAULTS
)
"""The mutants by name."""

"""What the project promises to report, whatever anybody writes down: ParentId, and the lifecycle of contexts.

It goes by what the program has at a finding's place, for every SDK, in every folder.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.verdict.finding import Layer
from conformance.verdict.where import Where

if TYPE_CHECKING:
    from conformance.verdict.finding import Finding
    from conformance.verdict.surroundings import Surroundings

_CONTEXT = re.compile(r"(?P<path>[^:]+):CONTEXT(?:\.(?P<action>[A-Z]+)(?:#\d+)?)?")
"""A context's update as such, not a field of it: whether it is there, said by whatever layer."""

_ENDS = ("SUCCEED", "FAIL")


def promised(finding: Finding, around: Surroundings, *, ended_apart: bool = False) -> bool:
    """Whether no entry may account for a finding.

    It is so for every ParentId, and for whether an update of a context is there, where a virtual context or a
    FLAT branch is at that place, around it or in it.

    Args:
        finding: What was found.
        around: The scenario's program.
        ended_apart: Whether the execution came to another status than the reference's. The one that failed
            leaves open what was open, which parity sees as an end that the other alone has: that says nothing
            of what is in such a context.
    """
    where = Where.parse(finding.path)
    if finding.path.endswith(".ParentId") or (where is not None and where.field_class == "ParentId"):
        return True
    hit = _CONTEXT.fullmatch(finding.path)
    if hit is None:
        return False
    left_open = ended_apart and finding.layer is Layer.PARITY and hit["action"] in _ENDS
    return around.collapses(hit["path"], inside=not left_open)


def ended_apart(findings: list[Finding]) -> bool:
    """Whether these findings, all of one recording, say that the execution came to another status."""
    return any((one.layer, one.rule) == (Layer.PARITY, "output-status") for one in findings)

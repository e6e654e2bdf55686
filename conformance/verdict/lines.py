"""Lines: what an SDK's logger let through to the sink, over the whole execution.

Whether a line comes out is the SDK's doing: its logger holds lines back on replay. So a line that comes out
twice, or never, is a difference like any other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.verdict import faulted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.verdict.case import Case


def told(case: Case) -> Mapping[str, list[dict[str, Any]]]:
    """Give, for each statement or body that logs, its place and branches, each line that came out.

    A line is `{level, message}` with the `invocations` that it came out in, one number each time; where the
    scenario is concurrent these can't be compared, and it is how many `times`. Of an invocation whose process
    a fault ended nothing counts, since what it had to tell may be lost.
    """
    lines: dict[str, dict[str, dict[str, Any]]] = {}
    lossy = faulted.cut_short(case)
    for effect in case.recording.effects:
        if effect.kind != "log" or effect.invocation in lossy:
            continue
        said = json.dumps(effect.detail, sort_keys=True)  # a message may be any value
        line = lines.setdefault(effect.place, {}).setdefault(said, dict(effect.detail))
        if case.stream.sequential:
            line.setdefault("invocations", []).append(effect.invocation)
        else:
            line["times"] = line.get("times", 0) + 1
    return {place: [line for _, line in sorted(each.items())] for place, each in lines.items()}

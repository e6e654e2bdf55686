"""The rung of values: every vector, computed by the harness in a plain function that uses no SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.doctor.rungs import Miss
from conformance.lab.invoker import Call, Invoker
from conformance.lab.lab import Lab
from conformance.lab.recorder import OpenInvocation
from conformance.lab.run import Run
from conformance.protocol.schemas import VECTORS
from conformance.scenario.model import Scenario
from conformance.scenario.program import BUDGET
from conformance.wire.recording import Outcome, ReportKind, SubjectInfo
from conformance.wire.values import same

FUNCTION = "vector"
BINDS, AT = PLACES = f"functions/{FUNCTION}/0", f"functions/{FUNCTION}/1"
"""Where the names are bound, which takes steps too, and where the tree is."""

MOST = 10
"""How many vectors that are missed are told."""


class VectorRun(Run):
    """A run whose one function computes a tree: no scenario can say one, since scenarios are compiled."""

    tree: Any
    names: dict[str, Any]
    limits: dict[str, int]

    def program(self, invocation: OpenInvocation) -> dict[str, Any]:
        """Bind the names of the scope, and return the tree's value."""
        bound = [[name, ["const", value]] for name, value in self.names.items()]
        return {
            "function": FUNCTION,
            "durable": False,
            "statements": [
                {"op": "let", "at": BINDS, "values": bound},
                {"op": "return", "at": AT, "value": self.tree},
            ],
            "budget": {"evaluation": self.limits, "invocation": BUDGET["invocation"]},
            "invocation": invocation.ordinal,
        }


async def misses(lab: Lab, subject: SubjectInfo, pool: Invoker) -> tuple[Miss, ...]:
    """Give a harness every vector: where it does not come to what the vector says."""
    content = json.loads(VECTORS.read_text(encoding="utf-8"))
    found: list[Miss] = []
    for number, vector in enumerate(content["vectors"]):
        if not _carried(vector.get("value")):
            continue
        found += await _tried(lab, subject, pool, number, vector, content["limits"])
        if len(found) >= MOST:
            break
    return tuple(found)


def _carried(value: Any) -> bool:
    """Whether every runtime can answer with a value: half a character has no UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


async def _tried(  # noqa: PLR0913, PLR0917 - a vector, and who computes it where
    lab: Lab,
    subject: SubjectInfo,
    pool: Invoker,
    number: int,
    vector: dict[str, Any],
    limits: dict[str, int],
) -> list[Miss]:
    run = VectorRun(Scenario.from_document("doctor/values", {"handler": []}), subject, pool)
    run.tree, run.names = vector["tree"], vector["scope"]
    run.limits = limits | (vector.get("limits") or {})
    with lab.hosting(run):
        reply = await run.calls.invoke(Call(FUNCTION, run.root, None, None, str(number)))
    return list(_differences(run, reply.answer.outcome, reply.answer.body, number, vector))


def _differences(
    run: Run, outcome: Outcome, body: str | None, number: int, vector: dict[str, Any]
) -> Iterator[Miss]:
    tree = json.dumps(vector["tree"], ensure_ascii=False)
    what = f"vector {number} ({vector['about']}): {tree} with {json.dumps(vector['scope'])}"
    told = [f"{report.kind}: {report.message}" for report in run.recorder.reports]
    reported = any(
        report.kind is not ReportKind.DROPPED and report.at in PLACES for report in run.recorder.reports
    )
    came: Any = {"outcome": outcome.value, "body": body, "reports": told}
    if "failure" in vector:
        if outcome is Outcome.RESPONSE or not reported:
            yield Miss(what, f"a report at {AT} that the value fails, and the process's end", came)
        return
    try:
        value = json.loads(body or "")
    except ValueError:
        value = None
    if outcome is not Outcome.RESPONSE or not same(value, vector["value"]):
        yield Miss(what, vector["value"], value if outcome is Outcome.RESPONSE else came)

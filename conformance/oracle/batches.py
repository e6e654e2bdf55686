"""When a map or parallel is complete, and what its result says.

The rules are the same for map and parallel and in all SDKs' documentation: a batch ends when every branch has
ended, when `min_successful` branches have succeeded, or when more have failed than is tolerated. Where none
is configured, an empty config included, the SDK's dialect says what is tolerated: nothing, or all. Which
branches have been started by then is settled only where they run one after the other; elsewhere it races, and
the oracle leaves it open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.oracle.flow import Done, Failure, Flow, Lost, Raised, Returned, Stopped
from conformance.oracle.values import UNKNOWN, Scope, compute, is_known
from conformance.scenario.statements import ABSENT
from conformance.vocabulary import ErrorRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.scenario.statements import Completion, Map, Parallel

HUNDRED = 100


@dataclass(frozen=True)
class Rules:
    """A batch's completion rules, computed; a number that is not given is None."""

    total: int
    min_successful: int | float | None
    count: int | float | None
    percentage: int | float | None
    lenient: bool = False  # whether no rule at all tolerates every failure, and not none

    def complete(self, succeeded: int, failed: int) -> bool:
        """Whether the batch ends with so many branches done."""
        enough = self.min_successful is not None and succeeded >= self.min_successful
        return enough or succeeded + failed >= self.total or not self.tolerated(failed)

    def tolerated(self, failed: int) -> bool:
        """Whether so many failures leave the batch going."""
        if self.min_successful is None and self.count is None and self.percentage is None:
            return self.lenient or failed == 0
        if self.count is not None and failed > self.count:
            return False
        return self.percentage is None or failed * HUNDRED <= self.percentage * self.total

    def reason(self, succeeded: int, failed: int) -> Any:
        """The completion reason; where two hold, which one is said is left open."""
        holds = {
            "FAILURE_TOLERANCE_EXCEEDED": not self.tolerated(failed),
            "MIN_SUCCESSFUL_REACHED": self.min_successful is not None and succeeded >= self.min_successful,
            "ALL_COMPLETED": succeeded + failed >= self.total,
        }
        reasons = [reason for reason, true in holds.items() if true]
        return reasons[0] if len(reasons) == 1 else UNKNOWN


def rules(completion: Completion | None, total: int, scope: Scope) -> Rules | None:
    """The rules of a batch of `total` branches; None for what is unknown or not admitted by both SDKs."""
    given = [ABSENT] * 3
    if completion is not None:
        given = [
            completion.min_successful,
            completion.tolerated_failure_count,
            completion.tolerated_failure_percentage,
        ]
    numbers = [None if item is ABSENT else compute(item, scope) for item in given]
    if any(isinstance(number, bool) or not isinstance(number, int | float | None) for number in numbers):
        return None
    least, count, percentage = numbers
    if least is not None and not 1 <= least <= total:
        return None
    if (count is not None and count < 0) or (percentage is not None and not 0 <= percentage <= HUNDRED):
        return None
    return Rules(total, least, count, percentage, scope.dialect.batch_completion == "all")


def concurrency(statement: Map | Parallel, total: int, scope: Scope) -> Any:
    """How many branches may run at once, at most `total`; `UNKNOWN` also for what the SDKs refuse."""
    if statement.max_concurrency is ABSENT:
        return total
    limit = compute(statement.max_concurrency, scope)
    if limit is None:
        return total
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        return UNKNOWN
    return min(int(limit), total)


def item_of(index: int, flow: Flow) -> dict[str, Any]:
    """A branch's entry in the batch result."""
    if isinstance(flow, Raised):
        error = {"type": flow.failure.kind, "message": flow.failure.message}
        return {"index": index, "status": "FAILED", "result": None, "error": error}
    value = flow.value if isinstance(flow, Returned) else UNKNOWN
    return {"index": index, "status": "SUCCEEDED", "result": value, "error": None}


def ends(flow: Flow) -> bool:
    """Whether a branch ends by itself, and is known to."""
    return isinstance(flow, Done | Returned | Raised)


@dataclass(frozen=True)
class Raced:
    """A batch result of which only the entries are known that branches have if they were run to their end."""

    items: Mapping[int, dict[str, Any]]


def result(items: list[dict[str, Any]], batch: Rules) -> dict[str, Any]:
    """What a batch's accessors say once it is complete, every started branch having ended."""
    succeeded = [item for item in items if item["status"] == "SUCCEEDED"]
    failed = [item for item in items if item["status"] == "FAILED"]
    results: Any = [item["result"] for item in succeeded]
    if not all(is_known(value) for value in results):
        results = UNKNOWN  # a value that is undefined is dropped from the list by one SDK
    return {
        "results": results,
        "errors": [item["error"] for item in failed],
        "succeeded": [{"index": item["index"], "result": item["result"]} for item in succeeded],
        "failed": [{"index": item["index"], "error": item["error"]} for item in failed],
        "started": [],
        "all": items,
        "status": "FAILED" if failed else "SUCCEEDED",
        "completionReason": batch.reason(len(succeeded), len(failed)),
        "hasFailure": bool(failed),
        "successCount": len(succeeded),
        "failureCount": len(failed),
        "startedCount": 0,
        "totalCount": len(items),
    }


@dataclass(frozen=True)
class Ended:
    """How a batch ended.

    Of its branches the first `certain` ran for sure, those from `possible` on were never started.
    """

    flow: Flow
    certain: int
    possible: int


def ended(flows: list[Flow], batch: Rules | None, limit: Any) -> Ended:
    """Judge a batch by how its branches would end, were each of them run.

    A batch that completes returns the batch result; it never raises for a failed branch.
    """
    total = len(flows)
    if batch is None or limit is UNKNOWN:
        return Ended(Lost("its config is one that the SDKs need not agree on"), 0, total)
    if limit == 1 or total <= 1:
        return _in_turn(flows, batch)
    lost = [flow for flow in flows if isinstance(flow, Lost)]
    if lost or _may_end_early(flows, batch):
        return Ended(_past(lost), 0, total)
    stopped = [flow for flow in flows if isinstance(flow, Stopped)]
    if stopped:
        return Ended(stopped[0], limit, total)
    items = [item_of(index, flow) for index, flow in enumerate(flows)]
    return Ended(Returned(result(items, batch)), total, total)


def _past(lost: list[Lost]) -> Flow:
    """A batch goes on past a branch of which nothing is known, save where the execution may end in it."""
    return next((flow for flow in lost if flow.fatal), Returned(UNKNOWN))


def _in_turn(flows: list[Flow], batch: Rules) -> Ended:
    """One branch after the other; one that is suspended keeps its place, so that the order is certain."""
    items: list[dict[str, Any]] = []
    failed = 0
    for index, flow in enumerate(flows):
        if isinstance(flow, Stopped):
            return Ended(flow, index + 1, index + 1)
        if isinstance(flow, Lost):
            return Ended(_past([flow]), index + 1, len(flows))
        items.append(item_of(index, flow))
        failed += isinstance(flow, Raised)
        if batch.complete(len(items) - failed, failed):
            return Ended(Returned(result(items, batch)), index + 1, index + 1)
    return Ended(Returned(result(items, batch)), len(flows), len(flows))


def _may_end_early(flows: list[Flow], batch: Rules) -> bool:
    """Whether the branches' ends, in some order, complete the batch before all of them are there."""
    failed = sum(isinstance(flow, Raised) for flow in flows)
    succeeded = sum(not isinstance(flow, Raised | Stopped) for flow in flows)
    if not batch.tolerated(failed):
        return True
    least = batch.min_successful
    return least is not None and least < batch.total and succeeded >= least


def first_failure(batch: Any, scope: Scope) -> Any:
    """What throw_if_error raises for a batch result: a failure, None for nothing, or `UNKNOWN`."""
    if not isinstance(batch, dict) or not isinstance(batch.get("hasFailure"), bool):
        return UNKNOWN
    if not batch["hasFailure"]:
        return None
    error = batch["errors"][0]
    return Failure(scope.error(ErrorRole.CHILD_FAILED), error["type"], error["message"])

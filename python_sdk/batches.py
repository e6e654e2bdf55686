"""Maps and parallels: their configuration, and their results as a scenario sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from python_sdk import errors, sdk, serdes, support

if TYPE_CHECKING:
    from python_sdk.scope import Scope

COMPLETION = ("min_successful", "tolerated_failure_count", "tolerated_failure_percentage")


def options(statement: dict[str, Any], scope: Scope) -> dict[str, Any]:
    """What a map's and a parallel's configuration have in common; only what was given is in it."""
    at = statement["at"]
    given: dict[str, Any] = {}
    if "max_concurrency" in statement:
        given["max_concurrency"] = scope.evaluate(statement["max_concurrency"], at)
    if "nesting" in statement:
        nesting = scope.evaluate(statement["nesting"], at)
        if support.FEATURES["batch.flat"]:
            given["nesting_type"] = sdk.config.NestingType[nesting]
    if "completion" in statement or "complete_when" in statement:
        given["completion_config"] = _completion(statement, scope)
    if "serdes" in statement:
        given["serdes"] = serdes.named(statement["serdes"], at, scope)
    if "item_serdes" in statement:
        given["item_serdes"] = serdes.named(statement["item_serdes"], at, scope)
    if "summary" in statement:
        given["summary_generator"] = lambda result: scope.evaluate(
            statement["summary"], at, {"result": accessors(result)}
        )
    return given


def _completion(statement: dict[str, Any], scope: Scope) -> sdk.config.CompletionConfig:
    at = statement["at"]
    completion = statement.get("completion", {})
    given = {key: scope.evaluate(completion[key], at) for key in COMPLETION if key in completion}
    if "complete_when" in statement:
        when = statement["complete_when"]
        outcome = sdk.config.CompletionOutcome[when.get("outcome", "SUCCEEDED")]

        def should_complete(status: sdk.config.CompletionStatus) -> sdk.config.CompletionDecision:
            if scope.holds(when["when"], at, {"status": _progress(status)}):
                return sdk.config.complete_batch(outcome)
            return sdk.config.continue_batch()

        given["should_complete"] = should_complete
    return sdk.config.CompletionConfig(**given)


def _progress(status: sdk.config.CompletionStatus) -> dict[str, Any]:
    return {
        "successCount": status.success_count,
        "failureCount": status.failure_count,
        "completedCount": status.completed_count,
        "totalCount": status.total_count,
        "items": [
            {"index": item.index, "name": item.name, "status": item.status and item.status.value}
            for item in status.items
        ],
    }


def is_batch(result: Any) -> bool:
    """Whether a value has a batch result's accessors: a serialiser may have made something else of it."""
    return hasattr(result, "get_results") and hasattr(result, "throw_if_error")


def accessors(result: Any) -> Any:
    """A batch result as its own accessors give it."""
    if not is_batch(result):
        return result
    return {
        "results": list(result.get_results()),
        "errors": [_error(error) for error in result.get_errors()],
        "succeeded": [{"index": item.index, "result": item.result} for item in result.succeeded()],
        "failed": [{"index": item.index, "error": _error(item.error)} for item in result.failed()],
        "started": [{"index": item.index} for item in result.started()],
        "all": [
            {
                "index": item.index,
                "status": item.status.value,
                "result": item.result,
                "error": _error(item.error),
            }
            for item in result.all
        ],
        "status": result.status.value,
        "completionReason": result.completion_reason.value,
        "hasFailure": result.has_failure,
        "successCount": result.success_count,
        "failureCount": result.failure_count,
        "startedCount": result.started_count,
        "totalCount": result.total_count,
    }


def _error(error: Any) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"type": errors.bare_name(error.type or ""), "message": error.message}

"""Faults in maps and parallels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk.seeded.patching import around, module

if TYPE_CHECKING:
    from collections.abc import Callable


def _wrong_sub_type() -> None:
    """Iterations of a map say that they are branches of a parallel."""
    service = module("lambda_service")

    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if self.sub_type_iteration == service.OperationSubType.MAP_ITERATION:
            self.sub_type_iteration = service.OperationSubType.PARALLEL_BRANCH

    around(module("concurrency.executor").ConcurrentExecutor, "__init__", init)


def _no_limit() -> None:
    """A map or parallel runs as many branches at once as it has."""

    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.max_concurrency = None

    around(module("concurrency.executor").ConcurrentExecutor, "__init__", init)


def _flat_is_nested() -> None:
    """FLAT branches are written as NESTED ones."""
    _nested(lambda nesting: nesting.NESTED)


def _nested_is_flat() -> None:
    """NESTED branches are virtual."""
    _nested(lambda nesting: nesting.FLAT)


def _nested(chosen: Callable[[Any], Any]) -> None:
    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.nesting_type = chosen(module("config").NestingType)

    around(module("concurrency.executor").ConcurrentExecutor, "__init__", init)


def _branches_from_one() -> None:
    """Branches are numbered from 1, as another SDK's are."""

    def identify(original: Any, self: Any, context: Any, executable: Any) -> Any:
        made = original(self, context, executable)
        number = self.operation_id_namespace.create_id_for_step(executable.index + 1)
        return replace(made, operation_id=number)

    around(module("concurrency.executor").ConcurrentExecutor, "_get_iteration_operation_identifier", identify)


def _branch_names_lost() -> None:
    """Branches and iterations have their default names, whatever they were called."""

    def name(_original: Any, self: Any, index: int) -> str:
        return f"{self.name_prefix}{index}"

    around(module("concurrency.executor").ConcurrentExecutor, "get_iteration_name", name)


def _one_more_success() -> None:
    """A batch waits for one success more than it was told are enough."""
    _policy(lambda policy: {"min_successful": policy.min_successful and policy.min_successful + 1})


def _one_failure_fewer() -> None:
    """A batch tolerates one failure fewer than it was told."""
    _policy(
        lambda policy: {
            "tolerated_failure_count": policy.tolerated_failure_count
            and max(policy.tolerated_failure_count - 1, 0)
        }
    )


def _percentage_is_a_count() -> None:
    """A batch takes the percentage of failures that it tolerates for their number."""
    _policy(
        lambda policy: {
            "tolerated_failure_count": policy.tolerated_failure_percentage,
            "tolerated_failure_percentage": None,
        }
    )


def _empty_completion_tolerates() -> None:
    """A batch whose completion config is empty tolerates every failure."""

    def create(original: Any, total: int, config: Any) -> Any:
        policy = original(total, config)
        tolerant = config is not None and not policy.has_criteria and policy.should_complete is None
        return replace(policy, tolerated_failure_count=total) if tolerant else policy

    around(module("concurrency.models").CompletionPolicy, "from_config", create)


def _policy(change: Callable[[Any], dict[str, Any]]) -> None:
    def create(original: Any, total: int, config: Any) -> Any:
        policy = original(total, config)
        return replace(policy, **change(policy))

    around(module("concurrency.models").CompletionPolicy, "from_config", create)


def _reversed_results() -> None:
    """A batch gives its items in the other order."""
    _result(lambda items: items[::-1])


def _started_dropped() -> None:
    """A batch's result does not name the branches that had only started."""
    _result(lambda items: [item for item in items if item.status.value != "STARTED"])


def _result(change: Callable[[list[Any]], list[Any]]) -> None:
    def create(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        batch = original(self, *args, **kwargs)
        return type(batch)(change(batch.all), batch.completion_reason)

    around(module("concurrency.executor").ConcurrentExecutor, "_create_result", create)


def _hook_ignored() -> None:
    """A batch is never completed by its own hook."""
    around(module("concurrency.models").CompletionPolicy, "evaluate", lambda *_: None)


def _error_not_thrown() -> None:
    """throw_if_error never throws."""
    around(module("concurrency.models").BatchResult, "throw_if_error", lambda *_: None)


def _left_behind_writes() -> None:
    """What a branch does that its batch left behind is checkpointed all the same."""
    around(module("state").ExecutionState, "_reject_if_parent_done", lambda *_: None)


FAULTS: dict[str, Callable[[], None]] = {
    "wrong-sub-type": _wrong_sub_type,
    "no-limit": _no_limit,
    "flat-is-nested": _flat_is_nested,
    "nested-is-flat": _nested_is_flat,
    "branches-from-one": _branches_from_one,
    "branch-names-lost": _branch_names_lost,
    "one-more-success": _one_more_success,
    "one-failure-fewer": _one_failure_fewer,
    "percentage-is-a-count": _percentage_is_a_count,
    "empty-completion-tolerates": _empty_completion_tolerates,
    "reversed-results": _reversed_results,
    "started-dropped": _started_dropped,
    "hook-ignored": _hook_ignored,
    "error-not-thrown": _error_not_thrown,
    "left-behind-writes": _left_behind_writes,
}
"""The faults by name."""

"""Faults in child contexts, real and virtual."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_sdk.seeded.patching import around, is_update, module, on_updates

if TYPE_CHECKING:
    from collections.abc import Callable


def _phantom_fail() -> None:
    """A virtual child or FLAT branch that fails writes CONTEXT FAIL, without a START (issue 362)."""
    executor = module("operation.child").ChildOperationExecutor
    service = module("lambda_service")
    failed = module("exceptions").ChildContextError

    def execute(original: Any, self: Any, checkpointed: Any) -> Any:
        try:
            return original(self, checkpointed)
        except failed as error:
            if self.is_virtual:
                fields = service.ErrorObject(
                    message=error.message,
                    type=error.error_type,
                    data=error.data,
                    stack_trace=error.stack_trace,
                )
                identifier = self.operation_identifier
                self.state.create_checkpoint(service.OperationUpdate.create_context_fail(identifier, fields))
            raise

    around(executor, "execute", execute)
    # What was written is there on replay, where the SDK would otherwise notice it.
    executor.validate_virtual_checkpoint = staticmethod(lambda *_: None)
    concurrent = module("concurrency.executor").ConcurrentExecutor
    around(concurrent, "_validate_branch_checkpoint_nesting", lambda *_: None)


def _orphan_parent() -> None:
    """Operations inside a virtual child or FLAT branch name it as their parent (issue 363)."""
    context = module("context").DurableContext

    def create(original: Any, self: Any, operation_id: str, *, is_virtual: bool = False) -> Any:
        child = original(self, operation_id, is_virtual=is_virtual)
        if is_virtual:
            child._parent_id = operation_id  # noqa: SLF001 - what the fault was
        return child

    around(context, "create_child_context", create)


def _lost_start() -> None:
    """A child context never says that it started."""
    service = module("lambda_service")

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        if (
            operation_update is not None
            and operation_update.operation_type is service.OperationType.CONTEXT
            and operation_update.action is service.OperationAction.START
            and operation_update.sub_type == service.OperationSubType.RUN_IN_CHILD_CONTEXT
        ):
            return None
        return original(self, operation_update, *args, **kwargs)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)


def _double_end() -> None:
    """A child context says twice that it succeeded."""
    service = module("lambda_service")

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        original(self, operation_update, *args, **kwargs)
        if (
            operation_update is not None
            and operation_update.operation_type is service.OperationType.CONTEXT
            and operation_update.action is service.OperationAction.SUCCEED
        ):
            original(self, operation_update, *args, **kwargs)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)


def _unprefixed_ids() -> None:
    """Operations inside a virtual child are numbered as if they stood outside of it."""
    context = module("context").DurableContext

    def create(original: Any, self: Any, operation_id: str, *, is_virtual: bool = False) -> Any:
        child = original(self, operation_id, is_virtual=is_virtual)
        if is_virtual:
            for name in ("_step_id_prefix", "_operation_id_namespace", "_step_counter"):
                setattr(child, name, getattr(self, name))
        return child

    around(context, "create_child_context", create)


def _no_replay_children() -> None:
    """A result too large for its checkpoint is left out without a word that its children must run again."""
    service = module("lambda_service")
    original = service.OperationUpdate.create_context_succeed

    def succeed(identifier: Any, payload: Any, *, context_options: Any = None) -> Any:  # noqa: ARG001 - what is lost
        return original(identifier, payload, context_options=service.ContextOptions(replay_children=False))

    service.OperationUpdate.create_context_succeed = staticmethod(succeed)


def _virtual_is_real() -> None:
    """A virtual child is written as a real one."""

    def init(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if self.operation_identifier.sub_type == "RunInChildContext":
            self.is_virtual = False

    around(module("operation.child").ChildOperationExecutor, "__init__", init)


def _virtual_fail_swallowed() -> None:
    """A virtual child that fails gives nothing, and its caller goes on."""
    failed = module("exceptions").ChildContextError

    def execute(original: Any, self: Any, checkpointed: Any) -> Any:
        try:
            return original(self, checkpointed)
        except failed:
            if self.is_virtual and self.operation_identifier.sub_type == "RunInChildContext":
                return None
            raise

    around(module("operation.child").ChildOperationExecutor, "execute", execute)


def _child_fail_swallowed() -> None:
    """A real child that failed gives nothing when it is replayed."""

    def check(original: Any, self: Any) -> Any:
        found = self.state.get_checkpoint_result(self.operation_identifier.operation_id)
        if found.is_failed():
            return module("operation.base").CheckResult.create_completed(None)
        return original(self)

    around(module("operation.child").ChildOperationExecutor, "check_result_status", check)


def _child_result_lost() -> None:
    """A child's success says nothing of its result."""
    on_updates(
        lambda update: (
            replace(update, payload=None)
            if is_update(update, "CONTEXT", "SUCCEED", "RunInChildContext")
            else update
        )
    )


def _child_named_late() -> None:
    """The name of a child is not in its START."""
    on_updates(
        lambda update: (
            replace(update, name=None)
            if is_update(update, "CONTEXT", "START", "RunInChildContext")
            else update
        )
    )


def _child_raises_step_error() -> None:
    """A child that failed raises the class that is a step's."""
    child = module("operation.child")
    child.ChildContextError = module("exceptions").StepError


def _grandparent() -> None:
    """Operations inside a real child name what the child itself stands in as their parent."""
    context = module("context").DurableContext

    def create(original: Any, self: Any, operation_id: str, *, is_virtual: bool = False) -> Any:
        child = original(self, operation_id, is_virtual=is_virtual)
        if not is_virtual and self._parent_id is not None:
            child._parent_id = self._parent_id  # noqa: SLF001 - what the fault is
        return child

    around(context, "create_child_context", create)


def _large_inline() -> None:
    """A child's result is checkpointed whole up to twice the limit."""
    module("operation.child").CHECKPOINT_SIZE_LIMIT_BYTES *= 2


def _summary_is_result() -> None:
    """A child's result that is too large is given as its summary when it is replayed."""
    result = module("state").CheckpointedResult
    around(result, "is_replay_children", lambda *_: False)


def _changed_program_taken() -> None:
    """On replay an operation takes whatever was checkpointed at its position for its own."""
    around(module("identifier").OperationIdentifier, "validate_checkpoint", lambda *_: None)


def _retry_group_rushes() -> None:
    """A with_retry tries again at once."""
    context = module("context").DurableContext

    def wait(original: Any, self: Any, duration: Any, name: str | None = None) -> Any:
        if name is not None and "-backoff-" in name:
            return None
        return original(self, duration, name)

    around(context, "wait", wait)


def _unawaited_end() -> None:
    """A step's or a context's success is on its way, and the program goes on."""
    service = module("lambda_service")

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        if operation_update is not None and operation_update.action is service.OperationAction.SUCCEED:
            kwargs["is_sync"] = False
        return original(self, operation_update, *args, **kwargs)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)


FAULTS: dict[str, Callable[[], None]] = {
    "phantom-fail": _phantom_fail,
    "orphan-parent": _orphan_parent,
    "lost-start": _lost_start,
    "double-end": _double_end,
    "unprefixed-ids": _unprefixed_ids,
    "no-replay-children": _no_replay_children,
    "virtual-is-real": _virtual_is_real,
    "virtual-fail-swallowed": _virtual_fail_swallowed,
    "child-fail-swallowed": _child_fail_swallowed,
    "child-result-lost": _child_result_lost,
    "child-named-late": _child_named_late,
    "child-raises-step-error": _child_raises_step_error,
    "grandparent": _grandparent,
    "large-inline": _large_inline,
    "summary-is-result": _summary_is_result,
    "changed-program-taken": _changed_program_taken,
    "retry-group-rushes": _retry_group_rushes,
    "unawaited-end": _unawaited_end,
}
"""The faults by name."""

"""AWS's own words: operation types, actions, sub types, statuses, and the service's limits.

Sources: the service's model (`lambda` in botocore) and the Language SDK Specification for AWS Lambda durable
functions, v1.2.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class OperationType(StrEnum):
    """What an operation is, as `Type` of an update says."""

    EXECUTION = "EXECUTION"
    CONTEXT = "CONTEXT"
    STEP = "STEP"
    WAIT = "WAIT"
    CALLBACK = "CALLBACK"
    CHAINED_INVOKE = "CHAINED_INVOKE"


class Action(StrEnum):
    """What an update does to its operation."""

    START = "START"
    SUCCEED = "SUCCEED"
    FAIL = "FAIL"
    RETRY = "RETRY"
    CANCEL = "CANCEL"


TERMINAL: Final = frozenset({Action.SUCCEED, Action.FAIL, Action.CANCEL})
"""The actions that end an operation."""


class SubType(StrEnum):
    """What the SDKs write as `SubType`."""

    STEP = "Step"
    WAIT = "Wait"
    CALLBACK = "Callback"
    CHAINED_INVOKE = "ChainedInvoke"
    WAIT_FOR_CONDITION = "WaitForCondition"
    WAIT_FOR_CALLBACK = "WaitForCallback"
    CHILD = "RunInChildContext"
    MAP = "Map"
    PARALLEL = "Parallel"
    MAP_ITERATION = "MapIteration"
    PARALLEL_BRANCH = "ParallelBranch"


BATCHES: Final = frozenset({SubType.MAP, SubType.PARALLEL})
"""The sub types whose result is a batch."""


SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
"""The units of durations, in seconds."""


class ErrorRole(StrEnum):
    """What an SDK's own error says has happened; each SDK has a class of its own for it."""

    STEP_FAILED = "step-failed"
    STEP_INTERRUPTED = "step-interrupted"
    CHILD_FAILED = "child-failed"
    CONDITION_FAILED = "condition-failed"
    CONDITION_EXHAUSTED = "condition-exhausted"
    CALLBACK_FAILED = "callback-failed"
    CALLBACK_TIMED_OUT = "callback-timed-out"
    SUBMITTER_FAILED = "submitter-failed"
    INVOKE_FAILED = "invoke-failed"
    CHECKPOINT_REFUSED = "checkpoint-refused"
    CHECKPOINT_UNAVAILABLE = "checkpoint-unavailable"
    STATE_UNAVAILABLE = "state-unavailable"
    PROGRAM_CHANGED = "program-changed"

"""What this harness and the installed SDK can do, by the protocol's names; the lab asks for nothing else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from python_sdk import non_json, retries, sdk, serdes

PROFILE = "full"
"""What this harness itself undertakes to run; the SDK may have less."""


def _takes(owner: object, field: str) -> bool:
    return is_dataclass(owner) and any(item.name == field for item in fields(owner))


FEATURES = {
    "batch.complete-when": hasattr(sdk.config, "complete_batch"),
    "batch.flat": hasattr(sdk.config, "NestingType"),
    "batch.item-serdes": _takes(sdk.config.MapConfig, "item_serdes"),
    "batch.max-concurrency": True,
    "batch.min-successful": True,
    "batch.serdes": True,
    "batch.summary": _takes(sdk.config.MapConfig, "summary_generator"),
    "batch.tolerated-failure-count": True,
    "body.do": True,
    "body.logs": True,
    "callback.heartbeat-timeout": True,
    "callback.serdes": True,
    "callback.timeout": True,
    "child.serdes": True,
    "child.sub-type": _takes(sdk.config.ChildConfig, "sub_type"),
    "child.summary": _takes(sdk.config.ChildConfig, "summary_generator"),
    "child.virtual": _takes(sdk.config.ChildConfig, "is_virtual"),
    "condition.attempt-number": _takes(sdk.types.WaitForConditionCheckContext, "attempt"),
    "condition.backoff": True,
    "condition.delays": True,
    "condition.serdes": True,
    "invoke.payload-serdes": True,
    "invoke.result-serdes": True,
    "invoke.tenant": _takes(sdk.config.InvokeConfig, "tenant_id"),
    "log.replay": hasattr(sdk.logger.Logger, "with_is_replaying"),
    "map.item-names": _takes(sdk.config.MapConfig, "item_namer"),
    "map.tolerated-failure-percentage": True,
    "parallel.branch-names": hasattr(sdk.config, "ParallelBranch"),
    "parallel.tolerated-failure-percentage": True,
    "raise.again": True,
    "raise.cause": True,
    "raise.retryable": hasattr(sdk.package, "InvocationError"),
    "retry.errors": True,
    "retry.linear": hasattr(sdk.retries, "create_linear_retry_strategy"),
    "retry.linear-preset": hasattr(sdk.retries, "create_linear_retry_strategy"),
    "retry.types": True,
    "serdes.retryable": hasattr(sdk.package, "RetryableSerDesError"),
    "step.attempt-number": _takes(sdk.types.StepContext, "attempt"),
    "step.semantics": True,
    "step.serdes": True,
    "wait_for_callback.retry": True,
    "with_retry": hasattr(sdk.retries, "with_retry"),
    "with_retry.wrap": hasattr(sdk.retries, "with_retry"),
}
"""What goes beyond the words that this harness knows, or hangs on the SDK: whether it is there."""


def features(statements: list[str]) -> list[str]:
    """All that can be done; `statements` are the words that the interpreter runs."""
    known = {
        *statements,
        *FEATURES,
        *(f"retry.{kind}" for kind in retries.KINDS),
        *(f"serdes.{name}" for name in serdes.NAMED),
        *(f"non-json.{kind}" for kind in non_json.KINDS),
    }
    return sorted(name for name in known if FEATURES.get(name, True))

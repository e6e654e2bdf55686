"""What the installed SDK can do, found by looking at it: what it can't is reported and not ignored."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from python_sdk import sdk

if TYPE_CHECKING:
    from python_sdk.scope import Scope

ATTEMPT = re.compile(r'(?:\$\{[^}]*|"\$[a-z]+": ?"[^"]*)\battempt\b')
"""An expression that asks for the attempt's number, in JSON text."""


def _takes(owner: Any, field: str) -> bool:
    return is_dataclass(owner) and any(item.name == field for item in fields(owner))


FEATURES = {
    "virtual child contexts": _takes(sdk.config.ChildConfig, "is_virtual"),
    "FLAT nesting": hasattr(sdk.config, "NestingType"),
    "named parallel branches": hasattr(sdk.config, "ParallelBranch"),
    "item names": _takes(sdk.config.MapConfig, "item_namer"),
    "custom completion": hasattr(sdk.config, "complete_batch"),
    "with_retry": hasattr(sdk.retries, "with_retry"),
    "linear retries": hasattr(sdk.retries, "create_linear_retry_strategy"),
    "logs on replay": hasattr(sdk.logger.Logger, "with_is_replaying"),
    "sub types of children": _takes(sdk.config.StepConfig, "sub_type"),
}


def require(feature: str, scope: Scope, at: str) -> None:
    """End the run as unsupported unless the SDK has the feature."""
    if not FEATURES[feature]:
        scope.run.lab.stop("unsupported", f"{sdk.NAME} {sdk.VERSION} has no {feature}", at)


def attempt_of(context: Any, body: Any, scope: Scope, at: str) -> int | None:
    """The attempt's number as the SDK gives it to a body; where it gives none (None) no body may use it."""
    attempt: int | None = getattr(context, "attempt", None)
    if attempt is None and ATTEMPT.search(json.dumps(body)):
        scope.run.lab.stop("unsupported", f"{sdk.NAME} {sdk.VERSION} has no attempt numbers in bodies", at)
    return attempt

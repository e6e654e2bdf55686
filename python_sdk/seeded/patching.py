"""How a seeded fault takes the place of the SDK's own code."""

from __future__ import annotations

from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def module(name: str) -> Any:
    """One of the SDK's modules."""
    return import_module(f"aws_durable_execution_sdk_python.{name}")


def around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Put `wrapper(original, *args)` in the place of a function of `owner`."""
    original = getattr(owner, name)

    @wraps(original)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        return wrapper(original, *args, **kwargs)

    setattr(owner, name, replaced)


def on_updates(change: Callable[[Any], Any]) -> None:
    """Let `change` stand between what the SDK checkpoints and the service: an update, or None to drop it."""

    def checkpoint(original: Any, self: Any, operation_update: Any = None, *args: Any, **kwargs: Any) -> Any:
        if operation_update is None:
            return original(self, operation_update, *args, **kwargs)
        changed = change(operation_update)
        return None if changed is None else original(self, changed, *args, **kwargs)

    around(module("state").ExecutionState, "create_checkpoint", checkpoint)


def is_update(update: Any, kind: str, action: str, sub_type: str | None = None) -> bool:
    """Whether an update is of this type, action and, where one is given, SubType."""
    same = update.operation_type.value == kind and update.action.value == action
    return same and sub_type in (None, str(update.sub_type))

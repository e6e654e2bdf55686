"""Users' errors, and errors as a scenario sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from python_sdk import sdk

if TYPE_CHECKING:
    from python_sdk.scope import Scope

_MODULE = "scenario"

_classes: dict[tuple[str, type[Exception]], type[Exception]] = {}


def user_class(name: str, kind: type[Exception] = Exception) -> type[Exception]:
    """The class of users' errors with this name, of a kind: one a name, in a process."""
    if (made := _classes.get((name, kind))) is None:
        made = _classes[name, kind] = type(name, (kind,), {"__module__": _MODULE})
    return made


def make(raises: dict[str, Any], at: str, scope: Scope, extra: dict[str, Any] | None = None) -> Exception:
    """The error that a `raises` describes."""
    message = scope.evaluate(raises["message"], at, extra)
    kind = sdk.package.InvocationError if raises.get("retryable") else Exception
    error = user_class(raises["type"], kind)(message if isinstance(message, str) else _compact(message))
    if "cause" in raises:
        error.__cause__ = caught(raises["cause"], at, scope)
    return error


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def caught(name: Any, at: str, scope: Scope) -> BaseException:
    """The caught error that a name stands for."""
    error = scope.errors.get(name)
    if error is None:
        scope.run.lab.stop("harness", f"{name} is no error that was caught here", at)
    return error


def describe(error: BaseException | None) -> dict[str, Any] | None:
    """What `catch` binds: a caught error by its bare type, its wrapper's class, message, cause and data."""
    if error is None:
        return None
    return {
        "message": message(error),
        "type": bare_type(error),
        "wrapper": type(error).__name__,
        "cause": describe(error.__cause__),
        "data": getattr(error, "data", None),
    }


def message(error: BaseException) -> Any:
    """The error's message, where the SDK keeps it."""
    return error.message if hasattr(error, "message") else str(error)


def bare_type(error: BaseException) -> str:
    """The user's type, without its module; found through the SDK's errors that wrap it."""
    name = type(error).__name__
    inner = bare_name(getattr(error, "error_type", None) or name)
    if type(error).__module__ != _MODULE and inner == name and error.__cause__ is not None:
        return bare_type(error.__cause__)
    return inner


def bare_name(name: str) -> str:
    """A type's name without its module."""
    return name.rpartition(".")[2]

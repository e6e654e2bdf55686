"""A plain function that answers what it was given, and which one it is."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    return [event, context.function_name]

"""Evaluates the templates of a program."""

from __future__ import annotations

from typing import Any

from python_sdk import dialect, odd

dialect.install()


def evaluate(template: Any, values: dict[str, Any]) -> Any:
    """The template's value where `values` are in scope; neither is changed.

    Raises:
        Exception: Whatever JSON-e raises when the expression fails; the caller tells the lab.
    """
    if odd.is_odd(template):
        return odd.value(template)
    return dialect.rendered(template, values)

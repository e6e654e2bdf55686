"""Programs that grow in one direction each, for the curves of `make bench`.

Each function gives the document of a scenario of size `n`: as many steps, waits, branches, nested virtual
contexts, bytes or functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
LIMIT = 300
"""Real seconds that a run may take: large ones take longer than a scenario of the suite may."""


def steps(n: int) -> Document:
    """As many steps in one handler, one after the other."""
    return _document([{"step": {"name": f"s{number}", "returns": number}} for number in range(n)])


def waits(n: int) -> Document:
    """As many waits in one handler, so as many invocations and one more."""
    return _document([{"wait": {"name": f"w{number}", "seconds": 1}} for number in range(n)])


def flat(n: int) -> Document:
    """A map of as many FLAT branches, each with a step."""
    return _map(n, "FLAT")


def nested(n: int) -> Document:
    """A map of as many NESTED branches, each with a step."""
    return _map(n, "NESTED")


def virtual(n: int) -> Document:
    """As many virtual contexts in one another, a step in each."""
    inner: list[Any] = [{"return": 1}]
    for number in range(n):
        step = {"step": {"name": f"s{number}", "returns": number}}
        inner = [step, {"child": {"name": f"v{number}", "virtual": True, "do": inner}}]
    return _document(inner)


def payload(n: int) -> Document:
    """One step whose result has as many bytes, returned by the handler."""
    step = {"step": {"name": "large", "returns": {"$eval": f"repeat('x', {n})"}, "as": "large"}}
    return _document([step, {"return": {"$eval": "len(large)"}}])


def functions(n: int) -> Document:
    """As many durable functions, each invoked once and each with a step."""
    invokes = [{"invoke": {"name": f"i{number}", "function": f"f{number}"}} for number in range(n)]
    target = {"handler": [{"step": {"name": "s", "returns": 1}}]}
    return {**_document(invokes), "functions": {f"f{number}": target for number in range(n)}}


def _map(n: int, nesting: str) -> Document:
    step = {"step": {"name": "s", "returns": {"$eval": "item"}, "as": "done"}}
    mapped = {
        "name": "m",
        "items": {"$eval": f"range(0, {n})"},
        "nesting": nesting,
        "max_concurrency": 1,
        "do": [step, {"return": {"$eval": "done"}}],
        "as": "m",
    }
    return _document([{"map": mapped}, {"return": {"$eval": "m.successCount"}}])


def _document(handler: list[Any]) -> Document:
    return {"title": "It grows", "covers": ["context-lifecycle"], "limit": LIMIT, "handler": handler}


GROWING: dict[str, Callable[[int], Document]] = {
    "steps": steps,
    "waits": waits,
    "flat": flat,
    "nested": nested,
    "virtual": virtual,
    "payload": payload,
    "functions": functions,
}

"""What makes no sense although its shape is right: references to nothing, holds that never come true, ..."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.scenario import walk
from conformance.scenario.budget import NAMING, Budget
from conformance.scenario.catalogue import requirements
from conformance.scenario.expressions import admit, evaluate
from conformance.scenario.operands import Problem
from conformance.scenario.shape import near
from conformance.scenario.statement_parser import OPERATIONS
from conformance.scenario.syntax import ExpressionError
from conformance.vocabulary import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.scenario.operands import Path
    from conformance.scenario.walk import StatementSite

MAX_HELD = 5
"""Seconds that may pass, in real time, while a body is held back: a wait beside it does not skip."""

_WITH_BODIES = frozenset({"step", "wait_for_condition", "wait_for_callback"})
_NAMED = frozenset(OPERATIONS) - {"await"}


Rule: TypeAlias = "Callable[[dict[str, Any]], Iterator[Problem]]"
"""Says all that makes no sense in a document whose shape is right."""


def problems(document: dict[str, Any], more: Iterable[Rule] = ()) -> list[Problem]:
    """All that makes no sense, rule by rule; `more` are rules that need what is not known here."""
    return [problem for rule in (*RULES, *more) for problem in rule(document)]


def covers(document: dict[str, Any]) -> Iterator[Problem]:
    """What a scenario covers stands in the catalogue."""
    known = requirements()
    for index, id_ in enumerate(document["covers"]):
        if id_ not in known:
            hint = near(id_, known)
            hint = hint if hint.startswith("did") else "its ids are in language-sdk-spec.yaml"
            yield Problem(("covers", index), f"`{id_}` is not in the catalogue of requirements", hint)


def names(document: dict[str, Any]) -> Iterator[Problem]:
    """What a hold, an outside actor or an expectation names is there, and there once."""
    named = [(name, here.word) for name, here in _named(document)] + [*_branches(document)]
    count = Counter(called for called, _ in named)
    for path, name, words, what in _references(document):
        fitting = sorted({called for called, word in named if word in words})
        if name not in fitting and not _computes_names(document, words):
            hint = near(name, fitting) if fitting else "name one"
            yield Problem(path, f"there is no {what} named `{name}`", hint)
        elif count[name] > 1:
            yield Problem(
                path, f"several operations are named `{name}`", "give the one that is meant its own name"
            )


def _named(document: dict[str, Any]) -> list[tuple[str, StatementSite]]:
    """The operations whose name can be read: it is written out, or computed of the input alone."""
    return [
        (name, here)
        for here in walk.everywhere(document)
        if here.word in OPERATIONS and (name := _name(here, document)) is not None
    ]


def _branches(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names of a parallel's branches, each with its word."""
    for here in walk.everywhere(document):
        for branch in here.given["branches"] if here.word == "parallel" else ():
            if isinstance(branch, dict) and isinstance(branch.get("name"), str):
                yield branch["name"], here.word


def _computes_names(document: dict[str, Any], words: frozenset[str]) -> bool:
    """Whether the name of one of these operations is only known while it runs: it may be any."""
    return any(
        here.word in words and "name" in here.given and _name(here, document) is None
        for here in walk.everywhere(document)
    )


def _name(here: StatementSite, document: dict[str, Any]) -> str | None:
    template = here.given.get("name")
    admission = admit(template)
    if admission.problems or any(name != "input" for _, name in admission.uses):
        return None
    try:
        name = evaluate(template, {"input": document.get("input")}, Budget(NAMING))
    except ExpressionError:
        return None
    return name if isinstance(name, str) else None


def _references(document: dict[str, Any]) -> Iterator[tuple[Path, str, frozenset[str], str]]:
    """Each name that refers to an operation: where, which, of what words, and how that is called."""
    for here in walk.everywhere(document):
        for path, body, _ in walk.bodies(here):
            if "after" in body:
                yield (*path, "after"), _after(body["after"])[0], _NAMED, "operation"
    yield from _addressed(document)
    for path, expect in _expectations(document.get("expect", {}), ("expect",)):
        for name in expect.get("bodies", {}):
            yield (*path, "bodies", name), name, _WITH_BODIES, "operation with a body"


def _addressed(document: dict[str, Any]) -> Iterator[tuple[Path, str, frozenset[str], str]]:
    """The names by which outside actors and faults refer to an operation."""
    for index, action in enumerate(document.get("outside", ())):
        waited = "invoke" if "stop" in action else "wait_for_callback"
        for key, word in (("callback", "callback"), ("of", waited)):
            if key in action:
                yield ("outside", index, key), action[key], frozenset({word}), f"`{word}`"
    for index, fault in enumerate(document.get("faults", ())):
        if "of" in fault:
            yield ("faults", index, "of"), fault["of"], _NAMED, "operation"


def _after(given: Any) -> tuple[str, str]:
    if isinstance(given, str):
        return given, "ended"
    return given["op"], given.get("is", "ended")


def _expectations(expect: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    yield path, expect
    for index, option in enumerate(expect.get("any_of", ())):
        yield from _expectations(option, (*path, "any_of", index))


def holds(document: dict[str, Any]) -> Iterator[Problem]:
    """A held body waits for what can happen meanwhile: not for itself, nor for what comes after it."""
    named = dict(_named(document))
    for here in walk.everywhere(document):
        for path, body, _ in walk.bodies(here):
            if "after" not in body:
                continue
            name, state = _after(body["after"])
            if name not in named:
                continue
            other = named[name]
            if not _can_come(here, other, document):
                yield Problem(
                    (*path, "after"),
                    f"`{name}` can't be there before this body ends",
                    "wait for another branch's",
                )
            elif state == "checkpointed" and other.given.get("virtual") is True:
                message = f"`{name}` is virtual and never checkpointed"
                yield Problem((*path, "after"), message, "wait until it has ended")


def held_in_bodies(document: dict[str, Any]) -> Iterator[Problem]:
    """A body in another body's statements isn't held: to the lab the outer one is running meanwhile."""
    around = [
        (*path, "do")
        for here in walk.everywhere(document)
        for path, body, _ in walk.bodies(here)
        if "do" in body
    ]
    for here in walk.everywhere(document):
        for path, body, _ in walk.bodies(here):
            if "after" in body and any(path[: len(outer)] == outer for outer in around):
                message = "a body is held in another body's statements"
                yield Problem((*path, "after"), message, "hold the outer one")


def _can_come(here: StatementSite, other: StatementSite, document: dict[str, Any]) -> bool:
    """Whether `other` may get where it must while `here` runs.

    It stands before it, or in another branch, or around or after a batch that may end without its branch.
    """
    if here.path[:1] != other.path[:1] or here.path == other.path:
        return False
    if any(_leaves_behind(batch, here, other) for batch in walk.everywhere(document)):
        return True
    shared = 0
    while here.path[shared] == other.path[shared]:
        shared += 1
        if shared in (len(here.path), len(other.path)):
            return False  # one stands in the other
    if _in_map(here.path[:shared], document):
        return True  # another item's may come first
    mine, its = here.path[shared], other.path[shared]
    return here.path[shared - 1] == "branches" or (
        isinstance(mine, int) and isinstance(its, int) and its < mine
    )


def _leaves_behind(batch: StatementSite, here: StatementSite, other: StatementSite) -> bool:
    """Whether a batch that `here` stands in, and `other` does not, may end while a branch of it runs."""
    inside = here.path != batch.path and here.path[: len(batch.path)] == batch.path
    outside = other.path == batch.path or other.path[: len(batch.path)] != batch.path
    return (
        batch.word in ("map", "parallel") and batch.given.get("max_concurrency") != 1 and inside and outside
    )


def _in_map(path: Path, document: dict[str, Any]) -> bool:
    """Whether `path` leads into the statements of a map: its statement's word is on the way."""
    node: Any = document
    for segment in path:
        if segment == "map" and isinstance(node, dict) and "map" in node and "do" in node["map"]:
            return True
        node = node[segment]
    return False


def held_time(document: dict[str, Any]) -> Iterator[Problem]:
    """Beside a held body time is real: the batch that it stands in may not take more than a few seconds."""
    batches = [here for here in walk.everywhere(document) if here.word in ("map", "parallel")]
    within: dict[Path, list[StatementSite]] = {here.path: [] for here in batches}
    for here in walk.everywhere(document):
        for path, places in within.items():
            if here.path[: len(path)] == path and here.path != path:
                places.append(here)
    told: set[Path] = set()
    for places in within.values():
        if not any("after" in body for here in places for _, body, _ in walk.bodies(here)):
            continue
        for here in places:
            for slot in walk.amounts(here):
                seconds = _seconds(slot.path, slot.template)
                if seconds is not None and seconds > MAX_HELD and slot.path not in told:
                    told.add(slot.path)
                    hint = f"at most {MAX_HELD} beside a body held by `after`: they pass in real time"
                    yield Problem(slot.path, f"{seconds} seconds", hint)


def _seconds(path: Path, amount: Any) -> float | None:
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        return None
    return amount * SECONDS.get(str(path[-1]), 1)


def functions(document: dict[str, Any]) -> Iterator[Problem]:
    """A function that is invoked by a name that can be read is one of the scenario's."""
    known = document.get("functions", {})
    for here in walk.everywhere(document):
        name = here.given.get("function") if here.word == "invoke" else None
        if isinstance(name, str) and "${" not in name and _bare(name) not in known:
            hint = (
                near(_bare(name), known) if known else "say it under `functions`, if only as {unknown: true}"
            )
            yield Problem((*here.path, "function"), f"there is no function `{_bare(name)}`", hint)
    for name, function in known.items():
        if "timeout" in function and (function.get("unknown") or not function.get("durable", True)):
            path: Path = ("functions", name, "timeout")
            yield Problem(path, "a timeout of what is no execution", "only a durable function has one")


def _bare(name: str) -> str:
    """The function's name in an ARN or in a name with a qualifier."""
    parts = name.split(":")
    if name.startswith("arn:"):
        return parts[6] if len(parts) > 6 else name  # noqa: PLR2004 - arn:aws:lambda:region:account:function:name
    return parts[0]


def expectations(document: dict[str, Any]) -> Iterator[Problem]:
    """What is expected can be: a result of a success, an error of anything else."""
    for path, expect in _expectations(document.get("expect", {}), ("expect",)):
        status = expect.get("status")
        if "result" in expect and status not in (None, "SUCCEEDED"):
            yield Problem(
                (*path, "result"), f"a result of an execution that is {status}", "only SUCCEEDED has one"
            )
        if "error" in expect and status in ("SUCCEEDED", "RUNNING"):
            yield Problem((*path, "error"), f"an error of an execution that is {status}", "expect FAILED")
        if "result" in expect:
            yield from _computable(expect["result"], (*path, "result"), document)


def _computable(template: Any, path: Path, document: dict[str, Any]) -> Iterator[Problem]:
    """An expected result may be computed, of the input alone."""
    admission = admit(template)
    for problem in admission.problems:
        yield Problem((*path, *problem.path), problem.message, problem.hint)
    for use, name in admission.uses:
        if name != "input":
            yield Problem(
                (*path, *use), f"`{name}` in an expected result", "it may be computed of `input` alone"
            )
    if not admission.problems and all(name == "input" for _, name in admission.uses):
        try:
            evaluate(template, {"input": document.get("input")})
        except ExpressionError as error:
            yield Problem(path, error.message, error.hint)


def actions(document: dict[str, Any]) -> Iterator[Problem]:
    """An action on a callback says which one; a stop concerns none, but may be of an invoke's target."""
    for index, action in enumerate(document.get("outside", ())):
        path: Path = ("outside", index)
        which = [key for key in ("callback", "of", "nth") if key in action]
        wrong = [key for key in which if key != "of"]
        if "stop" in action and wrong:
            hint = "a stop concerns the execution or, with `of: NAME`, the target of an invoke"
            yield Problem((*path, wrong[0]), f"`{wrong[0]}` beside `stop`", hint)
        elif "stop" not in action and not which:
            yield Problem(path, "an action on no callback", "say `callback: NAME`, `of: NAME` or `nth: N`")
        elif "callback" in which and "of" in which:
            yield Problem((*path, "of"), "`of` beside `callback`", "one of them")


def faults(document: dict[str, Any]) -> Iterator[Problem]:
    """A fault says in one way which requests it touches, and nothing that another kind of fault needs."""
    for index, fault in enumerate(document.get("faults", ())):
        path: Path = ("faults", index)
        where = [key for key in ("checkpoint", "of", "state") if key in fault]
        if len(where) > 1:
            yield Problem((*path, where[1]), f"`{where[1]}` beside `{where[0]}`", "one of them")
        if "state" in fault and fault["fault"] not in _AT_A_READ:
            message = f"`{fault['fault']}` can't be done to a read of the state"
            yield Problem((*path, "state"), message, f"one of {', '.join(_AT_A_READ)}")
        if where and fault["fault"] == "no-state":
            yield Problem((*path, where[0]), f"`{where[0]}` of `no-state`", "it concerns every invocation")
        for key, kind in _OWN.items():
            if key in fault and fault["fault"] != kind:
                yield Problem((*path, key), f"`{key}` of a fault that has none", f"it belongs to `{kind}`")


_AT_A_READ = ("error", "throttle", "lose-response", "delay", "crash-before", "crash-after")
_OWN = {"status": "error", "type": "error", "seconds": "delay"}


RULES: tuple[Rule, ...] = (
    covers,
    names,
    holds,
    held_in_bodies,
    held_time,
    functions,
    expectations,
    actions,
    faults,
)

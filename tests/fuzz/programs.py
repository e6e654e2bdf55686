"""Random scenarios: any statement in any other, as far as the outcome does not race.

What is known to differ between the SDKs only where a scenario shows it on purpose (a `limited` entry of the
ledger) is not written: an invoke without payload, the type of an error that was caught, a batch that asks for
more successes than it has items, the results of branches some of which return nothing, and what is in the
folders `odd`, `misuse` and `determinism`. Branches that run side by side tolerate every failure, since which
of them ends first is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from conformance.oracle.prediction import predict
from conformance.scenario.model import Scenario

Json: TypeAlias = Any
Statement: TypeAlias = dict[str, Json]
Names: TypeAlias = tuple[str, ...]
Written: TypeAlias = tuple[Statement, Names]
"""A statement, and the expressions that those after it may use."""

MOST_STATEMENTS = 24
DEEPEST = 4
VALUES: tuple[Json, ...] = (0, 1, -3, 2.5, "x", "", 'é\n"q"', None, True, False, [], {}, [1, "a"], {"k": 1})
ERRORS: tuple[Json, ...] = ({"type": "Boom", "message": "no"}, {"type": "Bang", "message": "why not"})
CONDITIONS: tuple[Json, ...] = tuple({"$eval": f"input.n {test}"} for test in ("> 1", "> 5", "== 2"))
RETRIES: tuple[Json, ...] = (
    "none",
    {"delays": [1]},
    {"delays": [2, 3]},
    {"fixed": {"delay": 2, "attempts": 2}},
    {"exponential": {"attempts": 3, "initial": 1, "rate": 2, "jitter": "NONE"}},
    {"linear": {"attempts": 2, "initial": 1, "increment": 1, "jitter": "NONE"}},
)
POLLS: tuple[Statement, ...] = (
    {"delay": 2},
    {"delays": [1, 2, 3]},
    {"backoff": {"attempts": 5, "initial": 1, "max": 5, "rate": 2, "jitter": "NONE"}},
)
ANSWERS: tuple[Statement, ...] = (
    {"succeed": {"payload": {"ok": 1}}},
    {"succeed": {"raw": "text"}},
    {"fail": {"type": "Denied", "message": "no"}},
)
IN_TURN: tuple[Statement, ...] = (
    {},
    {"completion": {"min_successful": 1}},
    {"completion": {"tolerated_failure_count": 1}},
    {"completion": {"tolerated_failure_percentage": 50}},
)
FAULTS: tuple[Statement, ...] = (
    {"fault": "crash-before"},
    {"fault": "crash-after"},
    {"fault": "lose-response"},
    {"fault": "error", "status": 500},
    {"fault": "throttle"},
)

ACCESSORS = ("results", "errors", "all", "status", "completionReason", "successCount", "totalCount")
FUNCTIONS: Statement = {
    "echo": {"handler": [{"wait": {"seconds": 1}}, {"return": {"$eval": "input"}}]},
    "failing": {"handler": [{"wait": {"seconds": 1}}, {"raise": ERRORS[0]}]},
    "plain": {"durable": False, "handler": [{"return": {"got": {"$eval": "input"}}}]},
    "within": {
        "handler": [
            {"child": {"virtual": True, "do": [{"step": {"returns": 1}}, {"wait": {"seconds": 2}}]}},
            {"return": 3},
        ]
    },
}


def program(seed: str, *, faults: bool = False) -> Statement:
    """A scenario's document; the same seed gives the same one.

    With `faults` bodies crash, and something goes wrong at an update that the program comes to.
    """
    return _Author(Random(seed), faults).scenario(seed)  # noqa: S311 - nothing here is secret


@dataclass
class _Author:
    """Writes one scenario."""

    random: Random
    faults: bool = False
    outside: list[Statement] = field(default_factory=list)
    invokes: bool = False
    _numbers: int = 0
    _statements: int = 0
    _given: set[str] = field(default_factory=set)

    def scenario(self, title: str) -> Statement:
        waiting = [self.random.choice((self.callback, self.wait_for_callback)) for _ in range(2)]
        handler = [way() for way in waiting if self.maybe(0.3)]  # first, so that whoever answers finds them
        handler += self.block(("input.n",), DEEPEST)
        if not _ends(handler[-1]):
            handler.append({"return": self.value(("input.n",))})
        document = {
            "title": f"Random program {title}",
            "covers": ["output-succeeded"],
            "input": {"n": self.random.choice((1, 2, 7)), "xs": [1, 2]},
            "handler": handler,
        }
        if self.invokes:
            document["functions"] = FUNCTIONS
        if self.outside:
            document["outside"] = self.outside
        if self.faults and (updates := _certain(document, self._given)):
            name, action = self.random.choice(updates)
            document["faults"] = [{**self.random.choice(FAULTS), "of": name, "action": action}]
        return document

    def block(self, known: Names, depth: int, *, returns: float = 0.8) -> list[Statement]:
        """A list of statements, the last one a `return` as often as told."""
        block: list[Statement] = []
        for _ in range(self.random.randint(1, 4)):
            if self._statements >= MOST_STATEMENTS:
                break
            self._statements += 1
            statement, names = self.statement(known, depth)
            block.append(statement)
            known += names
            if _ends(statement):
                return block
        if not block or self.maybe(returns):
            block.append({"return": self.value(known)})
        return block

    def statement(self, known: Names, depth: int) -> Written:
        ways: list[Callable[[Names, int], Written]] = [self.step, self.step, self.step, self.wait, self.note]
        ways += [self.let, self.log, self.choice, self.condition, self.invoke]
        if depth > 0:
            ways += [self.child, self.child, self.child, self.attempt, self.attempt, self.with_retry]
            ways += [self.map, self.map, self.parallel, self.parallel]
        return self.random.choice(ways)(known, depth)

    def step(self, known: Names, _depth: int) -> Written:
        if self.maybe(0.7):
            given = {**self.body(known, fails=0.15), "retry": "none"}
        else:
            bodies = [self.body(known, fails=0.6) for _ in range(self.random.randint(1, 3))]
            given = {"attempts": bodies, "retry": self.random.choice(RETRIES)}
        if self.maybe(0.1):
            given["semantics"] = "at-most-once"
        return self.operation("step", given)

    def wait(self, _known: Names, _depth: int) -> Written:
        statement, _ = self.operation("wait", {"seconds": self.random.choice((1, 5, 60, 3600))}, binds=False)
        return statement, ()

    def condition(self, _known: Names, _depth: int) -> Written:
        until = {"$eval": f"state >= {self.random.randint(1, 3)}"}
        check = {"returns": {"$eval": "state + 1"}}
        given = {"initial": 0, "check": check, "until": until, **self.random.choice(POLLS)}
        return self.operation("wait_for_condition", given)

    def invoke(self, known: Names, _depth: int) -> Written:
        self.invokes = True
        target = self.random.choice(tuple(FUNCTIONS))
        return self.operation("invoke", {"function": target, "payload": self.value(known)})

    def child(self, known: Names, depth: int) -> Written:
        given: Statement = {"do": self.block(known, depth - 1)}
        if self.maybe(0.6):
            given["virtual"] = self.random.choice((True, True, {"$eval": "input.n > 1"}))
        return self.operation("child", given)

    def with_retry(self, known: Names, depth: int) -> Written:
        given = {"do": self.block(known, depth - 1), "retry": self.random.choice(RETRIES)}
        given |= self.random.choice(({}, {"wrap": False}, {"virtual": True}))
        return self.operation("with_retry", given)

    def map(self, known: Names, depth: int) -> Written:
        items = self.random.choice(([1], [1, 2, 3], {"$eval": "input.xs"}))
        given: Statement = {"items": items, "do": self.block((*known, "item", "index"), depth - 1)}
        if self.maybe(0.2):
            given["item_name"] = "i${index}"
        return self.batch("map", given)

    def parallel(self, known: Names, depth: int) -> Written:
        branches: list[Json] = []
        for _ in range(self.random.randint(1, 3)):
            do = self.block((*known, "index"), depth - 1)
            branches.append(do if self.maybe(0.5) else {"name": self.name(), "do": do})
        return self.batch("parallel", {"branches": branches})

    def batch(self, word: str, given: Statement) -> Written:
        if self.maybe(0.6):
            given["nesting"] = self.random.choice(("FLAT", "FLAT", "NESTED", {"$eval": "'FLAT'"}))
        if self.maybe(0.5):
            given |= {"max_concurrency": 1, **self.random.choice(IN_TURN)}
        else:
            given["completion"] = {"tolerated_failure_count": 9}
        statement, names = self.operation(word, given)
        branches = [
            branch["do"] if isinstance(branch, dict) else branch for branch in given.get("branches", ())
        ]
        full = all(_ends(do[-1]) for do in branches or [given["do"]])
        told = ACCESSORS if full else ACCESSORS[1:]
        return statement, tuple(f"{name}.{self.random.choice(told)}" for name in names)

    def callback(self) -> Statement:
        name, bound, told = self.name(), self.name("c"), self.name("v")
        given: Statement = {"name": name, "as": bound}
        self.answered(given, {"callback": name})
        do = [{"callback": given}, {"await": {"callback": bound, "as": told}}, {"note": {"$eval": told}}]
        return {"try": do, "catch": [{"note": {"$eval": "e.message"}}]}

    def wait_for_callback(self) -> Statement:
        name, told = self.name(), self.name("v")
        given: Statement = {"name": name, "submitter": {"returns": None}, "as": told}
        self.answered(given, {"of": name})
        do = [{"wait_for_callback": given}, {"note": {"$eval": told}}]
        return {"try": do, "catch": [{"note": {"$eval": "e.message"}}]}

    def answered(self, given: Statement, addressed: Statement) -> None:
        """Somebody answers a callback, or it times out."""
        if self.maybe(0.3):
            given["timeout"] = 10
        else:
            answer = self.random.choice(ANSWERS)
            self.outside.append({**addressed, "after": self.random.choice((1, 5)), **answer})

    def attempt(self, known: Names, depth: int) -> Written:
        do = self.block(known, depth - 1, returns=0.2)
        rescue = self.block((*known, "e.message"), depth - 1, returns=0.2)
        if not _ends(rescue[-1]) and self.maybe(0.15):
            rescue.append({"raise": "e"})
        return {"try": do, "catch": rescue}, ()

    def choice(self, known: Names, depth: int) -> Written:
        statement = {
            "if": self.random.choice(CONDITIONS),
            "then": self.block(known, depth - 1, returns=0.15),
        }
        if self.maybe(0.5):
            statement["else"] = self.block(known, depth - 1, returns=0)
        return statement, ()

    def let(self, known: Names, _depth: int) -> Written:
        name = self.name("l")
        return {"let": {name: self.value(known)}}, (name,)

    def note(self, known: Names, _depth: int) -> Written:
        if self.maybe(0.1):
            return {"raise": self.random.choice(ERRORS)}, ()
        return {"note": self.value(known)}, ()

    def log(self, _known: Names, _depth: int) -> Written:
        """A body's line: which lines of other places come out on replay, the ledger knows place by place."""
        line = {"level": self.random.choice(("info", "warning", "error")), "message": "m"}
        return self.operation("step", {"returns": 1, "logs": [line]})

    def operation(self, word: str, given: Statement, *, binds: bool = True) -> Written:
        """An operation, with a name and a result that is bound as often as not."""
        names: Names = ()
        if self.maybe(0.85):
            given["name"] = self.name()
            self._given.add(given["name"])
        if binds and self.maybe(0.5):
            names = (self.name("v"),)
            given["as"] = names[0]
        return {word: given}, names

    def body(self, known: Names, fails: float) -> Statement:
        if self.faults and self.maybe(0.1):
            return {"crashes": True}
        if self.maybe(fails):
            return {"raises": self.random.choice(ERRORS)}
        return {"returns": self.value(known)}

    def value(self, known: Names) -> Json:
        if known and self.maybe(0.35):
            return {"$eval": self.random.choice(known)}
        return self.random.choice(VALUES)

    def name(self, kind: str = "o") -> str:
        self._numbers += 1
        return f"{kind}{self._numbers}"

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance


def _certain(document: Statement, given: set[str]) -> list[tuple[str, str]]:
    """The named operations that the program comes to, by the oracle, with the updates that each must have.

    Only names that are `given` can be told in a fault: not a computed one, nor one that an SDK makes up.
    """
    plan = predict(Scenario.from_document("random", document))
    updates = []
    for expected in plan.operations.values():
        certain = not (expected.virtual or expected.optional or plan.undetermined(expected.path))
        if certain and expected.names is not None and len(expected.names) == 1:
            (name,), ends = expected.names, expected.lifecycle.terminals
            actions = {"START"} | (ends if len(ends) == 1 else frozenset())
            updates += [(name, action) for action in sorted(filter(None, actions)) if name in given]
    return updates


def _ends(statement: Statement) -> bool:
    """Whether nothing may follow a statement."""
    match statement:
        case {"return": _} | {"raise": _}:
            return True
        case {"then": yes, "else": no}:
            return _ends(yes[-1]) and _ends(no[-1])
        case {"try": do, "catch": rescue}:
            return _ends(do[-1]) and _ends(rescue[-1])
        case _:
            return False

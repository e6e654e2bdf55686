"""Every mutant does what its name says, on the wire or in what runs; without one nothing of it is seen."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from conformance.quality.mutation.seeded import SEEDED
from python_sdk import mutants
from tests.harness.subjects import JS, PYTHON, recordings

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.recording import Recording

DOCUMENTS: dict[str, dict[str, Any]] = {
    "virtual child that fails": {
        "handler": [
            {
                "try": [
                    {
                        "child": {
                            "name": "v",
                            "virtual": True,
                            "do": [{"raise": {"type": "B", "message": "m"}}],
                        }
                    }
                ],
                "catch": [],
            },
            {"wait": {"seconds": 1}},
        ]
    },
    "FLAT branch that fails": {
        "handler": [
            {
                "map": {
                    "name": "m",
                    "items": [1],
                    "nesting": "FLAT",
                    "completion": {"tolerated_failure_count": 1},
                    "do": [{"raise": {"type": "B", "message": "m"}}],
                }
            }
        ]
    },
    "operation in a virtual child": {
        "handler": [
            {"step": {"name": "before", "returns": 1}},
            {"child": {"name": "v", "virtual": True, "do": [{"step": {"name": "inside", "returns": 1}}]}},
        ]
    },
    "real child": {"handler": [{"child": {"name": "real", "do": []}}, {"wait": {"seconds": 1}}]},
    "retry": {
        "handler": [
            {
                "step": {
                    "name": "s",
                    "attempts": [{"raises": {"type": "B", "message": "m"}}, {"returns": 1}],
                    "retry": {"delays": [4]},
                }
            },
            {"wait": {"seconds": 1}},
        ]
    },
    "child that is kept late": {
        "handler": [{"child": {"name": "c", "do": [{"return": 1}]}}, {"step": {"name": "s", "returns": 1}}],
        "faults": [{"fault": "delay", "of": "c", "action": "SUCCEED", "seconds": 0.3}],
    },
    "large result": {
        "handler": [{"child": {"name": "c", "do": [{"return": {"$eval": "repeat('a', 300000)"}}]}}]
    },
    "result that is used": {"handler": [{"step": {"returns": 1, "as": "r"}}, {"return": {"$eval": "r"}}]},
    "limited map": {
        "handler": [
            {
                "map": {
                    "name": "m",
                    "items": [1, 2],
                    "max_concurrency": 1,
                    "do": [{"wait": {"seconds": 1}}],
                }
            }
        ]
    },
}


@cache
def clean(subject: str) -> dict[str, Recording]:
    """All documents with nothing seeded."""
    return recordings(subject, DOCUMENTS)


def updates(recording: Recording) -> list[dict[str, Any]]:
    return [
        update
        for exchange in recording.exchanges
        if exchange.operation == "CheckpointDurableExecution"
        for update in json.loads(exchange.request).get("Updates", [])
    ]


def contexts(recording: Recording) -> list[tuple[str, str]]:
    return contexts_of(updates(recording))


def contexts_of(given: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(update["Action"], update["SubType"]) for update in given if update["Type"] == "CONTEXT"]


def phantom_fail(run: dict[str, Recording]) -> bool:
    child, branch = contexts(run["virtual child that fails"]), updates(run["FLAT branch that fails"])
    fails = [update for update in branch if update["Action"] == "FAIL"]
    [parent] = {update["Id"] for update in branch if update["SubType"] == "Map"}
    accepted = run["FLAT branch that fails"].executions[0].status == "SUCCEEDED"
    return (
        child == [("FAIL", "RunInChildContext")]
        and [(update["SubType"], update["ParentId"]) for update in fails] == [("MapIteration", parent)]
        and accepted
    )


def orphan_parent(run: dict[str, Recording]) -> bool:
    return {
        "ParentId" in update
        for update in updates(run["operation in a virtual child"])
        if update["Name"] == "inside"
    } == {True}


def lost_start(run: dict[str, Recording]) -> bool:
    return contexts(run["real child"]) == [("SUCCEED", "RunInChildContext")]


def double_end(run: dict[str, Recording]) -> bool:
    return [action for action, _ in contexts(run["real child"])].count("SUCCEED") > 1


def retry_delay(run: dict[str, Recording]) -> bool:
    [retry] = [update for update in updates(run["retry"]) if update["Action"] == "RETRY"]
    return bool(retry["StepOptions"] == {"NextAttemptDelaySeconds": 5})


def wrong_sub_type(run: dict[str, Recording]) -> bool:
    return ("START", "ParallelBranch") in contexts(run["limited map"])


def unprefixed_ids(run: dict[str, Recording]) -> bool:
    # The child takes the second place at the root, and the step inside it the third, as if outside.
    third = hashlib.blake2b(b"3").hexdigest()[:64]
    return third in {update["Id"] for update in updates(run["operation in a virtual child"])}


def body_again(run: dict[str, Recording]) -> bool:
    starts = [effect for effect in run["retry"].effects if (effect.kind, effect.event) == ("step", "start")]
    return len(starts) > 2


def no_replay_children(run: dict[str, Recording]) -> bool:
    [end] = [update for update in updates(run["large result"]) if update["Action"] == "SUCCEED"]
    return not end.get("ContextOptions", {}).get("ReplayChildren")


def no_limit(run: dict[str, Recording]) -> bool:
    given = updates(run["limited map"])
    ended = next(place for place, update in enumerate(given) if update["Action"] == "SUCCEED")
    return [action for action, kind in contexts_of(given[:ended]) if kind == "MapIteration"] == ["START"] * 2


def unawaited_end(run: dict[str, Recording]) -> bool:
    recording = run["child that is kept late"]
    (answered,) = (exchange.answered for exchange in recording.exchanges if exchange.answered is not None)
    (begins,) = (one.seq for one in recording.effects if (one.kind, one.event) == ("step", "start"))
    return begins < answered


def lost_result(run: dict[str, Recording]) -> bool:
    return bool(run["result that is used"].executions[0].result == "null")


# What a mutant shows itself by, and the documents that it takes.
SIGNS: dict[str, tuple[Callable[[dict[str, Recording]], bool], tuple[str, ...]]] = {
    "phantom-fail": (phantom_fail, ("virtual child that fails", "FLAT branch that fails")),
    "orphan-parent": (orphan_parent, ("operation in a virtual child",)),
    "lost-start": (lost_start, ("real child",)),
    "double-end": (double_end, ("real child",)),
    "retry-delay": (retry_delay, ("retry",)),
    "wrong-sub-type": (wrong_sub_type, ("limited map",)),
    "unprefixed-ids": (unprefixed_ids, ("operation in a virtual child",)),
    "body-again": (body_again, ("retry",)),
    "no-replay-children": (no_replay_children, ("large result",)),
    "no-limit": (no_limit, ("limited map",)),
    "unawaited-end": (unawaited_end, ("child that is kept late",)),
    "lost-result": (lost_result, ("result that is used",)),
}


def test_every_mutant_is_tried_on_scenarios() -> None:
    """Of the rest, that they do something is for those to show: `conformance mutants --only live`."""
    assert SIGNS.keys() <= mutants.KNOWN.keys()
    assert len({one.id for one in SEEDED}) == len(SEEDED)


@pytest.mark.parametrize("mutant", SIGNS)
def test_python(mutant: str) -> None:
    shows, titles = SIGNS[mutant]
    assert shows(recordings(f"{PYTHON}+mutant:{mutant}", {title: DOCUMENTS[title] for title in titles}))
    assert not shows(clean(PYTHON))


@pytest.mark.parametrize("mutant", ["phantom-fail", "orphan-parent", "lost-start", "retry-delay"])
def test_js(mutant: str) -> None:
    shows, titles = SIGNS[mutant]
    assert shows(recordings(f"{JS}+mutant:{mutant}", {title: DOCUMENTS[title] for title in titles}))
    assert not shows(clean(JS))

"""The canonical stream: flattened, decoded, refused and repeated requests marked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.wire.recording import ExecutionRecord
from conformance.wire.stream import canonical, path_key
from tests.verdict.recordings import ARN, MAP, VIRTUAL, Maker, edited, mapped, virtual


@pytest.mark.parametrize("sdk", ["python", "js"])
def test_a_recording_flattened(sdk: str) -> None:
    stream = canonical(virtual(sdk))
    assert [(u.label, u.parent, u.name, dict(u.fields)) for u in stream.all] == [
        ("1.1:STEP.START", "root", "a", {}),
        ("1.1:STEP.SUCCEED", "root", "a", {"Payload": 20}),
        ("1.2.1:STEP.START", "root", "b", {}),
        ("1.2.1:STEP.SUCCEED", "root", "b", {"Payload": 21}),
        ("2:WAIT.START", "root", "pause", {"WaitOptions": {"WaitSeconds": 5}}),
    ]
    assert stream.sequential
    assert stream.accepted == stream.all


def test_how_updates_are_cut_into_requests_makes_no_difference() -> None:
    made = Maker("js", VIRTUAL)
    made.invoke()
    made.checkpoint(made.update("1.1", "STEP", "START"), made.update("1.1", "STEP", "SUCCEED", Payload="20"))
    made.pending(1)
    first, second = canonical(made.done()).all
    assert (first.label, second.label) == ("1.1:STEP.START", "1.1:STEP.SUCCEED")
    assert (first.seq, first.index, second.index) == (2, 0, 1)


def test_refused_updates_are_kept_apart() -> None:
    made = Maker("js", VIRTUAL)
    made.invoke()
    made.checkpoint(made.update("1.1", "STEP", "START"), status=400)
    made.send("1.1", "STEP", "START")
    made.send("1.1", "STEP", "RETRY")
    made.send("1.1", "STEP", "START")
    made.pending(1)
    stream = canonical(made.done())
    assert [(u.accepted, u.label) for u in stream.all] == [
        (False, "1.1:STEP.START"),
        (True, "1.1:STEP.START"),
        (True, "1.1:STEP.RETRY"),
        (True, "1.1:STEP.START#2"),
    ]
    assert [u.label for u in stream.operations["1.1"]] == [
        "1.1:STEP.START",
        "1.1:STEP.RETRY",
        "1.1:STEP.START#2",
    ]


def test_a_request_that_is_sent_again_is_applied_once() -> None:
    recording = virtual("python")
    exchanges = list(recording.exchanges)
    body = json.loads(exchanges[0].request) | {"ClientToken": "same"}
    exchanges[0] = replace(exchanges[0], request=json.dumps(body))
    exchanges.insert(1, exchanges[0])
    stream = canonical(replace(recording, exchanges=tuple(exchanges)))
    assert [u.accepted for u in stream.all] == [True, False, True, True, True, True]
    assert [u.repeated for u in stream.all] == [False, True, False, False, False, False]
    exchanges[1] = replace(
        exchanges[1], request=json.dumps(body | {"Updates": [body["Updates"][0] | {"Name": "b"}]})
    )
    changed = canonical(replace(recording, exchanges=tuple(exchanges)))
    assert [(u.accepted, u.repeated) for u in changed.all[:2]] == [(True, False), (False, False)]


def test_odd_requests_do_not_break_it() -> None:
    recording = virtual("js")
    odd: list[Any] = [
        {"Id": 5, "Type": None, "Action": []},
        {
            "Id": "zz",
            "Type": "STEP",
            "Action": "START",
            "ParentId": 7,
            "Error": "x",
            "Payload": {"a": 1},
            "Name": 3,
        },
        "nothing",
    ]
    stream = canonical(edited(recording, lambda _: odd, 0))
    assert [u.path for u in stream.all[:2]] == ["?", "?zz"]
    for text in ("[]", "null", "{", '{"Updates": 3}'):
        exchanges = (replace(recording.exchanges[0], request=text), *recording.exchanges[1:])
        assert len(canonical(replace(recording, exchanges=exchanges)).all) == 4


def test_the_executions_own_update_is_exempt() -> None:
    made = Maker("python", VIRTUAL)
    made.invoke()
    made.checkpoint({"Id": "execution-result-1", "Type": "EXECUTION", "Action": "SUCCEED", "Payload": "1"})
    made.succeed("")
    stream = canonical(made.done())
    assert [u.label for u in stream.all] == ["execution:EXECUTION.SUCCEED"]
    assert not stream.identities[ARN].unknown


def _with(**fields: Any) -> dict[str, Any]:
    statement = MAP["handler"][0]["map"] | fields
    return MAP | {
        "handler": [{"map": {k: v for k, v in statement.items() if v is not None}}, *MAP["handler"][1:]]
    }


@pytest.mark.parametrize(
    ("document", "sequential"),
    [
        (MAP, True),
        (_with(max_concurrency=None), False),
        (_with(max_concurrency=2), False),
        (_with(max_concurrency=None, items=[1]), True),
        (_with(max_concurrency=None, items={"$eval": "input.xs"}), False),
        (_with(max_concurrency=None, items={"$eval": "input.xs"}) | {"input": {"xs": [1]}}, True),
        (_with(max_concurrency={"$eval": "input.n"}) | {"input": {"n": 1}}, True),
    ],
)
def test_sequential_is_a_matter_of_the_scenario(document: dict[str, Any], sequential: bool) -> None:  # noqa: FBT001
    assert canonical(Maker("js", document).done()).sequential is sequential


def test_concurrent_streams_have_an_order_that_chance_does_not_touch() -> None:
    document = _with(max_concurrency=None)
    one = replace(mapped("js"), document=document)
    exchanges = list(one.exchanges)
    other = replace(one, exchanges=(exchanges[0], *exchanges[5:9], *exchanges[1:5], exchanges[9]))
    first, second = (canonical(each) for each in (one, other))
    assert [u.label for u in first.all] != [u.label for u in second.all]
    assert [u.label for u in first.ordered()] == [u.label for u in second.ordered()]
    assert [u.path for u in first.ordered()][:3] == ["1", "1", "1[0]"]


def test_paths_sort_as_a_tree() -> None:
    paths = ["10", "2", "1[1].1", "1[0].10", "1[0].2", "1", "1[0]", "execution", "?ab", "2>1", "2.1"]
    assert sorted(paths, key=path_key) == [
        "1", "1[0]", "1[0].2", "1[0].10", "1[1].1", "2", "2.1", "2>1", "10", "?ab", "execution",
    ]  # fmt: skip


def test_chained_executions_have_paths_below_their_invoke() -> None:
    document = {
        "title": "t",
        "functions": {"echo": {"handler": [{"step": {"returns": 1}}]}},
        "handler": [{"step": {"returns": 1}}, {"invoke": {"function": "echo"}}],
    }
    made = Maker("js", document)
    made.invoke()
    made.send("1", "STEP", "START")
    made.pending(1)
    recording = made.done()
    child = ExecutionRecord("arn:child", "echo", ARN, made.id("2"), "{}", "SUCCEEDED", "1", None, ())
    exchanges = (*recording.exchanges, replace(recording.exchanges[0], execution="arn:child"))
    stream = canonical(replace(recording, executions=(*recording.executions, child), exchanges=exchanges))
    assert [u.path for u in stream.all] == ["1", f"?{made.id('2')}>1"]  # the invoke itself is not on the wire
    begun = (
        *exchanges,
        replace(exchanges[0], seq=99, request=exchanges[0].request.replace(made.id("1"), made.id("2"))),
    )
    whole = replace(recording, executions=(*recording.executions, child), exchanges=begun)
    assert [u.path for u in canonical(whole).all] == ["1", "2>1", "2"]


def test_what_stands_at_a_position_is_told_by_its_own_execution_alone() -> None:
    document = {
        "title": "t",
        "functions": {"pause": {"handler": [{"wait": {"seconds": 1}}]}},
        "handler": [
            {
                "if": {"$eval": "input.some"},
                "then": [{"child": {"virtual": True, "do": [{"step": {"returns": 1}}]}}],
                "else": [{"wait": {"seconds": 1}}],
            },
            {"invoke": {"function": "pause"}},
        ],
    }
    made = Maker("js", document)
    made.invoke()
    made.send("1.1", "STEP", "START")
    made.send("1", "WAIT", "START")
    made.pending(1)
    recording = made.done()
    within, of_target = recording.exchanges
    target = ExecutionRecord("arn:target", "pause", ARN, made.id("2"), "{}", "SUCCEEDED", "1", None, ())
    both = replace(
        recording,
        executions=(*recording.executions, target),
        exchanges=(within, replace(of_target, execution="arn:target")),
    )
    assert [u.path for u in canonical(both).all] == ["1.1", f"?{made.id('2')}>1"]

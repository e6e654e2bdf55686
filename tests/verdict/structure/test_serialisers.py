"""What serialisers write, held against what the harness's own ones do, and what structure makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.scenario.statements import Serdes
from conformance.verdict.structure.serialisers import WRITERS, kept, parsed, written
from conformance.verdict.structure.values import UNKNOWN
from python_sdk import serdes
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import each, judged, scenario, step
from tests.verdict.structure.worlds import written as written_down

VALUES: tuple[Any, ...] = (None, "a b", "7", 7, True, ["é", {"K": "v"}], {"a": ["b", 1]})


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_each_writes_as_the_harness_does(name: str, value: Any) -> None:
    write, _read = serdes.NAMED[name]("p:", None)  # type: ignore[arg-type]  # none of these looks at the scope
    assert written(Serdes(name, "p:"), value) == parsed(write(value))


def test_a_batch_in_one_text() -> None:
    items = [
        {"index": 0, "status": "SUCCEEDED", "result": "X"},
        {"index": 1, "status": "FAILED", "result": None},
        {"index": 2, "status": "SUCCEEDED", "result": [1]},
    ]
    assert written(Serdes("opserde"), {"all": items}) == {"$text": "OPSERDE:X,[1]"}


def test_what_cannot_be_told() -> None:
    assert written(Serdes("nothing"), 1) is UNKNOWN
    assert written(Serdes("wrap"), {"a": UNKNOWN}) is UNKNOWN
    assert kept(Serdes("wrap"), 1) is UNKNOWN
    assert kept(Serdes("opserde"), "x") == "x"


@pytest.mark.parametrize(
    ("statement", "path"),
    [
        (step("s", "x", serdes={"prefix": "p:"}), "1"),
        (each("m", ["x"], {"return": "x"}, item_serdes="wrap"), "1[0]"),
        (each("m", ["x"], {"return": "x"}, serdes="opserde"), "1[0]"),
        (each("m", ["x"], {"return": "x"}, serdes="opserde"), "1"),
        ({"invoke": {"function": "f", "payload": {"a": "b"}, "payload_serdes": "upper-json"}}, "1"),
    ],
    ids=["step", "item", "item of a batch", "batch", "invoke"],
)
def test_another_payload_is_wrong(statement: dict[str, Any], path: str) -> None:
    made = scenario(statement, functions={"f": {"handler": [{"return": 1}]}})

    def corrupt(updates: list[dict[str, Any]], maker: Maker) -> None:
        for update in updates:
            if update["Id"] == maker.id(path) and "Payload" in update:
                update["Payload"] = '"other"'

    assert [one.path for one in judged(made, written_down(made)) if one.rule == "content-wrong"] == []
    wrong = judged(made, written_down(made, change=corrupt))
    assert {one.path.partition(":")[0] for one in wrong if one.rule == "content-wrong"} == {path}


@pytest.mark.parametrize(("payload", "found"), [('{"a":1}', 0), ('"{\\"a\\": 1}"', 0), ("2", 1)])
def test_one_sdk_writes_what_a_callback_was_sent_and_one_what_it_means(payload: str, found: int) -> None:
    made = scenario(
        {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "serdes": "json"}},
        outside=[{"of": "w", "after": 1, "succeed": {"payload": {"a": 1}}}],
    )

    def write(updates: list[dict[str, Any]], maker: Maker) -> None:
        for update in updates:
            if update["Id"] == maker.id("1") and update["Action"] == "SUCCEED":
                update["Payload"] = payload

    findings = judged(made, written_down(made, change=write))
    assert [one.rule for one in findings].count("content-wrong") == found

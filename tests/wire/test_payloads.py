"""Payloads: each SDK's own encodings read as the value they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import payloads
from conformance.wire.payloads import read
from tests.verdict.recordings import batch, enveloped

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_pythons_envelope_stands_for_the_value_in_it(value: Any) -> None:
    found = read(json.dumps(enveloped(value)), "python", "Step")
    assert (found.encoding, found.value) == (payloads.ENVELOPE, value)


@given(VALUES)
def test_plain_json_is_what_it_is_for_every_sdk(value: Any) -> None:
    text = json.dumps({"x": value})
    for sdk in ("python", "js", "other"):
        assert read(text, sdk, "Step") == payloads.Payload(payloads.JSON, {"x": value})


@pytest.mark.parametrize(
    ("envelope", "value"),
    [
        ({"t": "t", "v": [{"t": "i", "v": 1}]}, [1]),
        ({"t": "dt", "v": "2026-01-01T00:00:00"}, "2026-01-01T00:00:00"),
        ({"t": "d", "v": "1.50"}, "1.50"),
        ({"t": "B", "v": "AAE="}, {"$bytes": "0001"}),
        ({"t": "f", "v": 2.5}, 2.5),
    ],
)
def test_further_tags(envelope: Any, value: Any) -> None:
    assert read(json.dumps(envelope), "python", "Step").value == value


@pytest.mark.parametrize(
    "odd",
    [
        {"t": "z", "v": 1},
        {"t": "i", "v": "1"},
        {"t": "m", "v": [1]},
        {"t": "l", "v": [1]},
        {"t": "B", "v": "?"},
        {"t": "i"},
    ],
)
def test_what_only_looks_like_an_envelope_stays_json(odd: Any) -> None:
    assert read(json.dumps(odd), "python", "Step") == payloads.Payload(payloads.JSON, odd)


def test_an_envelope_is_pythons_only() -> None:
    envelope = {"t": "i", "v": 1}
    assert read(json.dumps(envelope), "js", "Step").value == envelope
    assert read(json.dumps(envelope), "other", "Step").value == envelope


def test_both_batch_encodings_stand_for_one_value() -> None:
    python = read(batch("python", [10, None]), "python", "Map")
    js = read(batch("js", [10, None]), "js", "Parallel")
    assert python.value == js.value
    assert (python.encoding, js.encoding) == (payloads.PYTHON_BATCH, payloads.JS_BATCH)


def test_an_item_without_result_has_none_but_a_null_result_stays() -> None:
    items = [
        {"index": 0, "status": "FAILED", "result": None, "error": {"ErrorMessage": "no"}},
        {"index": 1, "status": "STARTED"},
    ]
    found = read(
        json.dumps({"all": [*items, {"index": 2, "status": "SUCCEEDED", "result": None, "error": None}]}),
        "js",
        "Map",
    )
    assert found.value["all"] == [
        {"index": 0, "status": "FAILED", "error": {"ErrorMessage": "no"}},
        {"index": 1, "status": "STARTED"},
        {"index": 2, "status": "SUCCEEDED", "result": None},
    ]


def test_summaries_keep_what_both_sdks_write() -> None:
    common = {"type": "MapResult", "totalCount": 2, "successCount": 2, "completionReason": "ALL_COMPLETED"}
    python = read(json.dumps(common | {"startedIndexes": []}), "python", "Map", summary=True)
    js = read(json.dumps(common | {"itemStatuses": "SS"}), "js", "Map", summary=True)
    assert python.value == js.value == common
    assert (python.encoding, js.encoding) == (payloads.PYTHON_SUMMARY, payloads.JS_SUMMARY)


@pytest.mark.parametrize("text", ["", "plain", "{", "NaN"])
def test_text_that_is_no_json_is_compared_as_text(text: str) -> None:
    assert read(text, "js", "Step") == payloads.Payload(payloads.TEXT, {"$text": text})


def test_ids_become_paths_wherever_they_are() -> None:
    names = lambda text: text.replace("abc", "<1>")  # noqa: E731
    assert read('{"a": ["x abc"], "b": 1}', "js", "Step", names=names).value == {"a": ["x <1>"], "b": 1}
    assert read("x abc", "js", "Step", names=names).value == {"$text": "x <1>"}
    assert payloads.error({"ErrorMessage": "in abc", "StackTrace": ["abc"]}, names) == {
        "ErrorMessage": "in <1>",
        "StackTrace": ["<1>"],
    }


def test_numbers_have_one_spelling() -> None:
    value = read("[2.0, 1.5, true]", "js", "Step").value
    assert value == [2, 1.5, True]
    assert [type(each) for each in value] == [int, float, bool]

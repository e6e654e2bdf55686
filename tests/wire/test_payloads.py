"""Payloads: each SDK's own encodings read as the value they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.sdks.dialect import UNSTATED, BatchForm, BatchSummary, Dialect
from conformance.sdks.registry import dialect
from conformance.wire import payloads
from conformance.wire.payloads import Form, read
from tests.verdict.recordings import batch, enveloped

PYTHON, JS = dialect("python", "3.0.0"), dialect("js", "2.4.0")

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_pythons_envelope_stands_for_the_value_in_it(value: Any) -> None:
    found = read(json.dumps(enveloped(value)), PYTHON, "Step")
    assert (found.form, found.value) == (Form.ENVELOPE, value)


@given(VALUES)
def test_plain_json_is_what_it_is_for_every_sdk(value: Any) -> None:
    text = json.dumps({"x": value})
    for spoken in (PYTHON, JS, UNSTATED):
        assert read(text, spoken, "Step") == payloads.Payload(Form.JSON, {"x": value})


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
    assert read(json.dumps(envelope), PYTHON, "Step").value == value


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
    assert read(json.dumps(odd), PYTHON, "Step") == payloads.Payload(Form.JSON, odd)


def test_an_envelope_is_pythons_only() -> None:
    envelope = {"t": "i", "v": 1}
    assert read(json.dumps(envelope), JS, "Step").value == envelope
    assert read(json.dumps(envelope), UNSTATED, "Step").value == envelope


def test_both_batch_encodings_stand_for_one_value() -> None:
    python = read(batch("python", [10, None]), PYTHON, "Map")
    js = read(batch("js", [10, None]), JS, "Parallel")
    assert python.value == js.value
    assert (python.form, js.form) == (Form.ENVELOPE_BATCH, Form.JSON_BATCH)


def test_an_item_without_result_has_none_but_a_null_result_stays() -> None:
    items = [
        {"index": 0, "status": "FAILED", "result": None, "error": {"ErrorMessage": "no"}},
        {"index": 1, "status": "STARTED"},
    ]
    found = read(
        json.dumps({"all": [*items, {"index": 2, "status": "SUCCEEDED", "result": None, "error": None}]}),
        JS,
        "Map",
    )
    assert found.value["all"] == [
        {"index": 0, "status": "FAILED", "error": {"ErrorMessage": "no"}},
        {"index": 1, "status": "STARTED"},
        {"index": 2, "status": "SUCCEEDED", "result": None},
    ]


def test_summaries_keep_what_both_sdks_write() -> None:
    common = {"type": "MapResult", "totalCount": 2, "successCount": 2, "completionReason": "ALL_COMPLETED"}
    python = read(json.dumps(common | {"startedIndexes": []}), PYTHON, "Map", summary=True)
    js = read(json.dumps(common | {"itemStatuses": "SS"}), JS, "Map", summary=True)
    assert python.value == js.value == common
    assert (python.form, js.form) == (Form.SUMMARY, Form.SUMMARY)
    whole = read(json.dumps({"all": [], "completionReason": "ALL_COMPLETED"}), JS, "Map", summary=True)
    assert whole.form == Form.JSON_BATCH


@pytest.mark.parametrize("text", ["", "plain", "{", "NaN"])
def test_text_that_is_no_json_is_compared_as_text(text: str) -> None:
    assert read(text, JS, "Step") == payloads.Payload(Form.TEXT, {"$text": text})


def test_ids_become_paths_wherever_they_are() -> None:
    names = lambda text: text.replace("abc", "<1>")  # noqa: E731
    assert read('{"a": ["x abc"], "b": 1}', JS, "Step", names=names).value == {"a": ["x <1>"], "b": 1}
    assert read("x abc", JS, "Step", names=names).value == {"$text": "x <1>"}
    assert payloads.error({"ErrorMessage": "in abc", "StackTrace": ["abc"]}, UNSTATED, names) == {
        "ErrorMessage": "in <1>",
        "StackTrace": ["<1>"],
    }


def test_numbers_have_one_spelling() -> None:
    value = read("[2.0, 1.5, true]", JS, "Step").value
    assert value == [2, 1.5, True]
    assert [type(each) for each in value] == [int, float, bool]


def test_items_stand_at_their_index_and_the_unfinished_ones_fall_out() -> None:
    form = BatchForm(
        items="items", index="", absent="null", unfinished="SKIPPED", kind="errorType", message="m"
    )
    items = [
        {"status": "SKIPPED", "result": None, "error": None},
        {"status": "FAILED", "result": None, "error": {"errorType": "E", "m": "no"}},
        {"status": "SUCCEEDED", "result": None, "error": None},
    ]
    text = json.dumps({"items": items, "completionReason": "MIN_SUCCESSFUL_REACHED"})
    value = read(text, Dialect(value_form="json", batch_form=form), "Map").value
    assert value["all"] == [
        {"index": 1, "status": "FAILED", "error": {"ErrorType": "E", "ErrorMessage": "no"}},
        {"index": 2, "status": "SUCCEEDED", "result": None},
    ]


def test_a_summary_is_read_by_its_statuses() -> None:
    form = BatchForm(items="items", unfinished="SKIPPED")
    dialect = Dialect(
        value_form="json",
        batch_form=form,
        batch_summaries={
            "Parallel": BatchSummary("statuses", "why"),
            "Map": BatchSummary("items", "why", "status"),
        },
    )
    wanted = payloads.Payload(
        Form.SUMMARY, {"statuses": ["SUCCEEDED", "FAILED"], "completionReason": "ALL_COMPLETED"}
    )
    flat = {"statuses": ["SUCCEEDED", "SKIPPED", "FAILED"], "why": "ALL_COMPLETED"}
    assert read(json.dumps(flat), dialect, "Parallel", summary=True) == wanted
    items = [{"status": status} for status in flat["statuses"]]
    assert read(json.dumps({"items": items, "why": "ALL_COMPLETED"}), dialect, "Map", summary=True) == wanted
    assert read('{"why": 1}', dialect, "Map", summary=True).form is not Form.SUMMARY


def test_a_record_says_where_a_batch_has_its_parts() -> None:
    form = BatchForm(items="results", reason="reason", result="value", encoded=True)
    text = json.dumps(
        {
            "results": [
                {"index": 0, "status": "SUCCEEDED", "value": '{"a": 1}'},
                {"index": 1, "status": "FAILED", "error": {"ErrorType": "E"}},
            ],
            "reason": "ALL_COMPLETED",
        }
    )
    found = read(text, Dialect(value_form="json", batch_form=form), "Map")
    assert found == payloads.Payload(
        Form.JSON_BATCH,
        {
            "all": [
                {"index": 0, "status": "SUCCEEDED", "result": {"a": 1}},
                {"index": 1, "status": "FAILED", "error": {"ErrorType": "E"}},
            ],
            "completionReason": "ALL_COMPLETED",
        },
    )


@given(VALUES)
def test_the_form_that_is_wanted_is_the_form_that_is_read(value: Any) -> None:
    for spoken, text in ((JS, json.dumps(value)), (PYTHON, json.dumps(_written(value)))):
        assert read(text, spoken, "Step").form is payloads.wanted(value, spoken, batch=False)
    assert payloads.wanted(value, UNSTATED, batch=True) is None


def _written(value: Any) -> Any:
    """A value as Python's SDK writes it: scalars and lists of them as they are."""
    return value if payloads.wanted(value, PYTHON, batch=False) is Form.JSON else enveloped(value)

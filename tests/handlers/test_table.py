"""The tables in memory: what handlers ask of DynamoDB, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.handlers.table import TARGET, Tables

KEY = {"id": {"S": "1"}}


def ask(tables: Tables, operation: str, **request: Any) -> tuple[int, dict[str, Any]]:
    return tables.answer(f"{TARGET}{operation}", {"TableName": "t", **request})


def update(tables: Tables, expression: str, returned: str = "UPDATED_NEW", **values: Any) -> tuple[int, Any]:
    return ask(
        tables,
        "UpdateItem",
        Key=KEY,
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        ExpressionAttributeNames={"#n": "n"},
        ReturnValues=returned,
    )


def test_a_count_goes_up() -> None:
    tables = Tables()
    counted = "SET n = if_not_exists(n, :zero) + :one"
    for number in ("1", "2", "3"):
        assert update(tables, counted, zero={"N": "0"}, one={"N": "1"}) == (
            200,
            {"Attributes": {"n": {"N": number}}},
        )
    assert update(tables, "set #n = #n - :one", "ALL_NEW", one={"N": "0.5"}) == (
        200,
        {"Attributes": {**KEY, "n": {"N": "2.5"}}},
    )
    assert ask(tables, "GetItem", Key=KEY) == (200, {"Item": {**KEY, "n": {"N": "2.5"}}})


def test_several_assignments_and_what_was() -> None:
    tables = Tables()
    assert update(tables, "SET a = :x, b = if_not_exists(b, :x)", "NONE", x={"S": "1"}) == (200, {})
    told = update(tables, "SET a = :x", "UPDATED_OLD", x={"S": "2"})
    assert told == (200, {"Attributes": {"a": {"S": "1"}}})
    assert update(tables, "SET a = :x", "ALL_OLD", x={"S": "3"})[1]["Attributes"]["a"] == {"S": "2"}


def test_items_come_and_go() -> None:
    tables = Tables()
    assert ask(tables, "GetItem", Key=KEY) == (200, {})
    assert ask(tables, "PutItem", Item={**KEY, "x": {"S": "y"}}) == (200, {})
    assert ask(tables, "GetItem", Key=KEY) == (200, {"Item": {**KEY, "x": {"S": "y"}}})
    assert ask(tables, "DeleteItem", Key=KEY) == (200, {})
    assert ask(tables, "GetItem", Key=KEY) == (200, {})


@pytest.mark.parametrize(
    ("operation", "request_", "told"),
    [
        ("Scan", {}, "do no Scan"),
        ("GetItem", {}, "lacks 'Key'"),
        ("PutItem", {"Item": KEY, "ConditionExpression": "x"}, "know no ConditionExpression"),
        ("UpdateItem", {"Key": KEY, "UpdateExpression": "ADD n :one"}, "SET alone"),
        ("UpdateItem", {"Key": KEY, "UpdateExpression": "SET n"}, "can't read 'n'"),
        (
            "UpdateItem",
            {"Key": KEY, "UpdateExpression": "SET n = :x", "ExpressionAttributeValues": {}},
            "lacks ':x'",
        ),
        (
            "UpdateItem",
            {
                "Key": KEY,
                "UpdateExpression": "SET n = :x + :x",
                "ExpressionAttributeValues": {":x": {"N": "one"}},
            },
            "of numbers",
        ),
    ],
)
def test_what_is_not_done_is_refused_by_name(operation: str, request_: dict[str, Any], told: str) -> None:
    status, body = ask(Tables(), operation, **request_)
    assert status == 400
    assert body["__type"].endswith("ValidationException")
    assert told in body["message"]

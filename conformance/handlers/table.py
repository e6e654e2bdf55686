"""A few tables in memory that answer as DynamoDB does, as far as a conformance handler asks.

A handler that has to know in which attempt it runs keeps count in a table, since nothing in its process
outlives a crash. So there are put, get and delete, and updates that SET values, sums and differences. What is
more is refused by name: nothing is made up.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import Any

TARGET = "DynamoDB_20120810."
Item = dict[str, dict[str, Any]]
_CLAUSE = re.compile(r"\s*SET\s+(.*)", re.DOTALL | re.IGNORECASE)
_COMMA = re.compile(r",(?![^(]*\))")
_SUM = re.compile(r"(?P<left>.+?)\s*(?:(?P<sign>[+-])\s*(?P<right>[^+\-]+))?")
_CHOICE = re.compile(r"if_not_exists\(\s*([#\w]+)\s*,\s*(:\w+)\s*\)")


class RefusedError(Exception):
    """A request that the tables do not do."""


@dataclass
class Tables:
    """All tables; one is there as soon as something is asked of it."""

    items: dict[str, dict[str, Item]] = field(default_factory=dict)  # by table and key

    def answer(self, target: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Do what a request asks: the status and the body of the answer.

        Args:
            target: the header `X-Amz-Target`.
            request: the request's body.
        """
        operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "GetItem": self._get,
            "PutItem": self._put,
            "DeleteItem": self._delete,
            "UpdateItem": self._update,
        }
        name = target.removeprefix(TARGET)
        if name not in operations:
            return _refused(f"this lab's tables do no {name or 'request without X-Amz-Target'}")
        if "ConditionExpression" in request:
            return _refused("this lab's tables know no ConditionExpression")
        try:
            return HTTPStatus.OK, operations[name](request)
        except RefusedError as error:
            return _refused(str(error))
        except KeyError as error:
            return _refused(f"the request lacks {error}")
        except ArithmeticError:
            return _refused("a sum or difference is of numbers")

    def _table(self, request: dict[str, Any]) -> dict[str, Item]:
        return self.items.setdefault(request["TableName"], {})

    def _get(self, request: dict[str, Any]) -> dict[str, Any]:
        item = self._table(request).get(_key(request["Key"]))
        return {} if item is None else {"Item": item}

    def _put(self, request: dict[str, Any]) -> dict[str, Any]:
        # Which members are the key is the table's to say: the first member is what handlers put first.
        item: Item = request["Item"]
        first = next(iter(item))
        self._table(request)[_key({first: item[first]})] = item
        return {}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        self._table(request).pop(_key(request["Key"]), None)
        return {}

    def _update(self, request: dict[str, Any]) -> dict[str, Any]:
        table, key = self._table(request), _key(request["Key"])
        before = table.get(key, {})
        given = _Given(before, request)
        changed = dict(map(given.assigned, given.assignments()))
        table[key] = after = {**request["Key"], **before, **changed}
        returned = {
            "NONE": None,
            "ALL_NEW": after,
            "UPDATED_NEW": changed,
            "ALL_OLD": before,
            "UPDATED_OLD": {name: before[name] for name in changed if name in before},
        }[request.get("ReturnValues", "NONE")]
        return {} if returned is None else {"Attributes": returned}


@dataclass(frozen=True)
class _Given:
    """What an update's expression may name."""

    item: Item
    request: dict[str, Any]

    def assignments(self) -> list[str]:
        expression = self.request["UpdateExpression"]
        clause = _CLAUSE.fullmatch(expression)
        if clause is None:
            raise RefusedError(f"this lab's tables know updates that SET alone, not {expression!r}")
        return _COMMA.split(clause[1])

    def assigned(self, text: str) -> tuple[str, dict[str, Any]]:
        path, equals, value = text.partition("=")
        whole = _SUM.fullmatch(value.strip())
        if not equals or whole is None:
            raise RefusedError(f"this lab's tables can't read {text.strip()!r}")
        left = self._operand(whole["left"])
        if whole["right"] is None:
            return self._name(path.strip()), left
        right = self._operand(whole["right"].strip())
        first, second = Decimal(left["N"]), Decimal(right["N"])
        return self._name(path.strip()), {
            "N": str(first + second if whole["sign"] == "+" else first - second)
        }

    def _operand(self, text: str) -> dict[str, Any]:
        if (choice := _CHOICE.fullmatch(text)) is not None:
            kept = self.item.get(self._name(choice[1]))
            return self._value(choice[2]) if kept is None else kept
        return self._value(text) if text.startswith(":") else self.item[self._name(text)]

    def _name(self, text: str) -> str:
        name: str = self.request["ExpressionAttributeNames"][text] if text.startswith("#") else text
        return name

    def _value(self, text: str) -> dict[str, Any]:
        value: dict[str, Any] = self.request["ExpressionAttributeValues"][text]
        return value


def _refused(message: str) -> tuple[int, dict[str, Any]]:
    kind = "com.amazon.coral.validate#ValidationException"
    return HTTPStatus.BAD_REQUEST, {"__type": kind, "message": message}


def _key(key: Item) -> str:
    return json.dumps(key, sort_keys=True)

"""Which features a scenario needs, and where: found in the typed statements."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.protocol.features import FEATURES, lacking, needs
from conformance.scenario.model import Scenario
from tests.protocol.test_schemas import scenarios

ONE = {"step": {"name": "a", "returns": 1}}


def needed(*handler: dict[str, Any], **more: Any) -> dict[str, set[str]]:
    """What is needed by place."""
    scenario = Scenario.from_document("test", {"title": "t", "handler": list(handler), **more})
    found: dict[str, set[str]] = {}
    for need in needs(scenario):
        found.setdefault(need.at, set()).add(need.feature)
    return found


@pytest.mark.parametrize(
    ("statement", "features"),
    [
        (ONE, {"step"}),
        ({"step": {"returns": {"$eval": "attempt"}}}, {"step", "step.attempt-number"}),
        ({"step": {"returns": "attempt"}}, {"step"}),
        ({"step": {"returns": {"$eval": "input.attempt"}}}, {"step"}),
        (
            {"step": {"attempts": [{"raises": {"type": "T", "message": "${attempt}"}}]}},
            {"step", "step.attempt-number"},
        ),
        (
            {"step": {"returns": 1, "logs": [{"message": "m"}], "semantics": "at-most-once"}},
            {"step", "body.logs", "step.semantics"},
        ),
        ({"step": {"returns": {"non_json": "nan"}}}, {"step", "non-json.nan"}),
        ({"step": {"returns": {"non_json": 1, "even": 2}}}, {"step"}),
        (
            {"step": {"returns": 1, "serdes": {"prefix": "p"}, "retry": {"exponential": {"types": ["T"]}}}},
            {"step", "step.serdes", "serdes.prefix", "retry.exponential", "retry.types"},
        ),
        ({"child": {"do": [], "virtual": False}}, {"child"}),
        ({"child": {"do": [], "virtual": {"$eval": "invocation == 1"}}}, {"child", "child.virtual"}),
        ({"child": {"do": [], "sub_type": "S", "summary": 1}}, {"child", "child.sub-type", "child.summary"}),
        ({"map": {"items": [], "do": [], "nesting": "NESTED"}}, {"map"}),
        (
            {"map": {"items": [], "do": [], "nesting": "FLAT", "item_name": "n"}},
            {"map", "batch.flat", "map.item-names"},
        ),
        (
            {"parallel": {"branches": [{"do": [], "name": "n"}], "completion": {"min_successful": 1}}},
            {"parallel", "parallel.branch-names", "batch.min-successful"},
        ),
        (
            {"parallel": {"branches": [], "completion": {"tolerated_failure_percentage": 1}}},
            {"parallel", "parallel.tolerated-failure-percentage"},
        ),
        (
            {"map": {"items": [], "do": [], "complete_when": {"when": True}, "max_concurrency": 1}},
            {"map", "batch.complete-when", "batch.max-concurrency"},
        ),
        (
            {"wait_for_condition": {"initial": 0, "check": {"returns": 1}, "until": True, "delay": 1}},
            {"wait_for_condition", "condition.delays"},
        ),
        (
            {
                "wait_for_condition": {
                    "initial": 0,
                    "check": {"returns": 1},
                    "until": {"$eval": "attempt > 1"},
                    "delay": 1,
                }
            },
            {"wait_for_condition", "condition.delays", "condition.attempt-number"},
        ),
        (
            {"wait_for_callback": {"submitter": {"returns": 1}, "timeout": 1, "retry": "none"}},
            {"wait_for_callback", "callback.timeout", "wait_for_callback.retry", "retry.none"},
        ),
        (
            {"with_retry": {"do": [], "retry": "default", "wrap": False}},
            {"with_retry", "with_retry.wrap", "retry.default"},
        ),
        (
            {"invoke": {"function": "f", "tenant": "t", "payload_serdes": "json"}},
            {"invoke", "invoke.tenant", "invoke.payload-serdes", "serdes.json"},
        ),
        ({"log": {"message": "m", "replay": True}}, {"log", "log.replay"}),
        ({"raise": "e"}, {"raise", "raise.again"}),
        ({"raise": {"type": "T", "cause": "e"}}, {"raise", "raise.cause"}),
        ({"raise": {"type": "T", "retryable": True}}, {"raise", "raise.retryable"}),
        (
            {"step": {"returns": 1, "serdes": {"fail-read": {"invocation": 2, "retryable": True}}}},
            {"step", "step.serdes", "serdes.fail-read", "serdes.retryable"},
        ),
    ],
)
def test_what_a_statement_needs(statement: dict[str, Any], features: set[str]) -> None:
    assert needed(statement) == {"handler/0": features}
    assert features <= FEATURES.keys()


def test_what_is_inside_is_told_at_its_own_place() -> None:
    inner = {"map": {"items": [], "do": [], "nesting": "FLAT"}}
    assert needed({"child": {"do": [inner]}}, functions={"f": {"handler": [ONE]}}) == {
        "handler/0": {"child"},
        "handler/0/do/0": {"map", "batch.flat"},
        "functions/f/0": {"step"},
    }
    body = {"step": {"do": [ONE], "name": "outer"}}
    assert needed(body) == {"handler/0": {"step", "body.do"}, "handler/0/do/0": {"step"}}


def test_all_is_there_or_the_first_lack_is_named() -> None:
    scenario = Scenario.from_document("t", {"title": "t", "handler": [ONE, {"child": {"do": []}}, ONE]})
    assert lacking(scenario, frozenset(FEATURES)) is None
    need = lacking(scenario, frozenset(FEATURES) - {"child"})
    assert need is not None
    assert (need.feature, need.at) == ("child", "handler/1")


def test_whatever_the_suite_needs_is_a_feature() -> None:
    assert {need.feature for scenario in scenarios() for need in needs(scenario)} <= FEATURES.keys()

"""Programs over the whole vocabulary, and what they come to in both languages."""

from __future__ import annotations

from typing import Any

ECHO = {"handler": [{"wait": {"seconds": 1}}, {"return": {"$eval": "input"}}]}
PLAIN = {"durable": False, "handler": [{"log": {"message": "plain"}}, {"return": {"$eval": "[input]"}}]}


def caught(statement: dict[str, Any], of: str) -> list[dict[str, Any]]:
    """A handler that returns something of the error that a statement raises."""
    return [{"try": [statement], "catch": [{"return": {"$eval": of}}]}]


FAILING = {"raises": {"type": "Boom", "message": "no"}}

ALIKE: dict[str, tuple[dict[str, Any], Any]] = {
    "statements of no operation": (
        {
            "input": {"n": 2},
            "handler": [
                {"let": {"x": {"$eval": "input.n"}, "y": {"$eval": "x + 1"}}},
                {"if": {"$eval": "y > 5"}, "then": [{"return": 0}], "else": [{"note": {"$eval": "[x, y]"}}]},
                {"child": {"name": "c", "do": [{"let": {"x": 9}}, {"return": {"$eval": "x"}}], "as": "z"}},
                {"return": {"$eval": "[x, y, z, invocation]"}},
            ],
        },
        [2, 3, 9, 1],
    ),
    "messages that are no text": (
        {
            "input": {"x": ["é", {"a": 1, "b": 2.5}, None, True]},
            "handler": caught({"raise": {"type": "Boom", "message": {"$eval": "input.x"}}}, "e.message"),
        },
        '["é",{"a":1,"b":2.5},null,true]',
    ),
    "a step's attempts": (
        {
            "handler": [
                {
                    "step": {
                        "name": "s",
                        "attempts": [FAILING, {"returns": {"$eval": "attempt"}, "logs": [{"message": "l"}]}],
                        "retry": {"delays": [1]},
                        "as": "a",
                    }
                },
                {"return": {"$eval": "[a, invocation]"}},
            ]
        },
        [2, 2],
    ),
    "retries of the SDK's own": (
        {
            "handler": [
                {
                    "step": {
                        "attempts": [FAILING, FAILING, {"returns": 1}],
                        "retry": {
                            "exponential": {
                                "attempts": 3,
                                "initial": 2,
                                "max": {"minutes": 1},
                                "rate": 2,
                                "jitter": "none",
                                "types": ["Boom"],
                            }
                        },
                    }
                },
                {
                    "step": {
                        "attempts": [FAILING, {"returns": 1}],
                        "retry": {
                            "linear": {"initial": 1, "increment": 1, "jitter": "none", "errors": ["n"]}
                        },
                        "semantics": "at-most-once",
                    }
                },
                {"step": {"attempts": [FAILING, {"returns": 1}], "retry": "linear"}},
                {
                    "step": {
                        "attempts": [FAILING, {"returns": 1}],
                        "retry": {"fixed": {"delay": {"seconds": 3}, "attempts": 2}},
                    }
                },
                {"return": {"$eval": "invocation"}},
            ]
        },
        6,
    ),
    "a caught step": (
        {"handler": caught({"step": {**FAILING, "retry": "none"}}, "[e.type, e.message, e.wrapper, e.data]")},
        ["Boom", "no", "StepError", None],
    ),
    "a caught child": (
        {
            "handler": caught(
                {"child": {"name": "c", "do": [{"raise": {"type": "B", "message": "m"}}]}},
                "[e.type, e.wrapper]",
            )
        },
        ["B", "ChildContextError"],
    ),
    "a user's error, raised again as a cause": (
        {
            "handler": [
                {
                    "try": [{"raise": {"type": "B", "message": "x"}}],
                    "catch": caught(
                        {"raise": {"type": "C", "message": "y", "cause": "e"}}, "[e.type, e.cause.type]"
                    ),
                }
            ]
        },
        ["C", "B"],
    ),
    "a crash": (
        {
            "handler": [
                {"step": {"name": "s", "attempts": [{"crashes": True}, {"returns": 1}], "as": "a"}},
                {"return": {"$eval": "[a, invocation]"}},
            ]
        },
        [1, 2],
    ),
    "a crash after START, at most once": (
        {
            "handler": caught(
                {
                    "step": {
                        "name": "s",
                        "attempts": [{"crashes": {"after": "started"}}, {"returns": 1}],
                        "semantics": "at-most-once",
                        "retry": "none",
                    }
                },
                "[e.type, invocation]",
            )
        },
        ["StepInterruptedError", 2],
    ),
    "children, real and virtual": (
        {
            "handler": [
                {
                    "child": {
                        "name": "v",
                        "virtual": True,
                        "as": "v",
                        "do": [
                            {"step": {"name": "a", "returns": 1, "as": "a"}},
                            {"child": {"name": "r", "sub_type": "Mine", "as": "b", "do": [{"return": 2}]}},
                            {"return": {"$eval": "a + b"}},
                        ],
                    }
                },
                {"wait": {"name": "w", "minutes": 1}},
                {"return": {"$eval": "v"}},
            ]
        },
        3,
    ),
    "a map within a map": (
        {
            "input": [[1, 2], [3]],
            "handler": [
                {
                    "map": {
                        "name": "o",
                        "items": {"$eval": "input"},
                        "max_concurrency": 1,
                        "item_name": "i${index}",
                        "as": "o",
                        "do": [
                            {
                                "map": {
                                    "items": {"$eval": "item"},
                                    "nesting": "FLAT",
                                    "max_concurrency": 1,
                                    "as": "i",
                                    "do": [
                                        {"step": {"returns": {"$eval": "item * 10 + len(items)"}, "as": "s"}},
                                        {"return": {"$eval": "s"}},
                                    ],
                                }
                            },
                            {"return": {"$eval": "i.results"}},
                        ],
                    }
                },
                {"return": {"$eval": "o.results"}},
            ],
        },
        [[12, 22], [31]],
    ),
    "a batch's accessors": (
        {
            "handler": [
                {
                    "parallel": {
                        "name": "p",
                        "max_concurrency": 1,
                        "completion": {"tolerated_failure_count": 1},
                        "as": "p",
                        "branches": [
                            {"name": "one", "do": [{"return": {"$eval": "index"}}]},
                            [{"raise": {"type": "B", "message": "m"}}],
                        ],
                    }
                },
                {"let": {"b": {"$eval": "p"}}},
                {"try": [{"throw_if_error": "p"}], "catch": [{"let": {"t": {"$eval": "e.type"}}}]},
                {"return": {"$eval": "[b, t]"}},
            ]
        },
        [
            {
                "results": [0],
                "errors": [{"type": "B", "message": "m"}],
                "succeeded": [{"index": 0, "result": 0}],
                "failed": [{"index": 1, "error": {"type": "B", "message": "m"}}],
                "started": [],
                "all": [
                    {"index": 0, "status": "SUCCEEDED", "result": 0, "error": None},
                    {"index": 1, "status": "FAILED", "result": None, "error": {"type": "B", "message": "m"}},
                ],
                "status": "FAILED",
                "completionReason": "ALL_COMPLETED",
                "hasFailure": True,
                "successCount": 1,
                "failureCount": 1,
                "startedCount": 0,
                "totalCount": 2,
            },
            "B",
        ],
    ),
    "completion by a hook": (
        {
            "handler": [
                {
                    "map": {
                        "name": "m",
                        "items": [1, 2, 3],
                        "max_concurrency": 1,
                        "complete_when": {
                            "when": {"$eval": "status.completedCount == 2"},
                            "outcome": "FAILED",
                        },
                        "as": "m",
                        "do": [{"return": {"$eval": "item"}}],
                    }
                },
                {"return": {"$eval": "[m.completionReason, m.results]"}},
            ]
        },
        ["CUSTOM_COMPLETION_FAILED", [1, 2]],
    ),
    "a body that is held": (
        {
            "handler": [
                {
                    "parallel": {
                        "name": "p",
                        "as": "p",
                        "branches": [
                            [{"step": {"name": "late", "returns": 1, "after": "early"}}],
                            [{"step": {"name": "early", "returns": 2}}],
                        ],
                    }
                },
                {"return": {"$eval": "p.successCount"}},
            ]
        },
        2,
    ),
    "callbacks": (
        {
            "handler": [
                {"callback": {"name": "cb", "timeout": 60, "heartbeat_timeout": {"seconds": 30}, "as": "id"}},
                {"await": {"callback": "id", "as": "v"}},
                {
                    "wait_for_callback": {
                        "name": "w",
                        "submitter": {"returns": None, "logs": [{"message": "${typeof(callback_id)}"}]},
                        "serdes": "json",
                        "as": "u",
                    }
                },
                {"return": {"$eval": "[v, u.a]"}},
            ],
            "outside": [
                {"callback": "cb", "after": 2, "succeed": {"raw": "text"}},
                {"of": "w", "after": 1, "succeed": {"payload": {"a": 1}}},
            ],
        },
        ["text", 1],
    ),
    "a submitter that fails": (
        {
            "handler": caught(
                {
                    "wait_for_callback": {
                        "name": "w",
                        "submitter": {"attempts": [FAILING, FAILING]},
                        "retry": {"delays": [1]},
                    }
                },
                "[e.wrapper, e.message]",
            )
        },
        ["CallbackSubmitterError", "no"],
    ),
    "conditions": (
        {
            "handler": [
                {
                    "wait_for_condition": {
                        "name": "c",
                        "initial": 0,
                        "check": {"returns": {"$eval": "state + attempt"}},
                        "until": {"$eval": "state >= 3"},
                        "delay": 1,
                        "as": "c",
                    }
                },
                {
                    "wait_for_condition": {
                        "name": "d",
                        "initial": "",
                        "check": {"returns": {"$eval": "state + 'x'"}},
                        "until": {"$eval": "len(state) == 2"},
                        "backoff": {"initial": 1, "rate": 2, "jitter": "none"},
                        "serdes": {"prefix": "p:"},
                        "as": "d",
                    }
                },
                {"return": {"$eval": "[c, d]"}},
            ]
        },
        [3, "xx"],
    ),
    "chained invokes": (
        {
            "functions": {"echo": ECHO, "plain": PLAIN},
            "handler": [
                {"invoke": {"name": "i", "function": "echo", "payload": {"d": "a"}, "as": "a"}},
                {"invoke": {"function": "plain", "payload": "text", "as": "b"}},
                {"invoke": {"function": "plain", "payload": None, "as": "c"}},
                {
                    "invoke": {
                        "function": "echo",
                        "payload": "a",
                        "payload_serdes": "upper-json",
                        "result_serdes": "upper-read",
                        "as": "d",
                    }
                },
                {"return": {"$eval": "[a, b, c, d]"}},
            ],
        },
        [{"d": "a"}, ["text"], [None], '"A"'],
    ),
    "with_retry": (
        {
            "handler": [
                {
                    "with_retry": {
                        "name": "r",
                        "retry": {"delays": [1]},
                        "virtual": True,
                        "as": "r",
                        "do": [
                            {"let": {"n": {"$eval": "attempt"}}},
                            {"step": {"name": "s", "returns": {"$eval": "n"}, "as": "s"}},
                            {"if": {"$eval": "s == 1"}, "then": [{"raise": {"type": "A", "message": "m"}}]},
                            {"return": {"$eval": "s"}},
                        ],
                    }
                },
                {"with_retry": {"retry": "default", "wrap": False, "as": "u", "do": [{"return": 7}]}},
                {"return": {"$eval": "[r, u]"}},
            ]
        },
        [2, 7],
    ),
    "serialisers": (
        {
            "handler": [
                {"step": {"returns": "a", "serdes": "upper", "as": "a"}},
                {"child": {"name": "c", "serdes": {"prefix": "p"}, "as": "b", "do": [{"return": "v"}]}},
                {"step": {"returns": {"x": 1}, "serdes": "wrap", "as": "c"}},
                {"step": {"returns": 1.5, "serdes": "number", "as": "d"}},
                {"step": {"returns": ["2026-01-01T00:00:00.000Z"], "serdes": "epoch", "as": "e"}},
                {
                    "map": {
                        "name": "m",
                        "items": ["x", "y"],
                        "max_concurrency": 1,
                        "serdes": "opserde",
                        "item_serdes": "json",
                        "as": "m",
                        "do": [{"return": {"$eval": "uppercase(item)"}}],
                    }
                },
                {"step": {"returns": 1, "serdes": {"fail-read": {"invocation": 9}}, "as": "f"}},
                {"step": {"returns": 1, "serdes": "nothing"}},
                {"wait": {"seconds": 1}},
                {"return": {"$eval": "[a, b, c, d, e, m.results, f]"}},
            ]
        },
        ["A", "v", {"x": 1}, 1.5, [1767225600], ["X", "Y"], 1],
    ),
    "large results": (
        {
            "handler": [
                {
                    "child": {
                        "name": "c",
                        "summary": "${len(result)}",
                        "as": "c",
                        "do": [{"return": {"$eval": "repeat('ab', 140000)"}}],
                    }
                },
                {
                    "map": {
                        "name": "m",
                        "items": [1, 2],
                        "max_concurrency": 1,
                        "summary": "${result.totalCount}",
                        "as": "m",
                        "do": [{"return": {"$eval": "repeat('ab', 140000)"}}],
                    }
                },
                {"wait": {"seconds": 1}},
                {"return": {"$eval": "[len(c), len(m.results)]"}},
            ]
        },
        [280000, 2],
    ),
    "logs on replay": (
        {
            "handler": [
                {"log": {"message": "once"}},
                {"log": {"message": "always", "replay": True}},
                {"wait": {"seconds": 1}},
                {
                    "child": {
                        "name": "c",
                        "do": [
                            {"log": {"message": "in the child", "level": "warning"}},
                            {"step": {"name": "s", "returns": 1, "logs": [{"message": "in the step"}]}},
                        ],
                    }
                },
                {"wait": {"seconds": 1}},
                {"log": {"message": "end", "level": "error"}},
                {"return": 1},
            ]
        },
        1,
    ),
    "the execution's own context": (
        {
            "handler": [
                {"on_root": [{"step": {"name": "a", "returns": 1, "as": "a"}}, {"return": {"$eval": "a"}}]},
                {"return": 2},
            ]
        },
        1,
    ),
    "bodies with statements of their own": (
        {
            "handler": [
                {"let": {"x": 1}},
                {
                    "step": {
                        "name": "s",
                        "attempts": [
                            {
                                "do": [{"raise": {"type": "Boom", "message": "once"}}],
                                "logs": [{"message": "l"}],
                            },
                            {"do": [{"let": {"x": {"$eval": "x + attempt"}}}, {"return": {"$eval": "x"}}]},
                        ],
                        "retry": {"delays": [1]},
                        "as": "s",
                    }
                },
                {
                    "wait_for_condition": {
                        "name": "c",
                        "initial": 0,
                        "check": {"do": [{"note": {"$eval": "state"}}, {"return": {"$eval": "state + 1"}}]},
                        "until": {"$eval": "state > 1"},
                        "delay": 1,
                        "as": "c",
                    }
                },
                {
                    "wait_for_callback": {
                        "name": "w",
                        "submitter": {
                            "do": [{"if": {"$eval": "len(callback_id) == 0"}, "then": [{"return": 1}]}]
                        },
                        "as": "w",
                    }
                },
                {"step": {"name": "n", "do": []}},
                {"return": {"$eval": "[x, s, c, w]"}},
            ],
            "outside": [{"of": "w", "succeed": {"payload": "done"}}],
        },
        [1, 3, 2, '"done"'],
    ),
    "values that JSON has not": (
        {
            "handler": [
                {"step": {"name": "n", "returns": {"non_json": "nan"}}},
                {"step": {"name": "d", "returns": {"non_json": "date"}}},
                {"step": {"name": "b", "returns": {"non_json": "bytes"}}},
                {"return": 1},
            ]
        },
        1,
    ),
    "an SDK that goes on after its batch is complete": (
        {
            "handler": [
                {
                    "parallel": {
                        "name": "p",
                        "completion": {"min_successful": 1},
                        "as": "p",
                        "branches": [[{"return": 1}], [{"wait": {"hours": 1}}, {"step": {"returns": 2}}]],
                    }
                },
                {"return": {"$eval": "[p.completionReason, p.results]"}},
            ]
        },
        ["MIN_SUCCESSFUL_REACHED", [1]],
    ),
}
"""Documents, and the result that both subjects give."""

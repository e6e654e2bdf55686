"""What serialisers write, held against what the harness's own ones do, and what structure makes of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.oracle.flow import Lost, Raised, Returned
from conformance.oracle.serialisers import WRITERS, keeps, kept, parsed, read, reads, reads_back, written
from conformance.oracle.values import UNKNOWN
from conformance.scenario.statements import Serdes
from python_sdk import serdes
from tests.verdict.recordings import Maker
from tests.verdict.structure.worlds import child, each, judged, plan_of, scenario, step
from tests.verdict.structure.worlds import written as written_down

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES: tuple[Any, ...] = (None, "a b", "7", 7, True, ["é", {"K": "v"}], {"a": ["b", 1]})


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_each_writes_as_the_harness_does(name: str, value: Any) -> None:
    write, _read = serdes.NAMED[name]("p:", None)  # type: ignore[arg-type]  # none of these looks at the scope
    assert written(Serdes(name, "p:"), value) == parsed(write(value))


TEXTS = ("a b", "7", "-2.5", "null", "true", '"x"', '{"wrapped": 1}', "[1]", "p:x", "")


@pytest.mark.parametrize("name", serdes.NAMED)
def test_what_is_surely_read_is(name: str) -> None:
    run = SimpleNamespace(run=SimpleNamespace(invocation=1))
    write, read = serdes.NAMED[name]({"invocation": 1} if name == "fail-read" else "p:", run)  # type: ignore[arg-type]
    for text in TEXTS:
        assert reads(Serdes(name, "p:"), text) <= _works(read, text)
    for value in VALUES:
        assert reads_back(Serdes(name, "p:"), value) <= _works(lambda given: read(write(given)), value)


@pytest.mark.parametrize("name", serdes.NAMED)
def test_what_cannot_be_read_is_not_taken_for_read(name: str) -> None:
    told = {text for text in TEXTS if reads(Serdes(name, "p:"), text)}
    wanted = {
        "upper": set(TEXTS),
        "upper-read": set(TEXTS),
        "nothing": set(TEXTS),
        "fail-read": set(),
        "prefix": {"p:x"},
        "number": {"7", "-2.5"},
        "wrap": {'{"wrapped": 1}'},
    }
    assert told == wanted.get(name, set(TEXTS) - {"a b", "p:x", ""})


def test_what_is_not_told_may_be_unreadable() -> None:
    assert reads(Serdes("json"), UNKNOWN)
    assert not any(reads(Serdes(name, "p:"), UNKNOWN) for name in ("prefix", "wrap", "number", "fail-read"))
    assert not reads_back(Serdes("number"), UNKNOWN)


def _works(read: Callable[[Any], Any], given: Any) -> bool:
    try:
        read(given)
    except Exception:  # noqa: BLE001 - whatever it fails with
        return given is None  # the SDK's side of it does not ask for what is not there
    return True


WAITS = {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "timeout": 9}}
AWAITS = ({"callback": {"name": "cb", "as": "cb"}}, {"await": {"callback": "cb", "as": "told"}})
SENT = [{"of": "w", "succeed": {"raw": "no"}}, {"callback": "cb", "succeed": {"raw": "no"}}]
ECHO = {"f": {"handler": [{"return": "x"}]}}


@pytest.mark.parametrize(
    ("handler", "certain"),
    [
        ((step("s", 7, serdes="number"),), True),
        ((step("s", "x", serdes="number"),), False),
        ((child("c", {"return": None}, serdes="number"),), False),
        ((each("m", [1], {"return": "x"}, item_serdes="number"),), False),
        (({"invoke": {"function": "f", "result_serdes": "upper-json"}},), True),
        (({"invoke": {"function": "f", "result_serdes": "wrap"}},), False),
        (({"invoke": {"function": "f", "payload_serdes": "fail-write"}},), False),
        (({"invoke": {"function": "f", "payload_serdes": "fail-read"}},), True),
        (({"wait_for_callback": WAITS["wait_for_callback"] | {"serdes": "upper"}},), True),
        (({"wait_for_callback": WAITS["wait_for_callback"] | {"serdes": "json"}},), False),
        (({"wait_for_callback": WAITS["wait_for_callback"] | {"serdes": "number"}},), False),
        (({"wait_for_callback": WAITS["wait_for_callback"] | {"serdes": "fail-write"}},), False),
        (({"callback": {"name": "cb", "as": "cb", "serdes": "json"}}, AWAITS[1]), False),
        (({"callback": {"name": "cb", "as": "cb", "serdes": "upper"}}, AWAITS[1]), True),
    ],
    ids=str,
)
def test_what_a_serialiser_may_not_bear_leaves_what_follows_open(
    handler: tuple[dict[str, Any], ...], *, certain: bool
) -> None:
    plan = plan_of(scenario(*handler, {"return": 1}, outside=SENT, functions=ECHO))
    assert isinstance(plan.flow, Returned if certain else Lost)


def test_a_wait_that_times_out_may_fail_at_what_its_submitter_returned_before() -> None:
    made = {"wait_for_callback": WAITS["wait_for_callback"] | {"serdes": "fail-write"}}
    assert isinstance(plan_of(scenario(made)).flow, Lost)
    assert isinstance(plan_of(scenario(WAITS)).flow, Raised)


def test_a_batch_in_one_text() -> None:
    items = [
        {"index": 0, "status": "SUCCEEDED", "result": "X"},
        {"index": 1, "status": "FAILED", "result": None},
        {"index": 2, "status": "SUCCEEDED", "result": [1]},
    ]
    assert written(Serdes("opserde"), {"all": items}) == {"$text": "OPSERDE:X,[1]"}


@pytest.mark.parametrize(
    ("sdk", "payload", "right"),
    [
        ("python", '{"wrapped":"x"}', True),
        ("python", '"x"', False),
        ("js", '"x"', True),
        ("js", '{"wrapped":"x"}', False),
    ],
)
def test_a_batchs_own_serialiser_writes_its_items_where_the_dialect_says_so(
    sdk: str, payload: str, *, right: bool
) -> None:
    made = scenario(each("m", ["x"], {"return": "x"}, serdes="wrap"))

    def change(sent: list[dict[str, Any]], maker: Maker) -> None:
        [end] = [one for one in sent if one["Id"] == maker.id("1[0]") and one["Action"] == "SUCCEED"]
        end["Payload"] = payload

    found = [one.path for one in judged(made, written_down(made, sdk, change))]
    assert found == ([] if right else ["1[0]:CONTEXT.SUCCEED.Payload"])


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


@pytest.mark.parametrize(
    ("payload", "python", "js"), [('{"a":1}', 0, 1), ('"{\\"a\\": 1}"', 1, 0), ("2", 1, 1)]
)
def test_a_callbacks_result_is_written_as_its_text_or_as_its_value(
    payload: str, python: int, js: int
) -> None:
    made = scenario(
        {"wait_for_callback": {"name": "w", "submitter": {"returns": None}, "serdes": "json"}},
        outside=[{"of": "w", "after": 1, "succeed": {"payload": {"a": 1}}}],
    )

    def write(updates: list[dict[str, Any]], maker: Maker) -> None:
        for update in updates:
            if update["Id"] == maker.id("1") and update["Action"] == "SUCCEED":
                update["Payload"] = payload

    for sdk, found in (("python", python), ("js", js)):
        findings = judged(made, written_down(made, sdk, change=write))
        assert [one.rule for one in findings].count("content-wrong") == found


@pytest.mark.parametrize("name", serdes.NAMED)
def test_what_is_surely_kept_is(name: str) -> None:
    write, read = serdes.NAMED[name]("p:", None)  # type: ignore[arg-type]  # none that keeps looks at the scope
    told = [value for value in VALUES if keeps(Serdes(name, "p:"), value)]
    assert [read(write(value)) for value in told] == told
    wanted = {"json": len(VALUES), "wrap": len(VALUES), "prefix": 2, "number": 1}
    assert len(told) == wanted.get(name, 0)
    assert not keeps(Serdes(name, "p:"), UNKNOWN)


def test_a_value_that_is_kept_is_known_to_what_follows() -> None:
    def result(**more: Any) -> Any:
        return plan_of(scenario(step("s", 7, **more, **{"as": "v"}), {"return": {"$eval": "v"}})).flow

    assert result(serdes="wrap") == Returned(7)
    assert result(serdes="upper") == Returned(UNKNOWN)


def polled(check: list[dict[str, Any]], until: str = "state >= 9", **more: Any) -> dict[str, Any]:
    given = {"name": "c", "initial": 0, "check": {"attempts": check}, "until": {"$eval": until}, "delay": 2}
    return {"wait_for_condition": given | more}


GOES_ON = {"returns": {"$eval": "state + 1"}}
GIVES_UP = {"raises": {"type": "Boom", "message": "no"}}


def test_states_before_a_failure_are_written_by_the_serialiser() -> None:
    made = scenario(polled([GOES_ON, GIVES_UP], serdes="wrap"))

    def unwrapped(updates: list[dict[str, Any]], _maker: Maker) -> None:
        for update in updates:
            update.update({"Payload": "1"} if update["Action"] == "RETRY" else {})

    assert judged(made, written_down(made)) == []
    assert [one.rule for one in judged(made, written_down(made, change=unwrapped))] == ["content-wrong"]


@pytest.mark.parametrize("name", ["fail-write", "fail-read"])
def test_a_first_state_that_cannot_be_written_may_leave_its_check_unrun(name: str) -> None:
    plan = plan_of(scenario(polled([GOES_ON, GIVES_UP], serdes=name)))
    assert isinstance(plan.flow, Lost)
    assert plan.operations["1"].lifecycle.runs is None
    assert "FAIL" in plan.operations["1"].lifecycle.terminals
    assert [each.delay for each in plan.operations["1"].lifecycle.rounds] == [(2, 2)]


def test_a_state_that_is_changed_on_its_way_leaves_what_follows_open() -> None:
    assert isinstance(plan_of(scenario(polled([GOES_ON, GOES_ON], serdes="upper"))).flow, Lost)
    by_attempts = polled([{"returns": "a"}], "attempt == 3", serdes="upper")
    plan = plan_of(scenario(by_attempts, {"return": 1}))
    assert plan.flow == Returned(1)
    assert len(plan.operations["1"].lifecycle.rounds) == 2
    assert plan_of(scenario(polled([GOES_ON], "state >= 1", serdes="upper"), {"return": 1})).flow == Returned(
        1
    )


@pytest.mark.parametrize(
    ("statement", "path"),
    [(child("c", serdes="wrap"), "1"), (each("m", [1], item_serdes="wrap"), "1[0]")],
    ids=["child", "item"],
)
def test_what_is_made_of_nothing_returned_is_each_languages_own(statement: dict[str, Any], path: str) -> None:
    made = scenario(statement)
    for payload in ("{}", '{"wrapped":null}'):

        def write(updates: list[dict[str, Any]], maker: Maker, payload: str = payload) -> None:
            for update in updates:
                if update["Id"] == maker.id(path) and update["Action"] == "SUCCEED":
                    update["Payload"] = payload

        assert [one for one in judged(made, written_down(made, change=write)) if f"{path}:" in one.path] == []


def test_what_a_race_came_to_is_not_told_by_what_its_serialiser_writes() -> None:
    made = scenario(each("m", [1, 2], {"return": 1}, completion={"min_successful": 1}, serdes="opserde"))
    assert plan_of(made).operations["1"].lifecycle.value is UNKNOWN
    assert judged(made, written_down(made)) == []


def test_what_a_submitter_returns_is_nobodys_whatever_writes_it() -> None:
    waiting = WAITS["wait_for_callback"] | {"serdes": "wrap"}
    answered = [{"of": "w", "after": 1, "succeed": {"payload": {"wrapped": 1}}}]
    made = scenario({"wait_for_callback": waiting}, outside=answered)
    assert plan_of(made).operations["1.2"].lifecycle.value is UNKNOWN


@pytest.mark.parametrize(
    ("given", "payload", "wanted"),
    [
        ("wrap", "x", Returned({"wrapped": "x"})),
        ("upper-json", ["x"], Returned(["X"])),
        ("nothing", "x", Returned(UNKNOWN)),
        ({"prefix": "p:"}, "x", None),
        ("upper", True, None),
    ],
    ids=str,
)
def test_a_target_gets_what_the_serialiser_writes_if_that_is_json(
    given: Any, payload: Any, wanted: Any
) -> None:
    echo = {"echo": {"handler": [{"return": {"$eval": "input"}}]}}
    invoke = {"invoke": {"function": "echo", "payload": payload, "payload_serdes": given, "as": "told"}}
    flow = plan_of(scenario(invoke, {"return": {"$eval": "told"}}, functions=echo)).flow
    assert isinstance(flow, Lost) if wanted is None else flow == wanted


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("json", '{"a": [1]}', {"a": [1]}),
        ("upper-json", '"ab"', "ab"),
        ("wrap", '{"wrapped": 3}', 3),
        ("json", "no JSON", UNKNOWN),
        ("wrap", "3", UNKNOWN),
        ("json", UNKNOWN, UNKNOWN),
        ("number", "3", UNKNOWN),
        ("upper", "ab", UNKNOWN),
    ],
)
def test_what_is_read_of_a_text_that_somebody_else_wrote(name: str, text: Any, value: Any) -> None:
    assert read(Serdes(name), text) == value

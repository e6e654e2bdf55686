"""What is refused, and in which words; that one bad file stops no other; that patterns mean something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ScenarioError, UsageError
from conformance.scenario.load import InvalidScenarioError, find, load
from tests.bench.growing import GROWING
from tests.scenario.refusals import SENSE, SHAPE, TEXT, handler

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

TABLE = {
    f"{table}: {name}": text
    for table, texts in {"text": TEXT, "shape": SHAPE, "sense": SENSE}.items()
    for name, text in texts.items()
}


def refused(text: str, tmp_path: Path) -> str:
    """The whole message of a file that is refused, the folder left out."""
    path = tmp_path / "bad.yaml"
    path.write_bytes(text.encode())
    with pytest.raises(ScenarioError) as caught:
        load(path, tmp_path)
    return str(caught.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize("name", TABLE)
def test_refusal(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert refused(TABLE[name], tmp_path) == snapshot


@pytest.mark.parametrize("name", TABLE)
def test_every_refusal_has_a_place(name: str, tmp_path: Path) -> None:
    for line in refused(TABLE[name], tmp_path).split("\n"):
        assert line.startswith("bad.yaml")


def test_everything_wrong_is_said_at_once_in_order(tmp_path: Path) -> None:
    text = handler("- step: {nme: a, returns: 1}", "- wait: {second: 1}", rest="expct: {}\nlimit: 0\n")
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InvalidScenarioError) as caught:
        load(path, tmp_path)
    lines = [
        problem.where.line for problem in caught.value.problems if not isinstance(problem.where, str | None)
    ]
    assert lines == [4, 5, 6, 7]


def test_a_file_too_large(tmp_path: Path) -> None:
    assert "at most" in refused("title: " + "x" * 300_000, tmp_path)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"title: a\ncovers: \xff\n")
    with pytest.raises(ScenarioError, match=r"bad.yaml:2: not UTF-8"):
        load(path, tmp_path)


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="can't be read"):
        load(tmp_path / "missing.yaml", tmp_path)


def test_a_bad_file_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "good.yaml").write_text(handler("- return: 1"))
    (tmp_path / "theme" / "bad.yaml").write_text("title: [")
    found = find(tmp_path)
    assert [scenario.id for scenario in found.scenarios] == ["theme/good"]
    assert len(found.errors) == 1
    assert found.lines["theme/good"].line == 1


def test_patterns_select_by_id(tmp_path: Path) -> None:
    for name in ("a/one", "a/two", "b/one", "divergences"):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(handler("- return: 1"))
    assert [scenario.id for scenario in find(tmp_path).scenarios] == ["a/one", "a/two", "b/one"]
    assert [scenario.id for scenario in find(tmp_path, ["*/one"]).scenarios] == ["a/one", "b/one"]
    assert [scenario.id for scenario in find(tmp_path, ["b/*", "a/t*"]).scenarios] == ["a/two", "b/one"]


@pytest.mark.parametrize("pattern", ["c/*", "a/onne", ""])
def test_a_pattern_that_matches_nothing(pattern: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(handler("- return: 1"))
    with pytest.raises(UsageError, match="no scenario matches"):
        find(tmp_path, [pattern])


def test_a_pattern_that_matches_nothing_among_many_does_not_name_them_all(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"one-{number}.yaml").write_text(handler("- return: 1"))
    with pytest.raises(UsageError, match="`conformance list` names all 50"):
        find(tmp_path, ["virtual/*"])


def test_no_scenarios_at_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no scenario"):
        find(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        find(tmp_path / "nowhere")


ODD_BUT_ADMITTED = [
    "- map: {items: [], max_concurrency: 0, do: []}",
    "- map: {items: [1], max_concurrency: -1, completion: {min_successful: 5}, do: []}",
    "- map: {items: [1], completion: {tolerated_failure_percentage: 150}, do: []}",
    "- map: {items: [1], completion: {tolerated_failure_count: -1}, do: []}",
    "- parallel: {branches: [], completion: {}}",
    "- wait: {seconds: 0}",
    "- wait: {seconds: -1}",
    "- wait: {minutes: 0.5}",
    '- step: {name: "", returns: null}',
    "- step: {returns: 1, retry: {delays: [0, 1.7, {days: 0}]}}",
    "- step: {returns: 1, retry: {exponential: {attempts: 0, rate: -1}}}",
    "- child: {do: [], virtual: {$eval: invocation == 1}}",
    "- invoke: {function: 'f:$LATEST', payload: null}",
    "- invoke: {function: 'arn:aws:lambda:us-west-2:123456789012:function:f', tenant: ''}",
]


@pytest.mark.parametrize("statement", ODD_BUT_ADMITTED)
def test_odd_values_are_admitted(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(handler(statement, rest="functions: {f: {unknown: true}}\n"))
    assert load(path, tmp_path).handler


FITTING_HOLDS = {
    "another branch": (
        "- parallel:",
        "    branches:",
        "      - [{step: {name: a, returns: 1, after: b}}]",
        "      - [{step: {name: b, returns: 1}}]",
    ),
    "the batch that may end without its branch": (
        "- parallel:",
        "    name: p",
        "    branches:",
        "      - [{raise: {type: Boom, message: no}}]",
        "      - [{step: {name: a, returns: 1, after: {op: p, is: checkpointed}}}]",
    ),
    "what follows such a batch": (
        "- map: {items: [1], do: [{step: {name: a, returns: 1, after: {op: b, is: running}}}]}",
        "- step: {name: b, returns: 1}",
    ),
    "what came before": ("- step: {name: b, returns: 1}", "- step: {name: a, returns: 1, after: b}"),
    "another item": (
        "- map:",
        "    items: [1, 2]",
        "    do: [{step: {name: a, returns: 1, after: b}}, {step: {name: b, returns: 1}}]",
    ),
    "a named branch": (
        "- parallel:",
        "    branches:",
        "      - [{step: {name: a, returns: 1, after: {op: b, is: running}}}]",
        "      - {name: b, do: []}",
    ),
    "beside a try": (
        "- parallel:",
        "    branches:",
        "      - [{step: {name: a, returns: 1, after: b}}]",
        "      - [{try: [{step: {name: b, returns: 1}}], catch: []}]",
    ),
    "a name that only the run knows": (
        "- parallel:",
        "    branches:",
        "      - [{step: {name: a, returns: 1, after: b-1}}]",
        "      - [{step: {name: 'b-${index}', returns: 1}}]",
    ),
}


@pytest.mark.parametrize("name", FITTING_HOLDS)
def test_holds_that_can_come_true(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hold.yaml"
    path.write_text(handler(*FITTING_HOLDS[name]))
    assert load(path, tmp_path).handler


def test_large_programs_are_admitted(tmp_path: Path) -> None:
    """What the curves of `make bench` are made of: thousands in a row, 64 in one another."""
    for name, size in (("waits", 5000), ("virtual", 64)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps(GROWING[name](size)), encoding="utf-8")
        assert load(path, tmp_path).title == "It grows"

"""What breaks each entry of the catalogue, and where it shows."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.quality.mutation.entries import BREAKERS, UNBREAKABLE, WHEN, WHERE, Breaking, bites
from conformance.quality.mutation.recordings import MUTATIONS
from conformance.scenario.catalogue import requirements
from conformance.wire.recording import Recording
from tests.verdict.recordings import Maker, mapped, virtual

SDKS = ("js", "python")


def test_every_entry_has_what_breaks_it_or_a_reason() -> None:
    assert {*BREAKERS} == {*requirements()}
    assert {entry for entry, names in BREAKERS.items() if not names} == {*UNBREAKABLE}
    assert all(UNBREAKABLE.values())
    assert {*WHERE, *WHEN} <= {*BREAKERS}


def test_every_mutation_is_one() -> None:
    known = {mutation.name for mutation in MUTATIONS}
    assert {name for names in BREAKERS.values() for name in names} <= known


@pytest.mark.parametrize("sdk", SDKS)
@pytest.mark.parametrize(
    "entry",
    ["virtual-no-lifecycle", "virtual-parent-id", "virtual-nested", "virtual-step-prefix", "wait-seconds"],
)
def test_what_a_virtual_context_shows(sdk: str, entry: str) -> None:
    assert bites(entry, virtual(sdk))


@pytest.mark.parametrize("sdk", SDKS)
@pytest.mark.parametrize("entry", ["batch-result", "map-items", "map-contexts", "context-nesting"])
def test_what_a_map_shows(sdk: str, entry: str) -> None:
    assert bites(entry, mapped(sdk))


@pytest.mark.parametrize("sdk", SDKS)
@pytest.mark.parametrize(
    "entry",
    [
        "virtual-no-lifecycle",  # it has no virtual context
        "wait-seconds",  # nor a wait
        "parallel-branches",  # its branches are a map's
        "output-failed",  # it succeeds
        "execution-input",  # nobody looks at it
        *UNBREAKABLE,
    ],
)
def test_what_a_map_does_not_show(sdk: str, entry: str) -> None:
    assert not bites(entry, mapped(sdk))


def test_a_judge_who_sees_nothing_notices_nothing() -> None:
    assert not bites("virtual-no-lifecycle", virtual("js"), lambda _one, _other: ())


def test_a_recording_that_could_not_be_judged_shows_nothing() -> None:
    assert not bites("output-succeeded", Maker("js", {"title": "x", "handler": []}).done())


def test_a_mutant_is_judged_once_for_all_entries() -> None:
    judged: list[Recording] = []

    def judge(recording: Recording, _: Recording | None) -> tuple[()]:
        judged.append(recording)
        return ()

    breaking = Breaking(virtual("js"), judge)
    breaking.bites("virtual-no-lifecycle")
    count = len(judged)
    breaking.bites("virtual-no-lifecycle")
    assert len(judged) == count


@pytest.mark.parametrize(
    ("handler", "reads"),
    [
        ([{"step": {"name": "input", "returns": "input"}}], False),
        ([{"invoke": {"function": "input"}}], False),
        ([{"step": {"name": "${input}", "returns": 1}}], True),
        ([{"child": {"do": [{"return": {"$eval": "[input.n]"}}]}}], True),
        ([{"wait": {"seconds": {"$eval": "input"}}}], True),
        ([{"parallel": {"branches": [[{"step": {"attempts": [{"returns": [{"$eval": "input"}]}]}}]]}}], True),
    ],
)
def test_the_input_matters_where_an_expression_uses_it(handler: list[Any], reads: bool) -> None:  # noqa: FBT001
    made = Maker("js", {"title": "x", "handler": handler}, input="{}")
    made.invoke()
    made.succeed("null")
    assert WHEN["execution-input"](made.done()) is reads

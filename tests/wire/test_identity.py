"""Ids of both SDKs decoded to typed paths, found by the program's positions and by nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario import statements as s
from conformance.scenario.model import Scenario
from conformance.scenario.unknown import UNKNOWN
from conformance.sdks.dialect import UNSTATED, Dialect
from conformance.sdks.registry import dialect
from conformance.wire.identity import HASHES, MOST_HASHES, Said, decode
from conformance.wire.program import Program
from tests.verdict.recordings import VERSIONS, operation_id

SPOKEN: dict[str, Dialect] = {sdk: dialect(sdk, version) for sdk, version in VERSIONS.items()}
STEP: dict[str, Any] = {"step": {"returns": 1}}


def _program(*handler: dict[str, Any], **more: Any) -> Program:
    document = {"title": "t", "covers": [], "handler": list(handler), "expect": {}}
    return Program(Scenario.from_document("a/b", document).handler, **more)


RICH = _program(
    STEP,
    {"child": {"do": [STEP, {"child": {"virtual": True, "do": [STEP, STEP]}}]}},
    {
        "map": {
            "items": [1, 2, 3],
            "do": [STEP, {"parallel": {"nesting": "FLAT", "branches": [[STEP], [STEP, STEP]]}}],
        }
    },
    {"wait_for_callback": {"submitter": {"returns": None}}},
)
PATHS = [
    "1", "2", "2.1", "2.2.1", "2.2.2", "3", "3[0]", "3[2]", "3[0].1", "3[1].2", "3[1].2[0].1", "3[2].2[1].2",
    "4", "4.1", "4.2",
]  # fmt: skip


@pytest.mark.parametrize("sdk", ["python", "js"])
def test_every_position_is_found(sdk: str) -> None:
    ids = {operation_id(path, sdk): path for path in PATHS}
    identity = decode(RICH, SPOKEN[sdk], ids)
    assert {each: identity.path(each) for each in ids} == ids
    assert (identity.base, identity.based) == ({"python": 0, "js": 1}[sdk], True)
    assert not identity.unknown


@pytest.mark.parametrize("sdk", ["python", "js"])
@given(paths=st.sets(st.sampled_from(PATHS), min_size=1))
def test_any_part_of_them_is_found_too(sdk: str, paths: set[str]) -> None:
    """Below a context that never got on the wire as well: the exhaustive search goes there."""
    identity = decode(RICH, SPOKEN[sdk], {operation_id(path, sdk) for path in paths})
    assert not identity.unknown
    if not any("]" in path for path in paths) or any(path.startswith("3[0]") for path in paths):
        assert {identity.path(each) for each in identity.places} == paths


def test_an_sdk_without_a_record_is_tried_with_every_scheme() -> None:
    for sdk in ("python", "js"):
        ids = {operation_id(path, sdk) for path in PATHS}
        assert not decode(RICH, UNSTATED, ids).unknown


def test_virtual_contexts_are_places_and_the_real_parent_is_outside_them() -> None:
    ids = {operation_id(path, "js") for path in ("2", "2.1", "2.2", "2.2.1", "3[1].2[0].1", "3[1].2[0]")}
    identity = decode(RICH, SPOKEN["js"], ids | {operation_id("3[1]", "js"), operation_id("3", "js")})
    places = {identity.path(each): place for each, place in identity.places.items()}
    assert places["2.2"].virtual is True
    assert places["3[1].2[0]"].virtual is True
    assert places["3[1]"].virtual is False
    inner = places["2.2.1"].real_parent
    flat = places["3[1].2[0].1"].real_parent
    assert inner is not None
    assert flat is not None
    assert (inner.path, flat.path) == ("2", "3[1].2")
    assert places["2"].real_parent is None


def test_an_id_of_no_position_stays_unknown() -> None:
    stray = hashlib.md5(b"9").hexdigest()[:16]  # noqa: S324
    below = hashlib.md5(b"1-1").hexdigest()[:16]  # noqa: S324 - inside a step
    identity = decode(RICH, SPOKEN["js"], {operation_id("1", "js"), stray, below})
    assert identity.unknown == {stray, below}
    assert identity.path(stray) == f"?{stray}"
    assert identity.path(None) == identity.path("") == "root"


def test_numbers_of_branches_that_do_not_exist_are_unknown() -> None:
    program = _program({"parallel": {"branches": [[STEP], [STEP]]}})
    all_ = {operation_id(path, "python") for path in ("1", "1[0]", "1[1]")}
    beyond = operation_id("1[1]", "js")
    assert decode(program, SPOKEN["python"], {*all_, operation_id("1[2]", "python")}).unknown
    assert decode(program, SPOKEN["js"], {operation_id("1", "js"), beyond}).path(beyond) == "1[1]"


def test_numbering_is_found_out_from_what_the_recording_shows() -> None:
    """A Python SDK that numbered from 1 would be read so, and the other way round."""
    program = _program({"map": {"items": [1, 2], "do": [STEP]}})
    from_one = {hashlib.md5(text).hexdigest()[:16] for text in (b"1", b"1-1", b"1-2", b"1-1-1")}  # noqa: S324
    from_zero = {hashlib.md5(text).hexdigest()[:16] for text in (b"1", b"1-0", b"1-1", b"1-1-1")}  # noqa: S324
    assert (decode(program, SPOKEN["js"], from_one).base, decode(program, SPOKEN["js"], from_zero).base) == (
        1,
        0,
    )
    assert not decode(program, SPOKEN["js"], from_zero).unknown
    none = decode(program, SPOKEN["js"], {hashlib.md5(b"1").hexdigest()[:16]})  # noqa: S324
    assert none.based is False


def test_early_completion_does_not_shift_the_numbers() -> None:
    """Only some branches began, so both numberings explain the ids: the lowest number tells."""
    program = _program({"map": {"items": [1, 2, 3, 4], "do": [STEP]}})
    ids = {operation_id(path, "js") for path in ("1", "1[0]", "1[1]")}
    assert decode(program, SPOKEN["js"], ids).base == 1
    assert decode(program, UNSTATED, ids).base == 1


def test_rounds_of_a_retry_have_positions_of_their_own() -> None:
    program = _program(
        {"with_retry": {"retry": {"delays": [1, 1]}, "do": [STEP, STEP]}},
        {"with_retry": {"retry": {"delays": [1]}, "wrap": False, "do": [STEP]}},
        STEP,
    )
    paths = ("1", "1.1", "1.2", "1.3", "1.4", "1.8", "2", "3", "4", "5")
    identity = decode(program, SPOKEN["python"], {operation_id(path, "python") for path in paths})
    assert {identity.path(each) for each in identity.places} == set(paths)
    first = identity.places[operation_id("1.1", "python")]
    assert {candidate.indexes for candidate in first.candidates} == {(1,)}
    assert decode(program, SPOKEN["python"], {operation_id("7", "python")}).unknown


def test_branch_count_may_be_computed_or_seen() -> None:
    items = {"map": {"items": {"$eval": "input.xs"}, "do": [STEP]}}
    ids = {operation_id(path, "python") for path in ("1", "1[0]", "1[29]")}
    assert not decode(_program(items, input={"xs": [0] * 30}), SPOKEN["python"], ids).unknown
    hidden = {"map": {"items": {"$eval": "made"}, "do": [STEP]}}
    assert decode(_program(hidden), SPOKEN["python"], ids).unknown
    assert not decode(_program(hidden, branches={("handler/0", ()): 29}), SPOKEN["python"], ids).unknown


def test_a_context_that_is_virtual_in_one_invocation_only_is_neither() -> None:
    child = {"child": {"virtual": {"$eval": "invocation == 1"}, "do": [STEP]}}
    ids = {operation_id(path, "js") for path in ("1", "1.1")}
    places = decode(_program(child, invocations=2), SPOKEN["js"], ids).places
    assert places[operation_id("1", "js")].virtual is None
    assert (
        decode(_program(child, invocations=1), SPOKEN["js"], ids).places[operation_id("1", "js")].virtual
        is True
    )
    assert _program(child).known({"$eval": "nobody"}) is UNKNOWN


def test_ids_in_texts_become_paths() -> None:
    for sdk in ("python", "js"):
        identity = decode(RICH, SPOKEN[sdk], {operation_id("2.1", sdk)}, "3>")
        step = operation_id("2.1", sdk)
        assert (
            identity.named(f"step {step} failed; 0123456789abcdef") == "step <3>2.1> failed; 0123456789abcdef"
        )


def test_the_search_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stray id in a wide and deep program costs a bounded number of hashes: two searches a numbering."""
    nest: dict[str, Any] = STEP
    for _ in range(5):
        nest = {"map": {"items": list(range(12)), "do": [nest] * 3}}
    hashed: list[str] = []
    plain = HASHES["blake2b-64"]
    monkeypatch.setitem(HASHES, "blake2b-64", lambda text: hashed.append(text) or plain(text))  # type: ignore[func-returns-value]
    wanted = {operation_id("1", "python"), "f" * 64}
    identity = decode(_program(nest), SPOKEN["python"], wanted)
    assert identity.unknown == {"f" * 64}
    assert MOST_HASHES < len(hashed) <= 4 * MOST_HASHES


ENCLOSING = Dialect(
    ids_hash="sha256-64", ids_prefix="position", ids_branch_base=1, ids_branch_counter="enclosing"
)


MAP: dict[str, Any] = {"map": {"items": [1, 2], "do": [STEP]}}
FLAT: dict[str, Any] = {"map": {"items": [1, 2], "nesting": "FLAT", "do": [{"child": {"do": [STEP]}}]}}
SAID = {
    "step": Said("STEP", "Step", None),
    "map": Said("CONTEXT", "Map", None),
    "branch": Said("CONTEXT", "MapIteration", None),
    "child": Said("CONTEXT", "RunInChildContext", None),
}


@pytest.mark.parametrize(
    ("handler", "positions"),
    [
        ([MAP, STEP], "1=map 1, 2=branch 1[0], 3=branch 1[1], 2-1=step 1[0].1, 4=step 2"),
        ([STEP, MAP, MAP, STEP], "2=map 2, 4=branch 2[1], 5=map 3, 6=branch 3[0], 6-1=step 3[0].1, 8=step 4"),
        ([{"child": {"do": [MAP, STEP]}}, STEP], "1=child 1, 1-1=map 1.1, 1-2=branch 1.1[0], 1-4=step 1.2"),
        ([FLAT, STEP], "1=map 1, 3-1=child 1[1].1, 3-1-1=step 1[1].1.1, 4=step 2"),
        ([MAP, STEP], "1=map 1, 2=branch 1[0], 2-1=step 1[0].1, 3=step 2"),
        ([MAP, {"child": {"do": [STEP]}}], "1=map 1, 2=branch 1[0], 3=child 2, 3-1=step 2.1"),
    ],
    ids=["one map", "two maps", "in a child", "flat", "ended early", "and then a child"],
)  # fmt: skip
def test_branches_may_take_the_numbers_of_the_context_around(
    handler: list[dict[str, Any]], positions: str
) -> None:
    paths, said = {}, {}
    for each in positions.split(", "):
        position, _, what = each.partition("=")
        kind, path = what.split()
        hashed = hashlib.sha256(position.encode()).hexdigest()
        paths[hashed], said[hashed] = path, SAID[kind]
    identity = decode(_program(*handler), ENCLOSING, paths, said=said)
    assert {each: identity.path(each) for each in paths} == paths


EITHER: dict[str, Any] = {
    "if": {"$eval": "input.many"},
    "then": [{"map": {"items": [1, 2], "do": [STEP]}}],
    "else": [{"child": {"virtual": True, "do": [STEP, STEP]}}],
}


@pytest.mark.parametrize("sdk", ["python", "js"])
@pytest.mark.parametrize(
    ("said", "paths"),
    [({"1": Said("CONTEXT", "Map", None)}, ["1", "1[0]", "1[1]", "1[1].1"]), ({}, ["1.1", "1.2"])],
    ids=["map", "child"],
)
def test_what_a_position_is_said_to_be_tells_branches_from_operations(
    sdk: str, said: dict[str, Said], paths: list[str]
) -> None:
    ids = {operation_id(path, sdk): path for path in paths}
    identity = decode(
        _program(EITHER), SPOKEN[sdk], ids, said={operation_id(path, sdk): said[path] for path in said}
    )
    assert {each: identity.path(each) for each in ids} == ids


def test_a_position_that_can_only_be_a_batch_is_one_whatever_it_is_called() -> None:
    ids = {operation_id(path, "js") for path in ("3", "3[0]", "3[0].1")}
    assert {decode(RICH, SPOKEN["js"], ids).path(each) for each in ids} == {"3", "3[0]", "3[0].1"}


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (Said("STEP", "Step", "a"), {"a"}),
        (Said("STEP", "Step", "b"), {"b"}),
        (Said("CONTEXT", "RunInChildContext", "c"), {"c"}),
        (Said("CONTEXT", "RunInChildContext", None), {s.ABSENT}),
        (Said("CALLBACK", "Callback", "z"), {"a", "b", "c", s.ABSENT}),
    ],
    ids=["by name", "by the other name", "by type", "by having no name", "nothing fits"],
)
def test_a_place_has_what_fits_what_the_wire_says_of_it(said: Said, names: set[Any]) -> None:
    nameless = {"with_retry": {"retry": "none", "do": [STEP]}}
    last = {"if": {"$eval": "input.d"}, "then": [nameless], "else": [_named("b")]}
    inner = {
        "if": {"$eval": "input.c"},
        "then": [{"child": {"name": "c", "do": [STEP]}}],
        "else": [last],
    }
    program = _program({"if": {"$eval": "input.a"}, "then": [_named("a")], "else": [inner]})
    one = operation_id("1", "js")
    places = decode(program, SPOKEN["js"], {one}, said={one: said}).places
    assert {getattr(each.slot.statement, "name", None) for each in places[one].candidates} == names


def _named(name: str) -> dict[str, Any]:
    return {"step": {"name": name, "returns": 1}}

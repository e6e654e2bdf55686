"""Records: what is refused, with its line, and what a version is held to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.sdks import registry
from conformance.sdks.dialect import ITEMS, UNSTATED
from conformance.sdks.items import KINDS
from conformance.sdks.record_file import parse
from conformance.sdks.versions import Versions
from conformance.vocabulary import ErrorRole

GOOD = """\
sdk: mine
title: Mine
upstream: https://example.com/mine
dialect:
  ids-hash: {value: md5-16, versions: ">=1.0", source: https://example.com/a}
  nothing-returned:
    - {value: absent, versions: "<2", source: https://example.com/a}
    - {value: "null", versions: ">=2", source: https://example.com/b}
"""


def test_a_record_says_how_each_version_spells() -> None:
    record = parse(GOOD, "mine.yaml")
    assert record.dialect("1.5.0").nothing_returned == "absent"
    assert record.dialect("2.0.0").nothing_returned == "null"
    assert record.dialect("0.9") != UNSTATED
    assert record.dialect("0.9").ids_hash is None
    assert record.dialect("a checkout") == UNSTATED
    item = record.item("nothing-returned", "3.1.4")
    assert item is not None
    assert item.source == "https://example.com/b"


@pytest.mark.parametrize(
    ("line", "instead", "where", "said"),
    [
        ("  ids-hash:", "  ids-hush:", 5, "no 'ids-hush'"),
        ("md5-16", "md4-16", 5, "none of"),
        ('">=1.0"', '">>1.0"', 5, "no range"),
        ('">=2"', '">=1.5"', 6, "overlap"),
        ("https://example.com/a}\n  nothing", "somewhere}\n  nothing", 5, "https"),
        ("sdk: mine\n", "", 1, "lacks sdk"),
        ("title: Mine", "title: [Mine]", 2, "no text"),
        ("upstream: https", "upstream: http", 3, "https"),
        ("title: Mine", "title: Mine\ntitle: Mine", 3, "twice"),
        (", source: https://example.com/b}", "}", 8, "lacks source"),
        ("upstream:", "package: {registry: attic, name: mine}\nupstream:", 3, "no registry"),
        ("upstream:", "debugger: {arguments: [--wait]}\nupstream:", 3, "no argument has {port}"),
        ("upstream:", "debugger: {module: debugpy}\nupstream:", 3, "lacks arguments"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(line: str, instead: str, where: int, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(GOOD.replace(line, instead, 1), "mine.yaml")
    assert str(refused.value.where) == f"mine.yaml:{where}"
    assert said in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("batch-form", "{items: all, reason: all}", "fits no payload"),
        ("batch-form", "{result: error}", "fits no payload"),
        ("batch-form", '{status: ""}', "fits no payload"),
        ("batch-form", "{what: all}", "unknown: what"),
        ("batch-form", "{absent: maybe}", "null or omitted"),
        ("batch-form", "all", "no mapping"),
        ("error-classes", "{step-fails: StepError}", "unknown: step-fails"),
        ("error-messages", "{step-failed: 1}", "a sentence is text"),
        ("error-messages", "{fails: no}", "unknown: fails"),
        ("ids-branch-base", "true", "none of"),
        ("name-callback", "[a]", "no text"),
    ],
)
def test_a_value_that_an_item_can_not_have_is_refused(item: str, value: str, said: str) -> None:
    text = f'{GOOD}  {item}: {{value: {value}, versions: ">=1", source: https://example.com}}\n'
    with pytest.raises(UsageError, match=said):
        parse(text, "mine.yaml")


@pytest.mark.parametrize("text", ["", "[]", "{", "sdk: mine"])
def test_what_is_no_record_at_all_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text, "mine.yaml")


def test_every_item_is_known_by_one_name() -> None:
    assert {name.replace("-", "_") for name in KINDS} == set(ITEMS)


@pytest.mark.parametrize("sdk", registry.names())
def test_the_suites_own_records_are_good(sdk: str) -> None:
    record = registry.record(sdk)
    assert record is not None
    assert record.sdk == sdk
    assert all(item.source.startswith("https://github.com/") for item in record.items)


def test_a_record_that_came_with_the_subject_is_the_one_that_counts() -> None:
    assert registry.dialect("mine", "1.0") == UNSTATED
    assert registry.dialect("mine", "1.0", GOOD).ids_hash == "md5-16"
    assert registry.dialect("js", "2.4.0", GOOD).error_classes == {}


def test_an_sdks_own_sentence_says_its_roles_and_what_is_in_it() -> None:
    spoken = registry.dialect("js", "2.4.0")
    said = spoken.said("waitForCondition exceeded maximum attempts (3)")
    assert said is not None
    assert (said.roles, said.words) == ({ErrorRole.CONDITION_EXHAUSTED}, {"n": "3"})
    assert spoken.said("something else") is None


RANGES = st.sampled_from(["<2", ">=2", ">=1,<3", "==2.0.0", ">2", "<=2", "!=2", ">=3", "~=2.1"])


@given(RANGES, RANGES)
def test_ranges_overlap_where_a_release_is_in_both(one: str, other: str) -> None:
    both = Versions.parse(one), Versions.parse(other)
    shared = [
        release
        for release in ("0.1", "1.0", "1.9", "2", "2.0.1", "2.1", "2.5", "3", "3.1", "9")
        if all(each.hold(release) for each in both)
    ]
    assert both[0].overlap(both[1]) is both[1].overlap(both[0])
    if shared:
        assert both[0].overlap(both[1])


def test_a_pre_release_counts_as_the_release_it_is_named_after() -> None:
    assert Versions.parse(">=2.4").hold("2.4.0-beta.1")
    assert not Versions.parse(">=2.4").hold("main")

"""Places in findings are written and read back by one notation; versions by ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.verdict.known_versions import KnownVersions
from conformance.verdict.where import Where, join, open_indexes
from conformance.wire.recording import SubjectInfo

PATHS = st.sampled_from(["1", "1.2", "1[0].1", "?ab12", "2>1.1", "execution"])
FIELDS = st.sampled_from(["", "ParentId", "Error.ErrorType", "Payload.all[0].error", "Payload.a.b"])


@given(
    path=PATHS,
    type_=st.sampled_from(["STEP", "CHAINED_INVOKE"]),
    action=st.sampled_from(["START", "RETRY"]),
    occurrence=st.integers(1, 20),
    field=FIELDS,
)
def test_places_come_back_as_they_were(
    path: str, type_: str, action: str, occurrence: int, field: str
) -> None:
    where = Where(path, type_, action, occurrence, field)
    assert Where.parse(str(where)) == where


@pytest.mark.parametrize(
    "text", ["output.Result", "ids.branches", "invocation 1", "effect:handler/0/do/1", "request 3:1"]
)
def test_what_is_no_update_is_none(text: str) -> None:
    assert Where.parse(text) is None


def test_fields_with_their_indexes_left_open() -> None:
    assert (
        Where("1", "CONTEXT", "SUCCEED", field="Payload.all[10].error").field_class == "Payload.all[].error"
    )
    assert join("Payload", "all", 1, "error") == "Payload.all[1].error"
    assert join("", "Payload") == "Payload"


@pytest.mark.parametrize(
    ("range_", "version", "holds"),
    [
        (">=3.0.0,<3.1", "3.0.0", True),
        (">=3.0.0,<3.1", "3.0.12", True),
        (">=3.0.0,<3.1", "3.1", False),
        (">=3.0.0,<3.1", "3.1.0", False),
        (">=3.0.0,<3.1", "2.9.9", False),
        ("==2.4", "2.4.0", True),
        (">2.4", "2.4.0", False),
        ("<=2.4", "2.4.0", True),
        (">=2.4.0", "2.10.0", True),
        (">=2.4.0", "2.4.0+bundled", True),
        (">=2.4.0", "2.5.0-beta.1", True),
        (">=0", "checkout", False),
    ],
)
def test_ranges(range_: str, version: str, holds: bool) -> None:  # noqa: FBT001
    confirmed = {"==2.4": "2.4", ">2.4": "2.5", "<=2.4": "2.4"}.get(range_, "3.0")
    versions = KnownVersions.parse("python", range_, confirmed)
    assert versions.hold(SubjectInfo("x", "python", version)) is holds
    assert not versions.hold(SubjectInfo("x", "js", version))


@pytest.mark.parametrize(
    ("range_", "confirmed", "says"),
    [
        ("", "3.0", "is empty"),
        ("3.0", "3.0", "no range"),
        (">=3.x", "3.0", "no range"),
        ("*", "3.0", "no range"),
        (">=3.0", "next", "no release"),
        (">=3.0", "3.1.0b1", "no release"),
        (">=3.0", "2.9", "not in the range"),
        (">=3.0,<3.1", "3.1", "not in the range"),
    ],
)
def test_ranges_that_are_none(range_: str, confirmed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        KnownVersions.parse("python", range_, confirmed)


@pytest.mark.parametrize(
    ("version", "newer"),
    [
        ("3.0.0", False),
        ("3.0.0+local", False),
        ("3.0.1", True),
        ("3.1.0-next.2", True),
        ("2.9", False),
        ("4", False),
    ],
)
def test_what_is_newer_than_confirmed(version: str, newer: bool) -> None:  # noqa: FBT001
    versions = KnownVersions.parse("js", ">=3.0,<4", "3.0.0")
    assert versions.newer(SubjectInfo("x", "js", version)) is newer
    assert not versions.newer(SubjectInfo("x", "python", "3.5"))


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("invocation 3.Status", "invocation [].Status"),
        ("invocation 2:request 7.CheckpointToken", "invocation []:request [].CheckpointToken"),
        (
            "response 12.NewExecutionState.Operations[1].Name",
            "response [].NewExecutionState.Operations[].Name",
        ),
        ("Payload.all[2].result", "Payload.all[].result"),
        ("Error.ErrorMessage of request", "Error.ErrorMessage of request"),
    ],
)
def test_what_packing_and_load_decide_is_left_open(path: str, opened: str) -> None:
    assert open_indexes(path) == opened

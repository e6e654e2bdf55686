"""The released versions of an SDK, as its registry lists them, and what a range selects of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from conformance.errors import ConformanceError, UsageError
from conformance.sdks.versions import release
from conformance.subjects import registry
from conformance.subjects.subject import Subject

_RANGE = re.compile(r"(?P<sdk>[a-z][a-z0-9_-]*)@(?P<range>\*|[<>=!~].*)")

ALL = "*"


def number(version: str) -> Version:
    """What versions are sorted by: one that is not spelled as Python's counts as the release it is named for.

    One that does not begin with numbers, as that of a checkout may, comes last.
    """
    try:
        return Version(version)
    except InvalidVersion:
        return release(version) or Version("999999")


def released(sdk: str) -> tuple[str, ...]:
    """The versions that the registry has, less those that its record says are no SDK yet; the oldest first.

    Raises:
        UsageError: there is no such SDK.
        EnvironmentFault: the registry doesn't answer.
    """
    found = registry.sdk(sdk)
    every = registry.of(found).released(found)
    return tuple(sorted((one for one in every if found.package.releases.hold(one)), key=number))


def is_range(text: str) -> bool:
    """Whether a subject's text names versions by a range: `python@>=1.5,<3`, `js@*`."""
    return _RANGE.fullmatch(text) is not None


def within(text: str) -> tuple[Subject, ...]:
    """The subjects that a range of versions names, the oldest first.

    Raises:
        UsageError: it is no range, or there is no such version.
        EnvironmentFault: the registry doesn't answer.
    """
    sdk, wanted = _parsed(text)
    every = released(sdk)
    chosen = [one for one in every if wanted.contains(number(one), prereleases=True)]
    if not chosen:
        raise UsageError(f"{text!r}: no released version is in it", hint=f"released are {', '.join(every)}")
    return tuple(Subject(sdk, version=one) for one in chosen)


def holds(text: str, sdk: str, version: str) -> bool:
    """Whether a range names that version of that SDK.

    Raises:
        UsageError: it is no range.
    """
    own, wanted = _parsed(text)
    return own == sdk and wanted.contains(number(version), prereleases=True)


def _parsed(text: str) -> tuple[str, SpecifierSet]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no range of versions", hint="such as 'python@>=1.5,<3' or 'js@*'")
    try:
        return found["sdk"], SpecifierSet("" if found["range"] == ALL else found["range"])
    except InvalidSpecifier as error:
        raise UsageError(
            f"{text!r}: {found['range']!r} is no range of versions", hint="such as >=1.5,<3, or * for all"
        ) from error


def expanded(texts: Iterable[str]) -> tuple[tuple[Subject, ...], tuple[ConformanceError, ...]]:
    """The subjects that texts name, ranges among them, each once; and what keeps some from being known.

    Raises:
        UsageError: a text means nothing.
    """
    subjects: dict[str, Subject] = {}
    faults: list[ConformanceError] = []
    for text in texts:
        try:
            found = within(text) if is_range(text) else Subject.parse_all([text])
        except UsageError:
            raise
        except ConformanceError as error:
            faults.append(error)
            continue
        subjects |= {one.id: one for one in found}
    return tuple(subjects.values()), tuple(faults)


def every() -> tuple[str, ...]:
    """The texts that name all released versions of all SDKs that are offered."""
    return tuple(f"{sdk}@{ALL}" for sdk in registry.names())

"""Ranges of SDK versions, such as `>=3.0.0`, open at the end unless they say otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

_RELEASE = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Versions:
    """A range. A pre-release or a checkout counts as the release that it is named after."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Versions:
        """Read a range.

        Raises:
            ValueError: it is no list of operators and releases.
        """
        try:
            SpecifierSet(text)
        except InvalidSpecifier as error:
            raise ValueError(f"{text!r} is no range of versions, such as `>=2.1.0,<3`") from error
        return cls(text)

    @cached_property
    def _specifiers(self) -> SpecifierSet:
        return SpecifierSet(self.text)

    def hold(self, version: str) -> bool:
        """Whether a version is in the range; one that does not begin with numbers is in none."""
        return (found := release(version)) is not None and self._specifiers.contains(found)

    def overlap(self, other: Versions) -> bool:
        """Whether some release may be in both: tried at the bounds of both, and right beside them."""
        tried = [probe for each in (self, other) for probe in each.probes()]
        return any(self._specifiers.contains(one) and other._specifiers.contains(one) for one in tried)

    def probes(self) -> list[Version]:
        """Releases at which the range may begin or end, and ones right after and far before and beyond."""
        bounds = [Version(each.version.removesuffix(".*")) for each in self._specifiers]
        after = [Version(f"{bound}.0.0.1") for bound in bounds]
        return [Version("0"), *bounds, *after, Version("999999")]


def release(version: str) -> Version | None:
    """The release that a version is, or is named after; None where it does not begin with numbers."""
    hit = _RELEASE.match(version)
    return None if hit is None else Version(hit[0])

"""Which versions of one SDK an entry of the ledger is about, and the newest one that it was seen in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

if TYPE_CHECKING:
    from conformance.wire.recording import SubjectInfo

_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def release(text: str) -> Version | None:
    """The release that a version is; a pre-release or a checkout counts as the one that it is named after.

    npm's and PyPI's pre-releases are spelled differently, so only the numbers in front are read. None for a
    version that does not begin with numbers.
    """
    hit = _RELEASE.match(text)
    return Version(hit[0]) if hit else None


@dataclass(frozen=True)
class Versions:
    """A range of one SDK's versions, mostly open at the end, and the newest version that was looked at."""

    sdk: str
    range: SpecifierSet
    confirmed: Version

    @classmethod
    def parse(cls, sdk: str, text: str, confirmed: str) -> Versions:
        """Read a range, such as `>=2.0.0`, and the version up to which it is known to hold.

        Raises:
            ValueError: one is no range, the other no version, or the version is not in the range.
        """
        try:
            range_ = SpecifierSet(text)
        except InvalidSpecifier as error:
            raise ValueError(f"{text!r} is no range of versions") from error
        if not text.strip():
            raise ValueError("a range of versions is empty")
        if not _RELEASE.fullmatch(confirmed):
            raise ValueError(f"confirmed is {confirmed!r}, which is no release")
        version = Version(confirmed)
        if version not in range_:
            raise ValueError(f"confirmed is {confirmed}, which is not in the range {text!r}")
        return cls(sdk, range_, version)

    def hold(self, info: SubjectInfo) -> bool:
        """Whether a subject is of this SDK, at a version in the range."""
        version = release(info.version)
        return info.sdk == self.sdk and version is not None and version in self.range

    def newer(self, info: SubjectInfo) -> bool:
        """Whether a subject is of this SDK, in the range, at a version that nobody has confirmed yet."""
        version = release(info.version)
        return self.hold(info) and version is not None and version > self.confirmed

    def __str__(self) -> str:
        """Write SDK and range."""
        return f"{self.sdk} {self.range}"

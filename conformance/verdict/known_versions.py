"""Which versions of one SDK an entry of the ledger is about, and the newest one that it was seen in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.sdks.versions import Versions, release

if TYPE_CHECKING:
    from packaging.version import Version

    from conformance.wire.recording import SubjectInfo


@dataclass(frozen=True)
class KnownVersions:
    """A range of one SDK's versions, mostly open at the end, and the newest version that was looked at."""

    sdk: str
    range: Versions
    confirmed: Version

    @classmethod
    def parse(cls, sdk: str, text: str, confirmed: str) -> KnownVersions:
        """Read a range, such as `>=2.0.0`, and the version up to which it is known to hold.

        Raises:
            ValueError: one is no range, the other no release, or the release is not in the range.
        """
        range_ = Versions.parse(text)
        if not text.strip():
            raise ValueError("a range of versions is empty")
        version = release(confirmed)
        if version is None or str(version) != confirmed:
            raise ValueError(f"confirmed is {confirmed!r}, which is no release")
        if not range_.hold(confirmed):
            raise ValueError(f"confirmed is {confirmed}, which is not in the range {text!r}")
        return cls(sdk, range_, version)

    def hold(self, info: SubjectInfo) -> bool:
        """Whether a subject is of this SDK, at a version in the range."""
        return info.sdk == self.sdk and self.range.hold(info.version)

    def newer(self, info: SubjectInfo) -> bool:
        """Whether a subject is of this SDK, in the range, at a version that nobody has confirmed yet."""
        version = release(info.version)
        return self.hold(info) and version is not None and version > self.confirmed

    def __str__(self) -> str:
        """Write SDK and range."""
        return f"{self.sdk} {self.range.text}"

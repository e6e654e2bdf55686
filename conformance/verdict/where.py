"""Where a finding points: typed path, update and field, as `1.2:STEP.RETRY#2.Error.ErrorType`.

The same notation is read back by the ledger, so it is made and parsed here only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_TEXT = re.compile(
    r"(?P<path>[^:]+):(?P<type>[A-Z_]+)\.(?P<action>[A-Z]+)(?:#(?P<occurrence>\d+))?(?:\.(?P<field>.+))?"
)
_NUMBER = re.compile(r"\b(invocation|request|response) \d+")
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Where:
    """An update's field, nested as `Payload.all[0].status`; empty where the update as such is meant."""

    path: str
    type: str
    action: str
    occurrence: int = 1
    field: str = ""

    @classmethod
    def parse(cls, text: str) -> Where | None:
        """Read the notation; None for a finding that is about something else than an update."""
        hit = _TEXT.fullmatch(text)
        if hit is None:
            return None
        return cls(hit["path"], hit["type"], hit["action"], int(hit["occurrence"] or 1), hit["field"] or "")

    def __str__(self) -> str:
        """Write the notation."""
        again = f"#{self.occurrence}" if self.occurrence > 1 else ""
        field = f".{self.field}" if self.field else ""
        return f"{self.path}:{self.type}.{self.action}{again}{field}"

    def at(self, field: str) -> Where:
        """Give a field of the same update."""
        return replace(self, field=field)

    @property
    def field_class(self) -> str:
        """The field with list indexes left open: `Payload.all[].status`."""
        return open_indexes(self.field)


def open_indexes(field: str) -> str:
    """Leave list indexes open, and the numbers of invocations, requests and answers: `invocation [].Status`.

    Which request carries an update is decided by how an SDK packs them, and so by the machine's load.
    """
    return _NUMBER.sub(r"\1 []", _INDEX.sub("[]", field))


def join(field: str, *members: str | int) -> str:
    """Go down from a field: names with a dot, list indexes in brackets."""
    for member in members:
        field += f"[{member}]" if isinstance(member, int) else f".{member}" if field else member
    return field

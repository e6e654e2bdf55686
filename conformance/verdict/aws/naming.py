"""What stands for the ids of one run in what AWS's matcher says: paths and numbers, the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.wire.identity import Identity

if TYPE_CHECKING:
    from conformance.verdict.finding import Finding
    from conformance.wire.recording import Recording
    from conformance.wire.stream import Stream


@dataclass(frozen=True)
class Naming:
    """Names of one recording's ids: callbacks, executions and requests by themselves, operations by path."""

    names: Mapping[str, str]
    identity: Identity | None

    @classmethod
    def of(cls, recording: Recording, stream: Stream) -> Naming:
        """Those that a recording has."""
        names = {one.request_id: f"<request {one.number}>" for one in recording.invocations}
        for number, execution in enumerate(recording.executions, 1):
            names[execution.arn] = "<execution>" if number == 1 else f"<execution {number}>"
            identity = stream.identities.get(execution.arn)
            for event in execution.history:
                callback = (event.get("CallbackStartedDetails") or {}).get("CallbackId")
                if isinstance(callback, str) and identity is not None:
                    names[callback] = f"<callback of {identity.path(str(event.get('Id')))}>"
        longest_first = sorted(names, key=lambda each: (-len(each), each))
        return cls({each: names[each] for each in longest_first}, stream.identities.get(stream.main))

    def finding(self, finding: Finding) -> Finding:
        """A finding with names in place of ids."""
        return replace(
            finding,
            seen=self.value(finding.seen),
            wanted=self.value(finding.wanted),
            message=self.text(finding.message),
        )

    def value(self, value: Any) -> Any:
        """A JSON value with names in place of ids, wherever a text has one."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(item) for item in value]
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case _:
                return value

    def text(self, text: str) -> str:
        """A text with names in place of ids."""
        for each, name in self.names.items():
            text = text.replace(each, name)
        return self.identity.named(text) if self.identity else text

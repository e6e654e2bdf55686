"""A function of a SAM template: which handler it is, with what around it, and what it is there for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import Location, UsageError


@dataclass(frozen=True)
class Function:
    """One function as it would be deployed.

    `requirements` are ids of AWS's; `lacks` are those that its SDK is said not to do, each with the reason.
    `timeout` is how many seconds an execution may take, None where the function is not durable.
    """

    name: str
    handler: str
    runtime: str
    code: Path | None  # the template's CodeUri, as a path
    variables: Mapping[str, str]
    timeout: int | None
    memory: int
    json_logs: bool
    requirements: tuple[str, ...]
    lacks: Mapping[str, str]
    where: Location

    @property
    def module(self) -> str:
        """The handler's file as a path without its ending, by its text alone."""
        return self.handler.rpartition(".")[0].replace(".", "/")

    def root(self) -> Path:
        """The directory that the handler's file lies below.

        It is the template's CodeUri where that has been built, or what Maven builds there; a checkout has the
        same files in `handlers/`.

        Raises:
            UsageError: the handler's file is in none of them.
        """
        beside = Path(self.where.file).parent
        given = [self.code, self.code / "target" / "classes"] if self.code else []
        places = [*given, beside / "handlers", beside]
        for place in places:
            if (place / self.module).is_dir() or any(place.glob(f"{self.module}.*")):
                return place
        raise UsageError(
            f"no file of the handler {self.handler} below {', '.join(map(str, places))}",
            where=self.where,
            hint="build the handlers as their repository says, or name the directory that has them",
        )

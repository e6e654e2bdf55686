"""The processes of one run: each function of the template is one of its own, as in Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import EnvironmentFault, UsageError
from conformance.handlers.function import Function
from conformance.subjects.pool import Pool
from conformance.subjects.usage import Usage

if TYPE_CHECKING:
    from conformance.subjects.event import Answer, Event
    from conformance.subjects.install import Installed
    from conformance.subjects.launching import Launcher
    from conformance.subjects.spawner import Running
    from conformance.subjects.starting import Starter


@dataclass(frozen=True)
class Surroundings:
    """What all processes of a run have around them: what starts them, and where the services are."""

    installed: Installed
    starter: Starter
    gateway: str
    lab: str
    tables: str

    def environment(self, function: Function) -> dict[str, str]:
        """What Lambda tells a process about the function that it is, and the function's own variables.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        return {
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_FORMAT": "JSON" if function.json_logs else "Text",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "LAMBDA_TASK_ROOT": str(function.root().resolve()),
            "_HANDLER": function.handler,
            "AWS_ENDPOINT_URL_DYNAMODB": self.tables,
            **function.variables,
        }


@dataclass
class Processes:
    """A pool for every function that is called, made when it is; what is called is told by the event.

    Attributes:
        lines: what the processes of the function `main` wrote, in the order of its invocations.
    """

    main: Function
    functions: Mapping[str, Function]
    surroundings: Surroundings
    lines: list[str] = field(default_factory=list)
    _pools: dict[str, Pool] = field(default_factory=dict)

    async def invoke(self, event: Event) -> Answer:
        """Have a process of the function handle an event, to whatever end.

        Raises:
            EnvironmentFault: a process can't start, as where its handler is not there or can't be imported.
        """
        name = event.function_arn.split(":")[6]
        if name not in self._pools:
            try:
                self._pools[name] = self._pool(self.functions[name])
            except UsageError as error:
                raise EnvironmentFault(error.message, where=error.where, hint=error.hint) from error
        answer = await self._pools[name].invoke(event)
        if name == self.main.name:
            self.lines += answer.stderr.splitlines()
        return answer

    def usage(self, request_id: str) -> Usage | None:
        """What the process has had of the machine that handles that request; None while none does."""
        return next((had for one in self._pools.values() if (had := one.usage(request_id)) is not None), None)

    async def close(self) -> None:
        """End every process."""
        for pool in self._pools.values():
            await pool.close()

    def _pool(self, function: Function) -> Pool:
        around = self.surroundings
        starter = _As(around.starter, around.environment(function))
        return Pool(around.installed, around.gateway, around.lab, own=starter)


@dataclass(frozen=True)
class _As:
    """Starts processes of one function by what starts those of all: to be closed by whoever made that."""

    starter: Starter
    own: Mapping[str, str]

    @property
    def launcher(self) -> Launcher:
        return self.starter.launcher

    async def start(self, cwd: Path, own: Mapping[str, str], output: int) -> Running:
        return await self.starter.start(cwd, {**self.own, **own}, output)

    async def close(self) -> None:
        """There is nothing of its own."""

"""The lab: everything that a run needs around a subject, on one event loop.

    async with Lab() as lab:
        pool = Pool(installed, lab.gateway_url, lab.url)
        recording = await lab.run(scenario, installed.info, pool)

Runs may be concurrent; they share the two servers and nothing else.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from aiohttp import web

from conformance.errors import EnvironmentFault
from conformance.lab.emulator import silence
from conformance.lab.gateway import Gateway
from conformance.lab.invoker import Invoker
from conformance.lab.machine import slowness
from conformance.lab.run import Run
from conformance.lab.side_channel import SideChannel
from conformance.protocol.messages import Hello
from conformance.scenario.model import Scenario
from conformance.scenario.program import MAIN
from conformance.wire.recording import Handover, Recording, SubjectInfo

HOST = "127.0.0.1"
BACKLOG = 512
Delays = Callable[[], float]
"""How many real seconds the gateway holds a request before it serves it; asked once a request."""


class Lab:
    """The servers, and the runs that are under way."""

    def __init__(self, *, limits: bool = True) -> None:
        """Nothing is started yet. Without limits a subject may stand still for as long as it likes."""
        self._runs: list[Run] = []
        self._servers: list[web.ServerRunner] = []
        self._slowness = slowness() if limits else math.inf
        self._side_channel = SideChannel(self._runs_of)
        self.gateway_url = ""
        self.url = ""

    async def __aenter__(self) -> Self:
        """Start both servers, each on a free port of the loopback interface."""
        silence()
        self.gateway_url = await self._serve(Gateway(self._run_of, lambda: self._runs).handle)
        self.url = await self._serve(self._side_channel.handle)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop them."""
        for server in self._servers:
            await server.cleanup()

    async def run(  # noqa: PLR0913 - what a run is made of
        self,
        scenario: Scenario,
        subject: SubjectInfo,
        pool: Invoker,
        delays: Delays | None = None,
        *,
        hold_each: bool = False,
        function: str = MAIN,
        handover: Handover | None = None,
    ) -> Recording:
        """Run a scenario with the subject whose processes are in `pool`, as the function of that name.

        With `handover` another one takes the run over, and `pool` is a `Relay` of both.

        Raises:
            EnvironmentFault: The suite itself could not do its part, such as starting a process.
        """
        run = Run(
            scenario,
            subject,
            pool,
            delays,
            self._slowness,
            hold_each=hold_each,
            function=function,
            handover=handover,
        )
        with self.hosting(run):
            if (hello := self.hello(subject.id)) is not None:
                run.admits(hello)
            return await run.record()

    @contextmanager
    def hosting(self, run: Run) -> Iterator[None]:
        """Let requests about a run find it."""
        self._runs.append(run)
        try:
            yield
        finally:
            self._runs.remove(run)

    def hello(self, subject: str) -> Hello | None:
        """What a subject's harness has said of itself; None before its first process has started."""
        return self._side_channel.hellos.get(subject)

    async def serve(self, url: str, listening: socket.socket) -> None:
        """Serve at another socket too, of another network's loopback, what one of the URLs stands for."""
        server = self._servers[(self.gateway_url, self.url).index(url)]
        await web.SockSite(server, listening).start()

    async def _serve(self, handle: Callable[[web.BaseRequest], object]) -> str:
        server = web.ServerRunner(web.Server(handle, access_log=None), access_log=None, shutdown_timeout=0.1)  # type: ignore[arg-type]
        self._servers.append(server)
        try:
            await server.setup()
            await web.TCPSite(server, HOST, 0, backlog=BACKLOG).start()
        except OSError as error:
            raise EnvironmentFault(f"no server can be started on {HOST}: {error}") from error
        return f"http://{HOST}:{server.addresses[0][1]}"

    def _run_of(self, arn: str) -> Run | None:
        return next((run for run in self._runs if arn in run.arns), None)

    def _runs_of(self, subject: str) -> list[Run]:
        return [run for run in self._runs if subject in run.subjects]

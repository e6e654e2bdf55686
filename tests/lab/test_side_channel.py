"""The side channel: programs, bodies and holds, effects, crashes, reports."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conformance.lab import bodies
from conformance.wire.recording import Outcome, Recording, ReportKind
from tests.lab.fake import PENDING, Code, Died, Handler, run, succeeded, update, wait

A, B = "handler/0", "handler/1"


def step(name: str, *bodies: dict[str, Any]) -> dict[str, Any]:
    return {"step": {"name": name, "attempts": list(bodies)}}


def test_a_harness_is_given_its_function_and_the_number_of_the_invocation() -> None:
    async def asks(handler: Handler) -> Any:
        status, program = await handler.tell("program")
        assert status == 200
        if "w" not in handler.operations:
            await handler.checkpoint(wait("w", 1))
            return PENDING
        return succeeded(
            [program["function"], program["durable"], program["invocation"], program["statements"]]
        )

    recording = run(asks, handler=[{"return": 1}])
    assert json.loads(recording.executions[0].result or "") == [
        "scenario",
        True,
        2,
        [{"op": "return", "at": "handler/0", "value": ["const", 1]}],
    ]
    assert recording.instrumented


def test_bodies_are_counted_over_crashes() -> None:
    async def counts(handler: Handler) -> Any:
        number = await handler.body(A)
        if number < 3:
            raise Died
        await handler.ended(A, 1)
        return succeeded(number)

    recording = run(counts, handler=[step("a", {"returns": 1})])
    assert recording.executions[0].result == "3"
    assert [(effect.event, effect.run, effect.invocation) for effect in recording.effects] == [
        ("start", 1, 1),
        ("start", 2, 2),
        ("start", 3, 3),
        ("end", 1, 3),
    ]


def held(state: str | None = None, attempt: int | None = None) -> list[dict[str, Any]]:
    after: dict[str, Any] = {"op": "a"}
    after |= {} if state is None else {"is": state}
    after |= {} if attempt is None else {"attempt": attempt}
    return [step("a", {"returns": 1}), step("b", {"returns": 2, "after": after})]


def first_a_then_b(state: str = "ended") -> Code:
    """Begins b at once, and a while b is held; goes on with a once b runs, where that is due by then."""

    async def code(handler: Handler) -> Any:
        order: list[str] = []
        runs = asyncio.Event()

        async def b() -> None:
            assert await handler.body(B)
            order.append("b")
            runs.set()
            await handler.ended(B, 2)

        async def until(due: str) -> None:
            await (runs.wait() if state == due else asyncio.sleep(0.1))

        holding = asyncio.create_task(b())
        await until("")
        order.append("a begins")
        assert await handler.body(A)
        await until("running")
        order.append("a ends")
        await handler.ended(A, 1)
        await until("ended")
        order.append("a checkpoints")
        await handler.checkpoint(update("STEP", "START", "a"), update("STEP", "SUCCEED", "a"))
        await holding
        return succeeded(order)

    return code


def order(recording: Recording) -> Any:
    assert recording.complete, recording.reports
    return json.loads(recording.executions[0].result or "")


def test_a_body_is_held_until_another_has_ended() -> None:
    recording = run(first_a_then_b(), handler=held())
    assert order(recording) == ["a begins", "a ends", "b", "a checkpoints"]
    assert 0.18 < recording.held_seconds <= recording.seconds


def test_a_body_is_held_until_another_runs() -> None:
    told = order(run(first_a_then_b("running"), handler=held("running")))
    assert told == ["a begins", "b", "a ends", "a checkpoints"]


def test_a_body_is_held_until_another_is_checkpointed() -> None:
    assert order(run(first_a_then_b("checkpointed"), handler=held("checkpointed"))) == [
        "a begins",
        "a ends",
        "a checkpoints",
        "b",
    ]


def test_a_held_body_runs_to_those_that_wait_for_it() -> None:
    both = [
        step("a", {"returns": 1, "after": {"op": "b", "is": "checkpointed"}}),
        step("b", {"returns": 2, "after": {"op": "a", "is": "running"}}),
    ]

    async def a_waits_for_b(handler: Handler) -> Any:
        holding = asyncio.create_task(handler.body(A))
        await asyncio.sleep(0.05)
        assert await handler.body(B)
        await handler.ended(B, 2)
        await handler.checkpoint(update("STEP", "START", "b"), update("STEP", "SUCCEED", "b"))
        return succeeded([bool(await holding)])

    assert order(run(a_waits_for_b, handler=both)) == [True]


async def only_b(handler: Handler) -> Any:
    if "w" not in handler.operations:
        await handler.checkpoint(wait("w", 1))
    status, answer = await handler.tell("bodies", at=B, indexes=[], kind="step", attempt=1)
    return succeeded([status, answer])


def test_a_hold_that_can_not_come_true_is_refused_and_reported_by_name() -> None:
    recording = run(only_b, handler=held(), limit=20)
    status, answer = json.loads(recording.executions[0].result or "")
    assert status == 409
    assert "handler/1" in answer["error"]
    (report,) = recording.reports
    assert report.kind is ReportKind.LAB
    assert "handler/1" in report.message
    assert "'a'" in report.message
    assert recording.seconds < 8


def test_a_crash_after_a_start_that_never_is_applied_is_refused_and_reported_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "UNTAKEN_SECONDS", 0.2)

    async def crashes(handler: Handler) -> Any:
        await handler.body(A)
        status, answer = await handler.tell("crash", at=A, indexes=[], when="started")
        return succeeded([status, answer["error"]])

    recording = run(crashes, handler=[step("a", {"crashes": {"after": "started"}})])
    status, error = json.loads(recording.executions[0].result or "")
    assert (status, error) == (409, "the body at handler/0 is to crash once its START was applied")
    (report,) = recording.reports
    assert (report.kind, report.at, report.message) == (ReportKind.LAB, A, f"{error}, which it never is")


async def a_then_b(handler: Handler) -> Any:
    """Checkpoints a at its first attempt, then begins b."""
    await handler.checkpoint(update("STEP", "START", "a"), update("STEP", "SUCCEED", "a"))
    status, _ = await handler.tell("bodies", at=B, indexes=[], kind="step", attempt=1)
    return succeeded(status)


@pytest.mark.parametrize(("attempt", "status"), [(1, 200), (2, 409)])
def test_an_attempt_that_an_ended_step_never_made_can_not_come_true(attempt: int, status: int) -> None:
    recording = run(a_then_b, handler=held("checkpointed", attempt), limit=20)
    assert json.loads(recording.executions[0].result or "") == status
    assert len(recording.reports) == (status == 409)


def test_a_hold_may_wait_for_a_timer_that_nobody_polls_for() -> None:
    handler = [{"wait": {"name": "w", "seconds": 1}}, step("b", {"returns": 2, "after": "w"})]
    recording = run(only_b, handler=handler)
    assert json.loads(recording.executions[0].result or "") == [200, {"run": 1}]
    assert 1.9 < recording.held_seconds < 3.5
    assert not recording.reports


def test_a_hold_may_wait_for_a_chained_invoke() -> None:
    async def caller(handler: Handler) -> Any:
        if handler.function == "echo":
            return {"x": 1}
        options = {"ChainedInvokeOptions": {"FunctionName": "echo"}}
        await handler.checkpoint(update("CHAINED_INVOKE", "START", "i", **options))
        return succeeded(await handler.body(B))

    handler = [{"invoke": {"name": "i", "function": "echo"}}, step("b", {"returns": 2, "after": "i"})]
    recording = run(caller, handler=handler, functions={"echo": {"durable": False, "handler": []}})
    assert order(recording) == 1
    assert not recording.reports
    assert recording.seconds < 2


def test_effects_that_arrive_late_are_put_where_they_belong() -> None:
    async def late(handler: Handler) -> Any:
        for number, at in ((2, "handler/1"), (1, "handler/0"), (3, "handler/2")):
            await handler.tell(
                "effects",
                number=number,
                at=at,
                indexes=[0],
                kind="branch",
                event="start",
                attempt=None,
                run=1,
            )
        return succeeded()

    recording = run(late)
    assert [effect.at for effect in recording.effects] == ["handler/0", "handler/1", "handler/2"]
    seqs = [effect.seq for effect in recording.effects]
    assert seqs == sorted(seqs)


@pytest.mark.parametrize("crash", [{"when": "started"}, {}], ids=["started", "true"])
def test_a_crash_waits_until_the_own_start_was_applied_and_the_gateway_is_quiet(
    crash: dict[str, Any],
) -> None:
    async def crashes(handler: Handler) -> Any:
        if await handler.body(A) > 1:
            return succeeded(handler.status("a"))

        async def start() -> None:
            await asyncio.sleep(2 * bodies.QUIET_SECONDS)
            await handler.checkpoint(update("STEP", "START", "a"))

        starting = asyncio.create_task(start())
        await handler.tell("crash", at=A, indexes=[], **crash)
        assert starting.done()
        raise Died

    recording = run(crashes, handler=[step("a", {"crashes": {"after": "started"}}, {"returns": 1})])
    assert recording.executions[0].result == '"STARTED"'
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]


def test_a_crash_happens_though_the_service_never_took_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "UNTAKEN_SECONDS", 0.2)

    async def crashes(handler: Handler) -> Any:
        if await handler.body(A) > 1:
            return succeeded(handler.status("a"))
        await handler.tell("crash", at=A, indexes=[])
        raise Died

    recording = run(crashes, handler=[step("a", {"crashes": True}, {"returns": 1})])
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]
    assert recording.reports == ()


def test_what_a_harness_can_not_do_ends_the_run_at_once() -> None:
    async def unsupported(handler: Handler) -> Any:
        await handler.tell("reports", kind="unsupported", message="no virtual contexts", at=A)
        await asyncio.Event().wait()

    recording = run(unsupported)
    assert not recording.complete
    (report,) = recording.reports
    assert (report.kind, report.message, report.at) == (ReportKind.UNSUPPORTED, "no virtual contexts", A)
    assert recording.invocations[0].outcome is Outcome.EXIT
    assert recording.seconds < 2


def test_nonsense_is_refused() -> None:
    async def nonsense(handler: Handler) -> Any:
        answers = [await handler.tell("bodies", kind=1), await handler.tell("nothing", at=A)]
        async with handler.session.get(f"{handler.lab.url}/invocations/x/program") as response:
            answers.append((response.status, None))
        return succeeded([status for status, _ in answers])

    assert order(run(nonsense)) == [400, 404, 404]


@pytest.mark.parametrize("channel", ["gateway", "side channel"])
def test_who_dies_in_the_middle_of_a_request_has_said_nothing(
    channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def dies(handler: Handler) -> Any:
        url = handler.lab.gateway_url if channel == "gateway" else handler.lab.url
        path = f"/invocations/{handler.event.request_id}/effects"
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(f"POST {path} HTTP/1.1\r\nHost: lab\r\nContent-Length: 99\r\n\r\n{{".encode())
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.sleep(0.05)
        return succeeded(1)

    recording = run(dies, handler=[{"return": 1}])
    assert recording.executions[0].result == "1"
    assert (recording.effects, caplog.records) == ((), [])

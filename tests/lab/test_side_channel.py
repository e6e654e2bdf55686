"""The side channel: programs, bodies and holds, effects, crashes, reports."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conformance.lab import bodies, side_channel
from conformance.lab.recorder import MOST_DROPPED
from conformance.protocol.features import FEATURES
from conformance.scenario.trees import compiled
from conformance.wire.recording import Outcome, Recording, ReportKind
from tests.lab.fake import (
    FAKE,
    PENDING,
    Bench,
    Code,
    Died,
    Fake,
    Handler,
    run,
    scenario,
    subject_url,
    succeeded,
    update,
    wait,
)

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
        ("end", 3, 3),
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
    status, answer = await handler.tell("turns", at=B, indexes=[], kind="step", attempt=1)
    return succeeded([status, answer])


def test_a_hold_that_can_not_come_true_is_reported_by_name_and_ends_the_run() -> None:
    recording = run(only_b, handler=held(), limit=20)
    assert not recording.complete
    assert recording.invocations[0].outcome is Outcome.EXIT
    (report,) = recording.reports
    assert report.kind is ReportKind.LAB
    assert "handler/1" in report.message
    assert "'a'" in report.message
    assert recording.seconds < 8


def test_a_crash_after_a_start_that_never_is_applied_is_reported_by_name_and_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "UNTAKEN_SECONDS", 0.2)

    async def crashes(handler: Handler) -> Any:
        await handler.body(A)
        await handler.ended(A, 1)
        return succeeded("it lives")

    recording = run(crashes, handler=[step("a", {"crashes": {"after": "started"}})])
    assert not recording.complete
    assert recording.executions[0].result is None
    (report,) = recording.reports
    message = "the body at handler/0 is to crash once its START was applied, which it never is"
    assert (report.kind, report.at, report.message) == (ReportKind.LAB, A, message)


async def a_then_b(handler: Handler) -> Any:
    """Checkpoints a at its first attempt, then begins b."""
    await handler.checkpoint(update("STEP", "START", "a"), update("STEP", "SUCCEED", "a"))
    status, _ = await handler.tell("turns", at=B, indexes=[], kind="step", attempt=1)
    return succeeded(status)


@pytest.mark.parametrize(("attempt", "comes"), [(1, True), (2, False)])
def test_an_attempt_that_an_ended_step_never_made_can_not_come_true(attempt: int, *, comes: bool) -> None:
    recording = run(a_then_b, handler=held("checkpointed", attempt), limit=20)
    assert recording.executions[0].result == ("200" if comes else None)
    assert len(recording.reports) == (not comes)


def test_a_hold_may_wait_for_a_timer_that_nobody_polls_for() -> None:
    handler = [{"wait": {"name": "w", "seconds": 1}}, step("b", {"returns": 2, "after": "w"})]
    recording = run(only_b, handler=handler)
    assert json.loads(recording.executions[0].result or "") == [200, {"run": 1, "returns": compiled(2)}]
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
            )
        return succeeded()

    recording = run(late)
    assert [effect.at for effect in recording.effects] == ["handler/0", "handler/1", "handler/2"]
    seqs = [effect.seq for effect in recording.effects]
    assert seqs == sorted(seqs)


@pytest.mark.parametrize("crash", [{"after": "started"}, True], ids=["started", "true"])
def test_a_crash_waits_until_the_own_start_was_applied_and_the_gateway_is_quiet(crash: Any) -> None:
    async def crashes(handler: Handler) -> Any:
        if await handler.body(A) > 1:
            return succeeded(handler.status("a"))

        async def start() -> None:
            await asyncio.sleep(2 * bodies.QUIET_SECONDS)
            await handler.checkpoint(update("STEP", "START", "a"))

        starting = asyncio.create_task(start())
        await handler.ended(A, 1)
        return succeeded(["it lives", starting.done()])

    recording = run(crashes, handler=[step("a", {"crashes": crash}, {"returns": 1})])
    assert recording.executions[0].result == '"STARTED"'
    assert [invocation.outcome for invocation in recording.invocations] == [Outcome.EXIT, Outcome.RESPONSE]


def test_a_crash_happens_though_the_service_never_took_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "UNTAKEN_SECONDS", 0.2)

    async def crashes(handler: Handler) -> Any:
        if await handler.body(A) > 1:
            return succeeded(handler.status("a"))
        await handler.ended(A, 1)
        return succeeded("it lives")

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


@pytest.mark.parametrize(
    ("what", "message", "said"),
    [
        ("turns", {"kind": 1}, "Expected `str`, got `int` - at `$.kind`"),
        ("turns", {"at": A, "indexes": [-1], "kind": "step"}, ">= 0 - at `$.indexes[0]`"),
        ("turns", {"at": A, "indexes": [], "kind": "dance"}, "Invalid enum value 'dance' - at `$.kind`"),
        ("turns", {"at": A, "indexes": [], "kind": "step"}, "no statement at handler/0 has a body"),
        ("turns", {"at": A, "indexes": [], "kind": "step", "more": 1}, "unknown field `more`"),
        ("effects", {"number": 0, "at": A, "indexes": [], "kind": "note", "event": "start"}, ">= 1"),
        (
            "effects",
            {"number": 1, "at": A, "indexes": [], "kind": "note", "event": "end"},
            "a note has no end",
        ),
        ("effects", {"number": 1, "at": A, "indexes": [], "kind": "step", "event": "start"}, "only end"),
        ("reports", {"kind": "lab", "message": "m"}, "Invalid enum value 'lab'"),
    ],
)
def test_what_the_protocol_forbids_is_named_at_once_and_ends_the_run(
    what: str, message: dict[str, Any], said: str
) -> None:
    async def forbidden(handler: Handler) -> Any:
        await handler.tell(what, **message)
        await asyncio.Event().wait()

    recording = run(forbidden, handler=[{"note": 1}])
    assert not recording.complete
    (report,) = recording.reports
    assert report.kind is ReportKind.HARNESS
    assert report.message.startswith(f"the harness breaks the protocol: {what}: ")
    assert said in report.message
    assert recording.seconds < 2


def test_what_breaks_the_protocol_costs_its_own_scenario_alone() -> None:
    async def both() -> tuple[Recording, Recording]:
        async with Bench() as bench:
            await bench.hello()
            held, free = asyncio.Event(), asyncio.Event()

            async def sound(_handler: Handler) -> Any:
                held.set()
                await free.wait()
                return succeeded(1)

            running = asyncio.create_task(bench.run(sound))
            await held.wait()

            async def breaks(handler: Handler) -> Any:
                await handler.tell("effects", nonsense=1)
                await asyncio.Event().wait()

            broken = await bench.run(breaks)
            free.set()
            return broken, await running

    broken, sound = asyncio.run(both())
    assert not broken.complete
    assert (sound.complete, sound.reports) == (True, ())


def test_a_message_that_is_too_large_is_not_read_and_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_channel, "MOST_BYTES", 1000)

    async def floods(handler: Handler) -> Any:
        status, _ = await handler.tell("reports", kind="harness", message="m" * 2000)
        assert status == 413
        await asyncio.Event().wait()

    (report,) = run(floods).reports
    assert report.kind is ReportKind.HARNESS
    assert report.message.endswith("reports: a message of more than 1000 bytes")


def test_effects_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_EFFECTS", 3)

    async def floods(handler: Handler) -> Any:
        for number in range(1, 6):
            await handler.tell(
                "effects", number=number, at="handler", indexes=[], kind="note", event="start", detail=1
            )
        await asyncio.Event().wait()

    recording = run(floods)
    assert len(recording.effects) == 3
    assert recording.reports[0].message.endswith("effects: more than 3 in one run")


def test_paths_that_are_not_there_are_not_found() -> None:
    async def lost(handler: Handler) -> Any:
        answers = [(await handler.tell("nothing", at=A))[0]]
        for url in ("", "/x", "/invocations/x/program", "/subjects/fake/x", "/subjects/fake"):
            async with handler.session.get(f"{handler.lab.url}{url}") as response:
                answers.append(response.status)
        return succeeded(answers)

    assert order(run(lost)) == [404] * 6


def test_what_is_said_of_an_invocation_that_has_ended_is_dropped_and_noted() -> None:
    told: list[Handler] = []

    async def runs_on(handler: Handler) -> Any:
        if not told:
            told.append(handler)
            await handler.checkpoint(wait("w", 1))
            return PENDING
        status, _ = await told[0].tell(
            "effects", number=1, at="handler", indexes=[], kind="handler", event="end", detail=None
        )
        asked, _ = await told[0].tell("turns", at=A, indexes=[], kind="step")
        reported, _ = await told[0].tell("reports", kind="harness", message="too late")
        return succeeded([status, asked, reported])

    recording = run(runs_on, handler=[step("a", {"returns": 1})])
    assert order(recording) == [410, 410, 410]
    assert recording.effects == ()
    assert [report.kind for report in recording.reports] == [ReportKind.DROPPED] * 3
    assert "effects of an invocation that had ended: " in recording.reports[0].message


def test_what_is_said_of_an_earlier_scenario_is_dropped_and_noted_in_the_one_that_runs() -> None:
    async def two() -> Recording:
        async with Bench() as bench:
            earlier: list[Handler] = []

            async def first(handler: Handler) -> Any:
                earlier.append(handler)
                return succeeded(1)

            async def second(_handler: Handler) -> Any:
                for _ in range(2 * MOST_DROPPED):
                    status, _ = await earlier[0].tell("reports", kind="harness", message="too late")
                return succeeded(status)

            await bench.run(first)
            return await bench.run(second)

    recording = asyncio.run(two())
    assert order(recording) == 410
    assert [report.kind for report in recording.reports] == [ReportKind.DROPPED] * MOST_DROPPED


LEAST = sorted(FEATURES.keys() - {"batch.flat"})
FLAT = [{"parallel": {"nesting": "FLAT", "branches": []}}]


async def succeeds(_handler: Handler) -> Any:
    return succeeded(1)


def refused(profile: str) -> Recording:
    """A run of what needs FLAT nesting with a harness that has everything else."""

    async def once() -> Recording:
        async with Bench() as bench:
            await bench.hello(features=LEAST, profile=profile)
            return await bench.run(succeeds, handler=FLAT, outside=[{"nth": 1, "succeed": None}])

    return asyncio.run(once())


def test_what_a_scenario_needs_is_looked_at_before_it_runs() -> None:
    recording = refused("full")
    assert (recording.invocations, recording.complete) == ((), False)
    (report,) = recording.reports
    assert (report.kind, report.at) == (ReportKind.UNSUPPORTED, "handler/0")
    assert report.message == "fake 0 has no batch.flat (FLAT nesting)"


def test_a_feature_beyond_the_profile_is_what_the_harness_lacks() -> None:
    (report,) = refused("core").reports
    assert report.message.startswith("the harness of fake 0, whose profile is core, has no batch.flat")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 204),
        ({"protocol": 2}, 400),
        ({"features": ["step", "fly"]}, 400),
        ({"profile": "most"}, 400),
        ({"sdk": {"name": "fake"}}, 400),
        ({"more": 1}, 400),
    ],
)
def test_a_hello_is_held_to_the_protocol(said: dict[str, Any], status: int) -> None:
    async def hello() -> int:
        async with Bench() as bench:
            return await bench.hello(**said)

    assert asyncio.run(hello()) == status


def test_processes_of_one_subject_say_the_same_of_themselves() -> None:
    async def hellos() -> list[int]:
        async with Bench() as bench:
            return [await bench.hello(), await bench.hello(), await bench.hello(features=LEAST)]

    assert asyncio.run(hellos()) == [204, 204, 409]


def test_a_harness_that_says_no_hello_gets_no_program() -> None:
    async def silent(handler: Handler) -> Any:
        await handler.tell("program")
        await asyncio.Event().wait()

    async def once() -> Recording:
        async with Bench() as bench:
            return await bench.lab.run(scenario(), FAKE, Fake(bench.lab, silent, bench.session))

    (report,) = asyncio.run(once()).reports
    assert (report.kind, "without having said hello" in report.message) == (ReportKind.HARNESS, True)


@pytest.mark.parametrize("channel", ["gateway", "side channel"])
def test_who_dies_in_the_middle_of_a_request_has_said_nothing(
    channel: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def dies(handler: Handler) -> Any:
        url = handler.lab.gateway_url if channel == "gateway" else handler.lab.url
        below = subject_url(handler.lab).removeprefix(handler.lab.url)
        path = f"{below}/invocations/{handler.event.request_id}/effects"
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

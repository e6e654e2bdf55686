"""Processes that misbehave, each the trouble of its own invocation only; real ones throughout."""

# The processes that these tests start are their own.
# ruff: noqa: S603

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.errors import EnvironmentFault
from conformance.subjects import process
from conformance.subjects.pool import ENVIRONMENT, Event, Pool
from conformance.wire.recording import Outcome
from tests.subjects.driving import (
    ARN,
    BROKEN,
    alive,
    broken,
    event,
    gone,
    left_open,
    pid_of,
    pool_of,
    removed,
    run,
    script,
)


def test_an_event_is_answered_and_what_was_printed_meanwhile_is_kept() -> None:
    async def work() -> None:
        async with broken() as pool:
            for _ in range(3):
                asked = event("echo")
                answer = await pool.invoke(asked)
                assert (answer.outcome, answer.body) == (Outcome.RESPONSE, asked.body.decode())
                assert sorted(answer.stderr.splitlines()) in (
                    [f"stderr of {asked.request_id}"],  # stdout is not ours to flush
                    [f"stderr of {asked.request_id}", f"stdout of {asked.request_id}"],
                )
            assert pool.size == 1

    run(work())


def test_an_event_has_the_headers_of_lambda() -> None:
    async def work() -> None:
        async with broken() as pool:
            asked = event("headers", tenant="blue", trace="Root=1-2-3")
            headers = json.loads((await pool.invoke(asked)).body or "")
            assert headers["lambda-runtime-aws-request-id"] == asked.request_id
            assert headers["lambda-runtime-deadline-ms"] == "1900000000000"
            assert headers["lambda-runtime-invoked-function-arn"] == ARN
            assert headers["lambda-runtime-tenant-id"] == "blue"
            assert headers["lambda-runtime-trace-id"] == "Root=1-2-3"
            headers = json.loads((await pool.invoke(event("headers"))).body or "")
            assert not {"lambda-runtime-tenant-id", "lambda-runtime-trace-id"} & set(headers)

    run(work())


def test_the_environment_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("SECRET", "mine")

    async def work() -> None:
        async with broken() as pool:
            given = json.loads((await pool.invoke(event("environment"))).body or "")
            assert given["AWS_ENDPOINT_URL_LAMBDA"] == "http://127.0.0.1:1/gateway"
            assert given["CONFORMANCE_LAB"] == "http://127.0.0.1:1/lab/subjects/broken"
            assert re.fullmatch(r"127\.0\.0\.1:\d+", given["AWS_LAMBDA_RUNTIME_API"])
            assert given["AWS_ACCESS_KEY_ID"] == ENVIRONMENT["AWS_ACCESS_KEY_ID"]
            assert not {"AWS_PROFILE", "SECRET"} & set(given)
            assert given["HOME"] != os.environ.get("HOME")
            assert given["cwd"] == str(Path.cwd())  # a command of the user's own starts where they are

    run(work())


def test_what_a_process_leaves_at_home_is_its_own_and_goes_with_it() -> None:
    async def work() -> tuple[Path, Path]:
        async with broken() as pool:
            first = Path(json.loads((await pool.invoke(event("litter"))).body or ""))
            assert _there(first / "litter")
            await pool.invoke(event("exit"))
            second = Path(json.loads((await pool.invoke(event("litter"))).body or ""))
            assert second != first
            return first, second

    first, second = run(work())
    assert not first.parent.exists()
    assert not second.parent.parent.exists()


def _there(path: Path) -> bool:
    return path.exists()


MISBEHAVIOUR = {
    "error": (Outcome.ERROR, '{"errorType": "Boom"}', "", ""),
    "exit": (Outcome.EXIT, None, "exit code 7 before it answered", "last words"),
    "die": (Outcome.EXIT, None, "SIGKILL", ""),
    "ask-again": (Outcome.GARBAGE, None, "next invocation without having answered", "runtime api: it asked"),
    "answer-twice": (Outcome.RESPONSE, '"first"', "", ""),
    "answer-unknown": (Outcome.RESPONSE, '"mine"', "", "status 400"),
    "answer-only-unknown": (Outcome.GARBAGE, None, "without having answered", "an answer to nobody"),
    "large": (Outcome.ERROR, "Function.ResponseSizeTooLarge", "larger than 6291456 bytes", ""),
    "largest": (Outcome.RESPONSE, "xxx", "", ""),
    "not-utf8": (Outcome.GARBAGE, None, "not UTF-8", "not UTF-8"),
    "not-http": (Outcome.GARBAGE, None, "not HTTP", "not HTTP"),
    "bad-chunks": (Outcome.GARBAGE, None, "not HTTP", "not HTTP"),
    "break-off": (Outcome.GARBAGE, None, "without having answered", "an answer broke off"),
    "elsewhere": (Outcome.RESPONSE, '"found the way"', "", "/nothing/here is not part of it"),
    "flood": (Outcome.RESPONSE, '"flooded"', "", "line 299999 of a flood"),
    "one-line": (Outcome.RESPONSE, '"said"', "", "xxx"),
    "answer-and-exit": (Outcome.RESPONSE, '"last"', "", ""),
    "leave-child": (Outcome.EXIT, None, "exit code 1", "child"),
}


@pytest.mark.parametrize("what", MISBEHAVIOUR)
def test_misbehaviour_is_its_own_invocation_s_and_noticed_at_once(what: str) -> None:
    outcome, body, detail, printed = MISBEHAVIOUR[what]

    async def work() -> None:
        async with broken() as pool:
            await pool.warm(2)
            neighbours = asyncio.gather(*(pool.invoke(event("echo")) for _ in range(20)))
            asked = time.monotonic()
            answer = await pool.invoke(event(what))
            assert time.monotonic() - asked < 10
            assert answer.outcome is outcome
            if body is None:
                assert answer.body is None
            else:
                assert body in (answer.body or "")
            assert detail in answer.detail
            assert bool(answer.detail) == bool(detail)
            assert printed in answer.stderr
            assert len(answer.stderr.splitlines()) <= 51
            assert {each.outcome for each in await neighbours} == {Outcome.RESPONSE}
            for _ in range(3):
                asked_next = event("echo")
                assert (await pool.invoke(asked_next)).body == asked_next.body.decode()

    run(work())


def test_a_second_answer_is_refused_and_reaches_nobody() -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.invoke(event("answer-twice"))
            assert (await pool.invoke(event("pid"))).outcome is Outcome.RESPONSE
            assert "statuses [202, 400]" in pool.stderr
            assert "not the invocation at hand" in pool.stderr

    run(work())


def test_an_answer_over_the_limit_is_refused_with_413() -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.invoke(event("large"))
            assert (await pool.invoke(event("pid"))).outcome is Outcome.RESPONSE
            assert "status 413" in pool.stderr
            assert pool.size == 1  # it is as good as before

    run(work())


@pytest.mark.parametrize("what", ["hang", "hang-deaf", "flood-forever"])
def test_cancelling_ends_the_process_and_it_is_replaced(what: str) -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.warm(1)
            pid = await pid_of(pool)
            invocation = asyncio.ensure_future(pool.invoke(event(what)))
            await asyncio.sleep(0.3)
            # Even beside a flood others are served.
            assert (await pool.invoke(event("echo"))).outcome is Outcome.RESPONSE
            assert not invocation.done()
            invocation.cancel()
            with pytest.raises(asyncio.CancelledError):
                await invocation
            assert await gone(pid)
            assert (await pool.invoke(event("echo"))).outcome is Outcome.RESPONSE

    run(work())


def test_what_a_hanging_process_printed_is_to_be_had() -> None:
    async def work() -> None:
        async with broken() as pool:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(pool.invoke(event("hang")), 1)
            assert "hanging" in pool.stderr

    run(work())


def test_a_process_that_answers_and_never_asks_again_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "RETURN_SECONDS", 0.2)

    async def work() -> None:
        async with broken() as pool:
            pid = await pid_of(pool)
            assert (await pool.invoke(event("answer-and-stay"))).body == '"stays"'
            assert await pid_of(pool) != pid
            assert not alive(pid)

    run(work())


def test_invocations_may_be_held_open_while_others_run() -> None:
    async def work() -> None:
        async with broken() as pool:
            held = [asyncio.ensure_future(pool.invoke(event("hang"))) for _ in range(3)]
            assert (await pool.invoke(event("echo"))).outcome is Outcome.RESPONSE
            assert pool.size == 4
            for each in held:
                each.cancel()
            await asyncio.gather(*held, return_exceptions=True)

    run(work())


def test_warm_processes_are_used_again_and_kept() -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.warm(3)
            pids = {
                int(a.body or "")
                for a in await asyncio.gather(*(pool.invoke(event("pid")) for _ in range(3)))
            }
            assert len(pids) == 3
            again = {await pid_of(pool) for _ in range(10)}
            assert again <= pids
            await pool.invoke(event("exit"))
            await pool.warm(3)
            assert pool.size == 3

    run(work())


class Retrying(Event):
    """An event whose process is made to send half as many requests again as it may."""

    @property
    def retries_sent(self) -> int:
        return process.MOST_RETRIES_SENT // 2


def test_a_process_that_was_made_to_send_too_many_requests_again_is_replaced() -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.warm(1)
            pids = []
            for _ in range(4):
                asked = event("pid")
                answer = await pool.invoke(Retrying(asked.request_id, ARN, asked.body, asked.deadline_ms))
                assert answer.outcome is Outcome.RESPONSE
                pids.append(int(answer.body or ""))
            assert pids[0] == pids[1] != pids[2] == pids[3]
            assert await gone(pids[0])
            assert await pid_of(pool) not in pids

    run(work())


def test_a_cancelled_invocation_that_had_no_process_yet_harms_none() -> None:
    async def work() -> None:
        async with broken() as pool:
            waiting = [asyncio.ensure_future(pool.invoke(event("echo"))) for _ in range(4)]
            await asyncio.sleep(0)
            for each in waiting[:3]:
                each.cancel()
            assert (await waiting[3]).outcome is Outcome.RESPONSE
            assert all(each.cancelled() for each in waiting[:3])

    run(work())


def test_cancelling_when_the_answer_is_there_already_harms_no_later_invocation() -> None:
    async def work() -> None:
        async with broken() as pool:
            await pool.warm(1)
            for pause in range(40):
                first = asyncio.ensure_future(pool.invoke(event("echo")))
                second = asyncio.ensure_future(pool.invoke(event("echo")))
                await asyncio.sleep(pause / 20_000)
                first.cancel()
                assert (await second).outcome is Outcome.RESPONSE

    run(work())


STARTS = {
    "exit": "its process ended with exit code 3 before it asked for an invocation",
    "report": "says that it can't start: Init: no handler",
    "sleep": "has not asked for an invocation within",
}


@pytest.mark.parametrize("how", STARTS)
def test_a_process_that_does_not_start_is_an_environment_fault(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "sleep":
        monkeypatch.setattr(process, "START_SECONDS", 1.0)

    async def work() -> None:
        async with pool_of(script(BROKEN / "start.py", how)) as pool:
            with pytest.raises(EnvironmentFault, match=STARTS[how]) as fault:
                await pool.invoke(event("echo"))
            assert fault.value.where == "broken"
            assert f"about to {how}" in fault.value.message
            assert pool.stderr.count("about to") == 1
            with pytest.raises(EnvironmentFault, match=STARTS[how]):
                await pool.warm(2)
        assert pool.size == 0

    run(work())


def test_a_command_that_is_no_program_is_an_environment_fault(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("no program", encoding="utf-8")
    program.chmod(0o755)

    async def work() -> None:
        installed = script(program)
        async with pool_of(type(installed)(installed.subject, installed.info, (str(program),), {})) as pool:
            with pytest.raises(EnvironmentFault, match="can't be started: Exec format error"):
                await pool.invoke(event("echo"))

    run(work())


def test_one_that_asks_and_dies_is_not_started_over_and_over() -> None:
    async def work() -> None:
        async with pool_of(script(BROKEN / "start.py", "ask-and-exit")) as pool:
            await pool.warm(1)
            await asyncio.sleep(1)
            assert pool.stderr.count("about to") == 1

    run(work())


def test_an_initialisation_error_after_the_first_event_is_a_broken_answer() -> None:
    async def work() -> None:
        async with pool_of(script(BROKEN / "start.py", "report-late")) as pool:
            answer = await pool.invoke(event("echo"))
            assert answer.outcome is Outcome.EXIT
            assert "initialisation error after" in answer.stderr

    run(work())


def test_a_process_s_children_end_with_it() -> None:
    async def work() -> None:
        async with broken() as pool:
            answer = await pool.invoke(event("leave-child"))
            assert await gone(int(answer.stderr.split()[1]))

    run(work())


def test_closing_leaves_nothing_and_ends_what_waits() -> None:
    async def work() -> None:
        pool = Pool(script(BROKEN / "subject.py"), "", "")
        pid = await pid_of(pool)
        hanging = asyncio.ensure_future(pool.invoke(event("hang")))
        await asyncio.sleep(0.1)
        starting = asyncio.ensure_future(pool.invoke(event("echo")))
        await asyncio.sleep(0)
        await pool.close()
        assert pool.size == 0
        assert not alive(pid)
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert (await hanging).outcome is Outcome.EXIT
        with pytest.raises(RuntimeError, match="closed"):
            await pool.invoke(event("echo"))
        await pool.close()

    run(work())


@pytest.mark.parametrize("seconds", [process.START_SECONDS, 0.0])
def test_closing_while_a_process_starts_or_can_t_leaves_nothing_open(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", seconds)

    async def work(turns: int) -> None:
        pool = Pool(script(BROKEN / "subject.py"), "", "")
        starting = asyncio.ensure_future(pool.warm(1))
        for _ in range(turns):
            await asyncio.sleep(0)
        await pool.close()
        await asyncio.gather(starting, return_exceptions=True)

    for turns in range(24):  # more than a start takes until its process runs
        assert left_open(work(turns)) == [], f"closed after {turns} turns of the loop"


DRIVER = """
import asyncio, json, sys
from tests.subjects.driving import broken, event, pid_of

async def main():
    async with broken() as pool:
        pid = await pid_of(pool)
        hanging = asyncio.ensure_future(pool.invoke(event("hang-deaf")))
        await asyncio.sleep(0.1)
        home = json.loads((await pool.invoke(event("litter"))).body)
        print(json.dumps([pid, home]), flush=True)
        {ending}

asyncio.run(main())
"""
ENDINGS = {
    "interrupted": ("await asyncio.sleep(60)", signal.SIGINT),
    "terminated": ("await asyncio.sleep(60)", signal.SIGTERM),
    "killed": ("await asyncio.sleep(60)", signal.SIGKILL),
    "loop dead": ("sys.exit(1)", None),
    "exit without goodbye": ("import os; os._exit(1)", None),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_no_process_outlives_the_suite(how: str) -> None:
    ending, number = ENDINGS[how]
    suite = subprocess.Popen(
        [sys.executable, "-c", DRIVER.format(ending=ending)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert suite.stdout
    pid, home = json.loads(suite.stdout.readline())
    if number:
        suite.send_signal(number)
    suite.wait(30)
    suite.stdout.close()
    assert run(gone(pid))
    assert run(removed(Path(home).parent.parent))

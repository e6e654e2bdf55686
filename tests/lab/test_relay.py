"""A run that changes hands: which pool has an invocation, and who may speak for the run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.lab.relay import Relay
from conformance.subjects.event import Answer, Event
from conformance.subjects.usage import Usage
from conformance.wire.recording import Handover, Outcome, Recording, SubjectInfo
from tests.lab.fake import FAKE, PENDING, Bench, Fake, Handler, scenario, succeeded, update, wait

OTHER = SubjectInfo("other", "fake", "1")


@dataclass
class Counted:
    """A pool that answers at once and knows one request."""

    name: str
    events: list[Event] = field(default_factory=list)

    async def invoke(self, event: Event) -> Answer:
        self.events.append(event)
        return Answer(Outcome.RESPONSE, self.name, "")

    def usage(self, request_id: str) -> Usage | None:
        return Usage() if any(one.request_id == request_id for one in self.events) else None


@pytest.mark.parametrize("after", [0, 1, 2, 4, 9])
def test_the_first_has_so_many_invocations_and_the_second_all_others(after: int) -> None:
    async def four() -> list[str | None]:
        relay = Relay(first, second, after)
        answers = await asyncio.gather(*(relay.invoke(Event(str(n), "f", b"", 0)) for n in range(4)))
        assert relay.usage("3") is not None
        assert relay.usage("4") is None
        return [one.body for one in answers]

    first, second = Counted("first"), Counted("second")
    assert asyncio.run(four()) == ["first"] * min(after, 4) + ["second"] * max(4 - after, 0)


async def three_steps(handler: Handler) -> Any:
    """A step before each of two waits; it tells the side channel of its body."""
    for number, name in enumerate("ab"):
        if handler.status(name) is None:
            assert await handler.body(f"handler/{number}") == 1
            await handler.checkpoint(update("STEP", "START", name, SubType="Step"))
            await handler.checkpoint(update("STEP", "SUCCEED", name, SubType="Step", Payload="1"))
            await handler.checkpoint(wait(f"after-{name}", 10))
            return PENDING
    return succeeded(2)


def handed_over(after: int) -> tuple[Recording, list[int]]:
    """The recording, and how many events each of the two had."""

    async def once() -> tuple[Recording, list[int]]:
        async with Bench() as bench:
            await bench.hello()
            pools = [Fake(bench.lab, three_steps, bench.session) for _ in range(2)]
            pools[1].code = as_other
            relay = Relay(*pools, after)
            step = {"step": {"returns": 1}}
            made = scenario(handler=[step, {"step": {"name": "second", "returns": 1}}])
            recording = await bench.lab.run(made, FAKE, relay, handover=Handover(after, OTHER))
            return recording, [len(pool.events) for pool in pools]

    async def as_other(handler: Handler) -> Any:
        handler.subject = OTHER.id
        return await three_steps(handler)

    return asyncio.run(once())


@pytest.mark.parametrize("after", [1, 2])
def test_both_speak_for_the_run_and_the_recording_says_who_did_what(after: int) -> None:
    recording, had = handed_over(after)
    assert recording.complete
    assert had == [after, 3 - after]
    assert recording.subject == FAKE
    assert recording.handover == Handover(after, OTHER)
    assert [recording.subject_of(number).id for number in (None, 1, 2, 3)] == [
        "fake",
        *(["fake"] * after),
        *(["other"] * (3 - after)),
    ]
    assert [(one.invocation, one.at, one.event) for one in recording.effects] == [
        (1, "handler/0", "start"),
        (2, "handler/1", "start"),
    ]

"""A scenario's traces as Chrome's trace events, which Perfetto (ui.perfetto.dev) opens.

A process a subject, a thread an invocation: bodies and invocations are slices, requests are slices too, with
their updates as arguments. The axis is virtual time with a millisecond added for each thing that happened:
between two moments of virtual time no time passes, and nothing could be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.engine.trace import Answered, Invoked, Moment, Ran, Requested, Said, Trace
from conformance.report.exchange import update

MILLISECOND = 1_000  # in the format's unit, the microsecond
SECOND = 1_000_000


def document(traces: Sequence[Trace]) -> dict[str, Any]:
    """The whole file."""
    events: list[dict[str, Any]] = []
    for process, one in enumerate(traces, 1):
        events.append(_named("process_name", process, 0, one.subject))
        events += _events(process, one)
    return {"displayTimeUnit": "ms", "traceEvents": events}


def _events(process: int, trace: Trace) -> Iterator[dict[str, Any]]:
    now = 0.0
    named: set[int] = set()
    for moment in trace.moments:
        now = max(now, getattr(moment, "time", now))
        thread = moment.invocation or 0
        if thread not in named:
            named.add(thread)
            yield _named("thread_name", process, thread, f"invocation {thread}" if thread else "run")
        place = {"pid": process, "tid": thread, "ts": int(now * SECOND) + moment.seq * MILLISECOND}
        yield {**place, **_event(moment), "cat": type(moment).__name__.lower()}


def _event(moment: Moment) -> dict[str, Any]:
    match moment:
        case Invoked():
            name = f"{moment.function}, invocation {moment.invocation}"
            return {"ph": "b", "id": moment.invocation, "name": name, "args": {"virtual": moment.time}}
        case Answered():
            arguments = {"status": moment.status, "answer": moment.says, "virtual": moment.time}
            return {"ph": "e", "id": moment.invocation, "name": "answer", "args": arguments}
        case Requested():
            return {
                "ph": "X",
                "dur": MILLISECOND // 2,
                "name": f"{moment.operation} {moment.status}",
                "args": {"says": moment.says, "updates": [update(sent) for sent in moment.sent]},
            }
        case Ran(kind="note" | "log" | "callback"):
            return {"ph": "i", "s": "t", "name": f"{moment.kind} {moment.says}", "args": {"at": moment.place}}
        case Ran():
            virtual = "virtual " if moment.virtual else ""
            return {
                "ph": "b" if moment.event == "start" else "e",
                "id": f"{moment.invocation} {moment.place} {moment.attempt}",
                "name": f"{virtual}{moment.kind} {moment.name or moment.place}",
                "args": {"at": moment.place, "outcome": moment.says},
            }
        case Said():
            return {"ph": "i", "s": "p", "name": f"{moment.kind}: {moment.says}", "args": {}}


def _named(what: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "args": {"name": name}}

"""The schema layer: requests are valid under the service's model, outputs under the specification.

What the service answers is held against its model as well: a breach there is the emulator's, not the SDK's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.verdict.finding import Blame, Finding, Layer
from conformance.verdict.where import join
from conformance.wire import service_model
from conformance.wire.recording import Outcome
from conformance.wire.values import brief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.verdict.case import Case, Talk

RULE = "schema"
_MODELLED = frozenset({service_model.CHECKPOINT, service_model.STATE})


def check(case: Case) -> list[Finding]:
    """Validate all requests, good responses and outputs."""
    return [*_requests(case), *_responses(case), *_outputs(case)]


def _requests(case: Case) -> Iterator[Finding]:
    labels = {(update.seq, update.index): update.label for update in case.stream.all}
    for talk in case.exchanges:
        if talk.exchange.operation not in _MODELLED:
            continue
        whole = _whole(talk)
        for breach in service_model.request_breaches(talk.exchange.operation, talk.request):
            place, where = breach.place, f"request {talk.exchange.seq}"
            if whole and place[:1] == ("Updates",) and len(place) > 1:
                where, place = labels.get((talk.exchange.seq, int(place[1])), where), place[2:]
            yield _finding(join(where, *place), breach, Blame.SDK, "the service's model")


def _whole(talk: Talk) -> bool:
    """Whether the stream's indexes are those of the request: it leaves out updates that are no objects."""
    updates = talk.request.get("Updates") if isinstance(talk.request, dict) else None
    return isinstance(updates, list) and all(isinstance(update, dict) for update in updates)


def _responses(case: Case) -> Iterator[Finding]:
    for talk in case.exchanges:
        if talk.good and talk.exchange.fault is None and talk.exchange.operation in _MODELLED:
            for breach in service_model.response_breaches(talk.exchange.operation, talk.response):
                where = join(f"response {talk.exchange.seq}", *breach.place)
                yield _finding(where, breach, Blame.EMULATOR, "the service's model")


def _outputs(case: Case) -> Iterator[Finding]:
    for number, invocation in case.invocations.items():
        if invocation.outcome is not Outcome.RESPONSE or not case.durable(invocation.execution):
            continue
        for breach in service_model.output_breaches(case.outputs[number]):
            where = join(f"invocation {number}:output", *breach.place)
            yield _finding(where, breach, Blame.SDK, service_model.OUTPUT_SOURCE)


def _finding(where: str, breach: service_model.Breach, blame: Blame, source: str) -> Finding:
    seen: Any = breach.seen
    text = f"{where} is {brief(seen)}; {source} wants {breach.wanted}"
    return Finding(Layer.SCHEMA, RULE, where, seen, breach.wanted, blame, text)

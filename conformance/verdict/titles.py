"""What each rule says, in plain words: the line that stands above its findings, for people who know no rule.

Each is one sentence about what an SDK must do (or, of the harness's rules, what happened). Where a rule comes
from is in the docstring of the check that holds to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.verdict.finding import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    # the harness layer
    "unsupported": "This version cannot do what the scenario asks",
    "harness-report": "The harness failed while it ran the scenario",
    "expression-fails": "An expression of the scenario must not fail on the values that are right",
    "lab-report": "The lab could not go on",
    "lab-failed": "The lab itself failed in this scenario",
    "judge-failed": "A check of this suite failed on the recording",
    "check-failed": "A check of this suite failed on the recording",
    "no-reference": "There is nothing to compare with: the reference's own run failed",
    "too-slow": "The machine was too slow for the run to come to an end",
    "fault-never-strikes": "Every fault of a scenario must strike something",
    "sdk-races": "Repeated runs of one scenario must write the same stream",
    "unstable": "Repeated runs of one scenario must write the same stream",
    "ledger-ambiguous": "Two entries of the ledger account for one finding",
    "aws-requirement": "AWS's requirement cannot be used with this scenario",
    "value-breaks-expression": "What the SDK gives back must be what the program was promised",
    # the schema layer
    "schema": "Every request and answer must be valid under the service's own model",
    # the invariants layer, of contexts
    "virtual-context-writes": "A virtual context must write no update of its own, whatever its outcome",
    "virtual-parent": "An operation in a virtual context must name its nearest real ancestor as ParentId",
    "parent-not-started": "A ParentId must name a context that has started",
    "update-under-ended-context": "Nothing may be written in a context that has ended",
    # the invariants layer, of lifecycle
    "action-of-another-type": "An operation must get only the actions of its type",
    "start-missing": "An operation's first update must be its START",
    "start-again": "An operation may start again only for another attempt",
    "update-after-end": "An operation that has ended must get no further update",
    "never-ends": "Every step and context must have ended when the execution succeeds",
    "unknown-id": "An operation's id must be that of a position of the program",
    "type-of-another-position": "An operation must stand at a position where its type can stand",
    "identity-changed": "An operation must keep its type, name and parent over every update and replay",
    # the invariants layer, of requests
    "token-reused": "A checkpoint token must be spent once",
    "token-unknown": "A request must spend the token that the service gave last",
    "batch-repeats-operation": "One request must hold one update an operation, or its START and end",
    "execution-not-last": "The execution's own update must stand last in its request",
    "request-refused": "The service must have no reason to refuse a request",
    "request-after-answer": "An invocation that has answered must send nothing any more",
    "poll-without-reason": "An empty checkpoint must ask for something that is pending",
    "polls-too-often": "An SDK must not ask over and over what has not changed",
    "read-without-marker": "The state must be read on from a marker that the service gave, once",
    "request-too-large": "A request of several updates must be within the SDKs' own bounds",
    "invocation-needless": "An execution must not be invoked more often than it had to wait",
    # the invariants layer, of bodies
    "body-runs-again": "A body whose result is checkpointed must not run again",
    "attempt-miscounted": "A body must be told the attempt that follows from the RETRY updates before it",
    "attempt-untold": "A body must be told which attempt it is, by an SDK that tells it",
    "attempt-never-ran": "What ends an attempt must end one whose body ran",
    "attempt-runs-twice": "With at-most-once semantics no attempt may run twice",
    "used-before-durable": "A result must be used only once the service has taken it",
    "concurrency-exceeded": "No more branches may be under way than the max concurrency allows",
    "replay-sees-another-value": "A replay must see the values that the first run saw",
    # the invariants layer, of callbacks, completion, results
    "callback-id-wrong": "A program must be given the callback id that the service gave for that operation",
    "completion-reason-contradicted": "A batch must end for a reason that holds",
    "batch-branches-miscounted": "A batch's result must tell of the branches that it has",
    "batch-counts-what-never-ended": "A batch's result must call no branch ended that did not end",
    "summary-miscounts": "A batch's summary must count what its branches wrote",
    "large-result-without-replay": "A result over the size limit must be replaced by ReplayChildren",
    "replay-children-for-size": "ReplayChildren must be set for results over the size limit alone",
    "unknown-completion-reason": "A batch's completion reason must be one that exists",
    "batch-item-repeated": "A batch's result must have one item a branch",
    "batch-item-uncounted": "A batch's result must count the branches that wrote their ends before it",
    "batch-item-differs": "A batch's result must say of its branches what they wrote themselves",
    # the invariants layer, of answers and invocations
    "failure-without-error": "What fails must carry an error",
    "escape-differs": "An error that has an invocation repeated must escape as it was raised",
    "escape-is-not-json": "An error that escapes an invocation must be JSON",
    "answer-without-status": "An answer must say how the execution stands",
    "end-not-answered": "An execution that an answer ended must end by its last invocation's answer",
    "invocation-hangs": "Every invocation must answer",
    "invocation-garbage": "An invocation must answer as the Lambda Runtime API wants it",
    "invocation-error": "An invocation must answer and not fail with an error of the runtime",
    "process-exits": "The process must live until its invocation has answered",
    "process-misbehaves": "The process must keep to the Lambda Runtime API",
    "execution-never-ends": "The execution must come to an end",
    "pending-without-reason": "PENDING may be answered only while an operation is pending",
    "result-is-not-json": "An execution's result must be JSON",
    "invoked-after-end": "No invocation may follow a final answer",
    "outcome-differs": "The execution's outcome must be what the last invocation answered",
    "outcome-not-checkpointed": "The execution's outcome must be the one that was checkpointed",
    "update-after-execution": "No update may follow the one that ended the execution",
    # the structure layer
    "operation-missing": "Every operation that the handler calls must be on the wire",
    "operation-unexpected": "An operation that the handler does not call must not be on the wire",
    "virtual-lifecycle": "A virtual context must have no updates of its own, whatever its outcome",
    "type-wrong": "An operation must have the type that the scenario gives it",
    "subtype-wrong": "An operation must have the SubType that the scenario gives it",
    "name-wrong": "An operation must have the name that the scenario gives it",
    "parent-wrong": "An operation must name its nearest real ancestor as ParentId",
    "lifecycle-missing": "An operation must have every update of its lifecycle",
    "lifecycle-unexpected": "An operation must have no update beyond its lifecycle",
    "lifecycle-order": "Updates must come in the order in which the scenario calls the operations",
    "content-wrong": "An update must carry the values that the scenario gives it",
    "outcome-wrong": "The execution must end as its handler ends",
    "body-runs": "A body must run once for each of its attempts",
    "body-attempts": "A body must be told which attempt it is",
    # the expect layer
    "expected-status": "The execution must end with the status that the scenario expects",
    "expected-result": "The execution must end with the result that the scenario expects",
    "expected-error-type": "The execution must fail with the error that the scenario expects",
    "expected-error-message": "The execution must fail with the message that the scenario expects",
    "expected-operations": "There must be as many operations as the scenario expects",
    "expected-invocations": "There must be as many invocations as the scenario expects",
    "expected-bodies": "Bodies must begin as often as the scenario expects",
    "expected-any-of": "One of the outcomes that the scenario allows must hold",
    # the aws layer
    "history": "The history must be the one that AWS's requirement asks for",
    "result": "The outcome must be the one that AWS's requirement asks for",
    "logs": "What is logged must come out in the same invocations",
}
"""By the name of the rule."""

DIALECT: Mapping[str, str] = {
    "branch-base": "Branches must be numbered from where this SDK numbers them",
    "answer-members": "What an invocation answers must have the members that this SDK sends",
    "batch-summaries": "A batch's result must be summed up where this SDK sums it up",
    "error-text": "An error's message must begin as this SDK begins it",
    "with-retry-subtype": "A retried group must have the SubType that this SDK gives it",
    "payload-form": "A payload must be written in this SDK's own form",
    "item-error": "A batch's result must spell errors as this SDK does",
    "default-name": "An operation without a name must have the one that this SDK gives it",
    "context-options": "ContextOptions must be sent when this SDK sends them",
    "callback-timeouts": "A callback's timeouts must be spelled as this SDK does",
    "submitter-result": "A submitter's result must be written as this SDK writes it",
    "error-message": "An error's message must be worded as this SDK words it",
    "error-members": "An error must have the members that this SDK gives it",
    "error-type": "An error must be of the class that this SDK gives it in its role",
}
"""How an SDK must spell what the protocol leaves open, by the name of the rule."""

OF_PARITY: Mapping[str, str] = {
    "update-extra": "An update is written that the reference does not write",
    "update-missing": "An update of the reference is not written",
    "update-order": "Updates come in another order than the reference's",
    "invocation-boundary": "An update is written by another invocation than the reference's",
    "branch-numbering": "Branches are numbered from another base than the reference's",
    "faults-apart": "The injected faults struck other updates than the reference's",
    "body-runs": "Bodies run otherwise than the reference's",
    "body-attempts": "Bodies are told other attempts than the reference's",
    "logs": "What is logged comes out otherwise than with the reference",
    "never-happens": "What the scenario waits for never happens, and does with the reference",
}
"""How an SDK can differ from the reference; where a field differs, `title` says which."""


FIELDS = frozenset(
    {"name", "sub-type", "parent-id", "payload", "payload-encoding", "escape-type", "escape-message"}
    | {"context-options", "step-options", "wait-options", "callback-options", "chained-invoke-options"}
    | {f"{where}{what}" for where in ("", "output-") for what in ("error", "error-type", "error-message")}
    | {f"{where}{what}" for where in ("", "output-") for what in ("error-data", "stack-trace")}
    | {"output-status", "output-result", "output-invocations"}
)
"""What can differ from the reference, as the parity layer names it: fields of updates and of the outcome."""

RULES = frozenset({*TITLES, *DIALECT, *OF_PARITY, *FIELDS})
"""All names of rules; a name may be that of several layers' rules."""


def said(rule: str) -> tuple[str, ...]:
    """All that rules of a name say, whatever their layers."""
    told = [TITLES.get(rule), DIALECT.get(rule)]
    if rule in OF_PARITY or rule in FIELDS:
        told.append(title(Layer.PARITY, rule))
    return tuple(each for each in told if each)


def title(layer: Layer, rule: str) -> str:
    """Give a rule's title; a difference from the reference is named by the field that differs."""
    if layer is Layer.PARITY:
        differ = "differ" if rule.endswith(("options", "invocations")) else "differs"
        return OF_PARITY.get(rule) or f"{_field(rule)} {differ} from the reference's"
    if layer is Layer.DIALECT:
        return DIALECT.get(rule, rule)
    return TITLES.get(rule, rule)


def _field(rule: str) -> str:
    """`output-error-type` as people say it."""
    words = rule.replace("-", " ")
    return words[:1].upper() + words[1:]

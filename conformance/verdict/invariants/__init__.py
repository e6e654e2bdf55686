"""Rules that hold for any SDK and any scenario, each a function of its own that names its source."""

from conformance.verdict.invariants import (
    bodies,
    callbacks,
    completion,
    contexts,
    invocations,
    lifecycle,
    requests,
    results,
)
from conformance.verdict.invariants.base import Invariant

INVARIANTS: tuple[Invariant, ...] = (
    contexts.no_virtual_id_on_wire,
    contexts.parent_is_open,
    contexts.nothing_under_ended_context,
    lifecycle.actions_fit_type,
    lifecycle.start_comes_first_and_once,
    lifecycle.nothing_after_end,
    lifecycle.everything_ends,
    lifecycle.ids_are_positions,
    lifecycle.identity_is_stable,
    requests.tokens_form_a_chain,
    requests.batches_are_well_formed,
    requests.requests_are_taken,
    requests.nothing_after_answer,
    invocations.invocations_answer,
    invocations.execution_ends,
    invocations.pending_has_a_reason,
    invocations.results_are_json,
    invocations.outcome_is_the_last_answer,
    invocations.outcome_is_what_was_checkpointed,
    invocations.nothing_after_execution_ended,
    bodies.checkpointed_bodies_stay_done,
    bodies.attempts_are_counted,
    bodies.ended_attempts_ran,
    bodies.at_most_once_is_kept,
    bodies.concurrency_limit_is_kept,
    bodies.replay_sees_the_same,
    callbacks.callback_ids_are_those_given,
    results.large_results_replay_children,
    results.small_results_are_kept,
    results.batch_results_agree,
    completion.batches_end_for_their_reason,
    completion.summaries_count_right,
)
"""All of them, in the order in which their findings are told."""

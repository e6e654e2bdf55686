"""Mutants of recordings: one thing made wrong on purpose, to measure who notices it.

They are applied to raw request bodies, outputs and effects, before anything canonical is made of them, so
that whatever judges a recording sees them as an SDK's own doing.
"""

from conformance.quality.mutation.recordings.bodies import BODY_RUNS
from conformance.quality.mutation.recordings.draft import Original
from conformance.quality.mutation.recordings.escapes import ESCAPES
from conformance.quality.mutation.recordings.fields import FIELDS
from conformance.quality.mutation.recordings.lifecycles import LIFECYCLES
from conformance.quality.mutation.recordings.mutation import EACH, Inapplicable, Mutant, Mutation, mutate
from conformance.quality.mutation.recordings.outcomes import OUTCOMES
from conformance.quality.mutation.recordings.places import PLACES
from conformance.quality.mutation.recordings.survivors import (
    Judge,
    Noticed,
    Trial,
    noticed,
    survivors,
    trials,
)

MUTATIONS: tuple[Mutation, ...] = (*PLACES, *LIFECYCLES, *FIELDS, *OUTCOMES, *ESCAPES, *BODY_RUNS)
"""All of them."""

BASIC = tuple(
    mutation
    for mutation in MUTATIONS
    if mutation.name
    in (
        "parent-dropped",
        "siblings-swapped",
        "start-missing",
        "terminal-doubled",
        "payload-changed",
        "renamed",
    )
)
"""The six that every recording is tried with."""

__all__ = [
    "BASIC",
    "EACH",
    "MUTATIONS",
    "Inapplicable",
    "Judge",
    "Mutant",
    "Mutation",
    "Noticed",
    "Original",
    "Trial",
    "mutate",
    "noticed",
    "survivors",
    "trials",
]

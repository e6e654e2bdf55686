"""The kill matrix: which layers and which scenarios notice each mutant, and what follows from it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from conformance.quality.mutation.recordings import Trial
from conformance.verdict.finding import Layer

MOST_ALONE = 3
"""How many mutants may be visible by parity alone."""

SHOWN = 5
"""How many mutants of one kind a problem names."""

Names = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One mutant and all that it was tried on.

    A mutant of recordings is as many mutants as there are places that it was tried at, and each of them has
    to be noticed. A live one is a single mutant: a scenario that never comes to what it breaks can't see it.
    `alone` is the reason why no rule but parity can see it, where there is one.
    """

    mutant: str
    live: bool
    trials: tuple[Trial, ...]
    alone: str | None = None

    @cached_property
    def scenarios(self) -> Names:
        """The scenarios that it was tried in."""
        return tuple(sorted({trial.scenario for trial in self.trials}))

    @cached_property
    def caught(self) -> Mapping[Layer, Names]:
        """The scenarios in which each layer notices it; layers that never do are left out."""
        scenarios = defaultdict(set)
        for trial in self.trials:
            for layer in trial.layers:
                scenarios[layer].add(trial.scenario)
        return {layer: tuple(sorted(scenarios[layer])) for layer in Layer if layer in scenarios}

    @cached_property
    def killers(self) -> Names:
        """The scenarios in which any layer notices it."""
        return tuple(sorted({trial.scenario for trial in self.trials if trial.killed}))

    @cached_property
    def survivors(self) -> tuple[Trial, ...]:
        """The trials of mutants that nobody noticed."""
        return self._blind(tuple(trial for trial in self.trials if not trial.killed))

    @cached_property
    def by_parity_alone(self) -> tuple[Trial, ...]:
        """The trials of mutants that parity noticed, and nobody who needs no other SDK."""
        blind = self._blind(tuple(trial for trial in self.trials if not trial.killed_without_parity))
        return tuple(trial for trial in blind if trial.killed)

    @property
    def count(self) -> int:
        """How many mutants it stands for."""
        return self._mutants(self.trials)

    def killed(self, *, parity: bool) -> int:
        """How many of them were noticed, with or without the parity layer."""
        unseen = self._mutants(self.survivors)
        return self.count - unseen - (0 if parity else self._mutants(self.by_parity_alone))

    def _blind(self, trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
        return () if self.live and len(trials) < len(self.trials) else trials

    def _mutants(self, trials: tuple[Trial, ...]) -> int:
        return min(1, len(trials)) if self.live else len(trials)


@dataclass(frozen=True)
class Matrix:
    """All mutants that were tried, and what is to be known about it.

    `invariants` are all that there are, by name, and `owners` says which of them a rule
    (`invariant:never-ends`) belongs to, as far as mutants brought it up. `whole`: nothing was selected away,
    so that a mutant that could be tried nowhere is a problem. `left_out` are recordings on which none
    is tried, and why. `faults` kept mutants from being tried.
    """

    rows: tuple[Row, ...]
    invariants: Names = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)
    faults: Names = ()

    def totals(self, *, live: bool, parity: bool) -> tuple[int, int]:
        """How many mutants were noticed, with or without parity, and how many there were."""
        rows = [row for row in self.rows if row.live is live]
        return sum(row.killed(parity=parity) for row in rows), sum(row.count for row in rows)

    def problems(self) -> Iterator[str]:
        """All that is wrong with the suite, each in a sentence."""
        for row in self.rows:
            yield from _unseen(row)
            if self.whole and not row.trials:
                yield f"{row.mutant}: nothing to try it on"
            if self.whole and row.trials and row.alone and not row.by_parity_alone:
                yield f"{row.mutant}: rules see it, though a reason is written down why none can"
        alone = [row.mutant for row in self.rows if row.alone]
        if len(alone) > MOST_ALONE:
            yield f"{len(alone)} mutants are left to parity alone, {MOST_ALONE} may be: {', '.join(alone)}"
        for row in self.rows:
            for trial in row.trials:
                where = f"{row.mutant} in {trial.scenario} with {trial.subject}"
                if trial.absorbed:
                    yield f"{where}: the ledger accounts for it ({', '.join(sorted(trial.absorbed))})"
                for fault in sorted(trial.broken):
                    yield f"{where}: {fault}"
        yield from self.faults

    def needed_scenarios(self) -> Mapping[str, Names]:
        """The scenarios that notice what no other one does, with those mutants."""
        needed = defaultdict(list)
        for row in self.rows:
            if len(row.killers) == 1:
                needed[row.killers[0]].append(row.mutant)
        return {scenario: tuple(mutants) for scenario, mutants in sorted(needed.items())}

    def needless_scenarios(self) -> Names:
        """The scenarios that were tried and notice nothing that no other one does."""
        tried = {scenario for row in self.rows for scenario in row.scenarios}
        return tuple(sorted(tried - {*self.needed_scenarios()}))

    def needed_rules(self) -> Mapping[str, Names]:
        """Invariants, and rules of other layers but parity, that alone notice a mutant, with those mutants.

        Here every single mutant counts, each place of a recording and each scenario of a live one.
        """
        needed = defaultdict(set)
        for row in self.rows:
            for trial in row.trials:
                owners = {
                    self._owner(rule) for rule in trial.rules if not rule.startswith(f"{Layer.PARITY}:")
                }
                if len(owners) == 1:
                    needed[owners.pop()].add(row.mutant)
        return {owner: tuple(sorted(needed[owner])) for owner in sorted(needed)}

    def needless_rules(self) -> Names:
        """Invariants, and rules of other layers but parity that spoke, that alone notice nothing."""
        spoke = {self._owner(rule) for row in self.rows for trial in row.trials for rule in trial.rules}
        known = {f"{Layer.INVARIANT}:{name}" for name in self.invariants}
        rules = {rule for rule in spoke | known if not rule.startswith(f"{Layer.PARITY}:")}
        return tuple(sorted(rules - {*self.needed_rules()}))

    def _owner(self, rule: str) -> str:
        return f"{Layer.INVARIANT}:{self.owners[rule]}" if rule in self.owners else rule


def _unseen(row: Row) -> Iterator[str]:
    if row.survivors:
        yield f"{row.mutant}: survives {_places(row.survivors)}"
    if row.by_parity_alone and row.alone is None:
        yield f"{row.mutant}: visible by parity alone, without a reason, {_places(row.by_parity_alone)}"


def _places(trials: tuple[Trial, ...]) -> str:
    told = [
        f"{trial.scenario} with {trial.subject}" + (f" ({trial.description})" if trial.description else "")
        for trial in trials[:SHOWN]
    ]
    more = f" and {len(trials) - SHOWN} more" if len(trials) > SHOWN else ""
    return f"in {'; '.join(told)}{more}"

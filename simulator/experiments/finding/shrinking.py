"""Makes a document that fails smaller, as long as it fails in the same way.

Passes of edits, from the coarse to the fine, over and over until none helps any more. In each, the
first edit in its order that still fails is taken. Each document is tried once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from simulator.experiments.finding import dropping, simplifying
from simulator.experiments.finding.documents import Document
from simulator.experiments.finding.dropping import Edit
from simulator.experiments.finding.failures import Failure
from simulator.experiments.finding.trials import Trial, Tried, first_failing
from simulator.experiments.running.engines import Engine

MOST_ROUNDS = 10
PASSES: tuple[Callable[[Document], Iterator[Edit]], ...] = (
    dropping.fewer_expectations,
    dropping.fewer_faults,
    dropping.fewer_actions,
    dropping.fewer_watches,
    dropping.fewer_agents,
    dropping.fewer_hit,
    dropping.fewer_words,
    simplifying.simpler_answers,
    simplifying.constant_times,
    simplifying.rounder_times,
    simplifying.simpler_seed,
)


SIZES = frozenset([dropping.fewer_actions, dropping.fewer_watches, dropping.fewer_agents])
"""Passes after which a number of something is another one, whatever is wrong."""


class Shrinker:
    """Shrinks one document. `document` is the smallest so far, and `failure` what it shows.

    `seen` is told of each trial.
    """

    def __init__(
        self,
        engine: Engine,
        document: Document,
        failure: Failure,
        folder: Path,
        quiet: int,
        seen: Callable[[Tried], None],
    ) -> None:
        self.document, self.failure = document, failure
        self._engine, self._folder, self._quiet, self._seen = engine, folder, quiet, seen
        self._tried = {_key(document)}

    def shrink(self) -> None:
        """Until nothing helps any more."""
        for _ in range(MOST_ROUNDS):
            before = _key(self.document)
            for edits in PASSES:
                if self.failure.counts and edits in SIZES:
                    continue
                self._apply(list(edits(self.document)))
            self._apply([simplifying.shorter_run(self._quiet)])
            if _key(self.document) == before:
                return

    def take(self, document: Document) -> bool:
        """Go on with another document, if it fails in the same way."""
        return self._first([lambda _: document]) is not None

    def _apply(self, edits: list[Edit]) -> None:
        """Take each edit, in this order, after which it still fails."""
        place: int | None = 0
        while place is not None:
            edits = edits[place:]
            place = self._first(edits)

    def _first(self, edits: Iterable[Edit]) -> int | None:
        """Take the first edit after which it still fails; returns the place behind it."""
        places: dict[int, int] = {}
        keys: list[str] = []

        def trials() -> Iterator[Trial]:
            for place, edit in enumerate(edits):
                changed = edit(self.document)
                if changed is None or (key := _key(changed)) in self._tried or key in keys:
                    continue
                places[len(keys)] = place
                keys.append(key)
                yield Trial(len(keys) - 1, changed, self._folder)

        def seen(one: Tried) -> None:
            # Others that a worker tried meanwhile do not count: they depend on who was quicker.
            self._tried.add(keys[one.number])
            self._seen(one)

        found = first_failing(
            self._engine,
            trials(),
            self.failure.includes,
            seen,
            ahead=False,
        )
        if found is None:
            return None
        trial, self.failure = found
        self.document = trial.document
        return places[trial.number] + 1


def _key(document: Document) -> str:
    return json.dumps(document, sort_keys=True)

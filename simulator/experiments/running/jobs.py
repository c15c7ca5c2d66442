"""What an engine does: jobs, each with an outcome. Both can be pickled."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Costed(Protocol):
    """An outcome that says what it took."""

    @property
    def cpu_s(self) -> float | None:
        """Processor time in seconds, where it is known."""
        ...


Outcome_co = TypeVar("Outcome_co", bound=Costed, covariant=True)


class Job(Protocol[Outcome_co]):
    """Something to do, wherever that is."""

    def do(self) -> Outcome_co:
        """Do it. Never raises for what it may come to."""
        ...

    def lost(self, error: BaseException) -> Outcome_co:
        """The outcome where every process that tried it has died."""
        ...

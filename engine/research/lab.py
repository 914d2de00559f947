"""The lab of a job: its market, the ledger, who works, who is told, and when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from engine.errors import UnavailableError
from engine.ledger import Ledger
from engine.records import Digest
from engine.research.crew import Crew
from engine.research.market import ResearchMarket

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done and how much there is."""


def _nobody(stage: str, done: int, total: int) -> None:
    del stage, done, total


@dataclass(frozen=True, slots=True, eq=False)
class Lab:
    """Where studies are run.

    Attributes:
        market: train bars.
        ledger: every run is a row in it.
        crew: who runs.
        code: digest of the engine's code.
        person: who asked.
        progress: told after each batch.
        stop: set by whoever wants the job to end; finished rows are kept.
        samples: bootstrap draws behind p_IS.
    """

    market: ResearchMarket
    ledger: Ledger
    crew: Crew
    code: Digest
    person: str
    progress: Progress = _nobody
    stop: Event = field(default_factory=Event)
    samples: int = 4_999

    def go_on(self) -> None:
        """Do nothing, unless the job was asked to stop.

        Raises:
            UnavailableError: RESEARCH_STOPPED.
        """
        if self.stop.is_set():
            raise UnavailableError(
                "RESEARCH_STOPPED", "stopped; what was finished is in the ledger",
                hint="run the same command again: it goes on where it was",
            )  # fmt: skip

"""What a look book keeps: requests, rows, outcomes, statements, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.data.dataset import Window
from engine.data.partitions import LookPermit
from engine.gate.findings import GateCode
from engine.gate.likeness import TrainReturns
from engine.ledger import Family
from engine.market import Name
from engine.quantities import Ratio
from engine.records import Digest, Record, digest

RefusalCode = Literal[GateCode.LOOK_SPENT, GateCode.LOOK_SHARED, GateCode.LOOK_BUDGET]


class LookRequest(Record):
    """Who wants to look at which windows; `at` comes from the desk's clock.

    Attributes:
        windows: the open window of every market that the candidate trades, each once.
        datasets: what it is run on, its own first.
        lineage_id: where the idea came from.
        kin: lineage ids and shape digests of everything that is the same idea: the connected
            component of the candidate. Its own two need not be named again.
        candidate_digest, rule_digest, shape_digest, cost_digest: identity of the run.
        single: whether the holdout decides alone. It is part of the run: a statement about the
            search cannot be taken back after its verdict.
        train: returns of the candidate's own ledger row: what later requests are held against.
        at: when.
    """

    windows: Annotated[tuple[Window, ...], Field(min_length=1, max_length=100)]
    datasets: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=100)]
    lineage_id: Annotated[str, Field(min_length=1, max_length=80)]
    kin: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = ()
    candidate_digest: Digest
    rule_digest: Digest
    shape_digest: Digest
    cost_digest: Digest
    single: bool = False
    train: TrainReturns
    at: AwareDatetime

    @property
    def families(self) -> tuple[Family, ...]:
        """Every market that the look is charged to, in order."""
        return tuple(sorted({window.family for window in self.windows}))

    @property
    def same_run(self) -> tuple[object, ...]:
        """What makes two looks the same computation."""
        windows = tuple(sorted(str(window) for window in self.windows))
        return (self.rule_digest, self.datasets, self.cost_digest, windows, self.single)

    @property
    def idea(self) -> frozenset[str]:
        """All names under which this idea is known."""
        return frozenset((self.lineage_id, self.shape_digest, *self.kin))


class LookOutcome(Record):
    """What a look ended with; `shown` is True when people may see its figures.

    `p_gate` is what the market's error rate over time is kept with; 1 for what did not pass.
    """

    verdict: Literal["PASS", "FAIL", "INELIGIBLE"]
    report_digest: Digest
    shown: bool = False
    p_gate: Annotated[Ratio, Field(ge=0, le=1)] = 1.0


class Reveal(Record):
    """A person's statement: show me the figures of a look that failed, I know what it costs.

    `k_before` and `k_after` are the numbers of the next look before and after it, the largest over
    the windows of the look; `signature` is over the digest of the rest.
    """

    look_id: Annotated[str, Field(min_length=1, max_length=80)]
    person: Name
    at: AwareDatetime
    k_before: Annotated[int, Field(ge=1)]
    k_after: Annotated[int, Field(ge=1)]
    signature: Annotated[str, Field(max_length=400)] = ""

    @property
    def digest(self) -> Digest:
        """What is signed."""
        return digest("peak/reveal/v1", self.model_copy(update={"signature": ""}))


class LookRow(Record):
    """One committed look; `outcome` is None until it is recorded, the look counts anyway.

    `k` is the number it was opened with. `shown` says whether people were ever shown its figures
    with a verdict: a later recomputation does not make them unseen. `revealed` is who asked for
    sealed figures afterwards.
    """

    look_id: Annotated[str, Field(min_length=1, max_length=80)]
    k: Annotated[int, Field(ge=1)]
    request: LookRequest
    outcome: LookOutcome | None = None
    shown: bool = False
    revealed: Reveal | None = None

    @property
    def seen(self) -> bool:
        """True when people know the figures: such a look counts twice."""
        return self.shown or self.revealed is not None

    @property
    def permit(self) -> LookPermit:
        """Leave to read the holdout; only look books and the desk's judging may call this."""
        asked = self.request
        return LookPermit(
            self.look_id, asked.datasets, asked.windows, asked.candidate_digest, self.k
        )

    def ended(self, outcome: LookOutcome) -> LookRow:
        """The row with a new outcome; figures that were shown stay shown."""
        return self.model_copy(update={"outcome": outcome, "shown": self.shown or outcome.shown})


@dataclass(frozen=True, slots=True)
class LookRefusal:
    """No look, and why; `earlier` is the candidate that had the look (None: LOOK_BUDGET)."""

    code: RefusalCode
    earlier: Digest | None = None

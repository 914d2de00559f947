"""A study: what is searched, where, how. The same study asks the same questions in any process."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from engine.backtest.costs import CostModel
from engine.language.spec import StrategySpec
from engine.records import Digest, Record, digest

Method = Literal["grid", "random", "tpe", "nsga2"]
METHODS: Final[tuple[Method, ...]] = ("grid", "random", "tpe", "nsga2")

MOST_POINTS: Final = 10_000
"""Most parameter sets of one study."""
BATCH: Final = 16
"""An adaptive search is asked and told in batches of this size, whatever the workers are."""
PLAIN_BATCH: Final = 64
"""The same for a search that learns nothing: rows opened and completed in one commit."""

OBJECTIVES: Final = ("sharpe", "max_drawdown", "turnover")
"""What NSGA-II weighs against each other: the first is wanted high, the others low."""


class Study(Record):
    """One search of a parameter space.

    Attributes:
        spec: its parameters with a range are swept; the others keep their default.
        members: specs that an ensemble names, in its order.
        datasets: what it runs on, its own first.
        costs: of every run.
        method: how points are chosen.
        points: most points; a grid must not be larger.
        seed: of the random and the adaptive methods.
    """

    spec: StrategySpec
    members: tuple[StrategySpec, ...] = ()
    datasets: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=100)]
    costs: CostModel
    method: Method = "grid"
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] = 1_000
    seed: Annotated[int, Field(ge=0, le=2**32)] = 0

    @property
    def digest(self) -> Digest:
        """Identity of the study."""
        return digest("peak/study/v1", self)

    @property
    def adaptive(self) -> bool:
        """Whether what was found decides where it looks next."""
        return self.method in {"tpe", "nsga2"}

    @property
    def batch(self) -> int:
        """Points that are asked for at once; it does not depend on the workers."""
        return BATCH if self.adaptive else PLAIN_BATCH

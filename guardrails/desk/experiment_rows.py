"""What an experiment is: one thing that was run or seen, read from where it is already written.

A trial comes from the ledger, a signal and a fill from their stores, a study from the journal;
nothing is written for the registry itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from engine.ledger import TrialRow, TrialSource

RunType: TypeAlias = Literal[
    "backtest", "portfolio_backtest", "sweep", "walk_forward", "monte_carlo", "stress",
    "forward_signal", "paper_trade", "market_scan",
]  # fmt: skip
RUN_TYPES: Final[tuple[RunType, ...]] = get_args(RunType)
TRIAL_TYPES: Final = frozenset({"backtest", "portfolio_backtest", "sweep", "walk_forward"})

STUDY_KINDS: Final[dict[str, RunType]] = {
    "portfolio.backtested": "portfolio_backtest",
    "research.walk_forward": "walk_forward",
    "research.monte_carlo": "monte_carlo",
    "research.stress": "stress",
    "market.scanned": "market_scan",
}
"""Journal kinds that stand for a run without a trial row of its own."""

_OF_SOURCE: Final[dict[TrialSource, RunType]] = {
    "sweep": "sweep",
    "sensitivity": "sweep",
    "walk_forward": "walk_forward",
}

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate said about the same rules, data and costs, the newest time."""

    candidate_id: str
    verdict: str
    tier: str | None


@dataclass(frozen=True, slots=True)
class Experiment:
    """One row of the registry.

    Attributes:
        id: the trial's number, or `signal-`, `fill-` or `run-` and what names it.
        type: kind of run.
        at: when it was opened, given, filled or journalled.
        markets: symbols, or families where no symbol is known.
        strategy: the spec's name.
        params: what a sweep set.
        status: of a trial: open, ok, no_trades, error, cancelled; else done.
        source: who asked: draft, sweep, manual ...
        figures: key figures on train by name; None is undefined.
        judged: the gate's answer, None when nobody asked.
        families: markets by which trials are counted.
        row: the trial behind it.
        facts: what else is known of it.
    """

    id: str
    type: RunType
    at: datetime
    markets: tuple[str, ...] = ()
    strategy: str = ""
    params: tuple[tuple[str, float], ...] = ()
    status: str = "done"
    source: str = ""
    figures: Mapping[str, float | None] = field(default_factory=dict)
    judged: Judged | None = None
    families: tuple[str, ...] = ()
    row: TrialRow | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> Json:
        """JSON form for lists."""
        judged = self.judged
        return {
            "id": self.id,
            "key": None if self.row is None else self.row.start.key.digest,
            "type": self.type,
            "at": self.at,
            "markets": list(self.markets),
            "families": list(self.families),
            "strategy": self.strategy,
            "params": dict(self.params),
            "status": self.status,
            "source": self.source,
            "figures": dict(self.figures),
            "verdict": None if judged is None else judged.verdict,
            "tier": None if judged is None else judged.tier,
            "candidate": None if judged is None else judged.candidate_id,
        }

    def matches(self, market: str) -> bool:
        """Whether it ran on this market, by symbol or family, in any case of letters."""
        wanted = market.lower()
        return any(name.lower() == wanted for name in (*self.markets, *self.families))


def trial_type(row: TrialRow) -> RunType:
    """The run type of a ledger row; a strategy that names others is a portfolio."""
    if row.start.members:
        return "portfolio_backtest"
    return _OF_SOURCE.get(row.start.lineage.source, "backtest")

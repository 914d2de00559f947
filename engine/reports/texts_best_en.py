"""English words of the best-of report."""

from __future__ import annotations

from typing import Final

BEST_ENGLISH: Final[dict[str, str]] = {
    "best.kicker": "Experiments",
    "best.title": "The best on {market}",
    "best.below": "{trials} trials on this market",
    "best.ranking": "Ranking",
    "best.reading": "How to read it",
    "best.rank": "Rank",
    "best.id": "No.",
    "best.strategy": "Strategy",
    "best.p_is": "p_IS",
    "best.trials": "N",
    "best.tier": "Gate",
    "best.sharpe": "Sharpe ratio, train",
    "best.total_return": "Total return, train",
    "best.max_drawdown": "Largest drawdown, train",
    "best.closed": "Trades",
    "best.none": "Nothing on this market has run long enough to be ranked.",
    "best.not_judged": "not judged",
    "best.about_p": (
        "p_IS is the share of searches in pure noise, with as many trials as were made on this "
        "market, that look at least this good. Above {limit} the gate does not look further."
    ),
    "best.about_sharpe": (
        "The best of many trials always has a fine Sharpe ratio on the data it was picked on. "
        "Only a verdict of the gate says more."
    ),
}

"""English words of a comparison."""

from __future__ import annotations

from typing import Final

COMPARE_ENGLISH: Final[dict[str, str]] = {
    "compare.title": "Comparison of {count} runs",
    "compare.kicker": "Comparison of reports",
    "compare.runs": "Runs",
    "compare.run": "Run",
    "compare.strategy": "Strategy",
    "compare.market": "Market",
    "compare.days": "Days",
    "compare.first": "First day",
    "compare.last": "Last day",
    "compare.verdict": "Verdict",
    "compare.trials": "Trials",
    "compare.digest": "Digest",
    "compare.traps": "Is this comparison fair",
    "compare.trap.none": "Same market, same days, same costs, same start equity.",
    "compare.trap.window": (
        "DIFFERENT DAYS: the runs do not cover the same window. A rule that met a rising "
        "market looks better than one that did not. Compare on the common days only."
    ),
    "compare.trap.market": (
        "DIFFERENT MARKETS: the runs are on different instruments or timeframes."
    ),
    "compare.trap.dataset": "DIFFERENT DATA: same market, but the datasets are not the same.",
    "compare.trap.costs": (
        "DIFFERENT COSTS: fees, spread or slippage differ, so part of the difference is the "
        "cost model."
    ),
    "compare.trap.start": "DIFFERENT START EQUITY: smallest orders and caps act differently.",
    "compare.trap.code": "DIFFERENT CODE: the runs were made by different versions of the engine.",
    "compare.trap.best": (
        "The best of several runs looks better than it is: each was a trial, and the gate "
        "counts them all."
    ),
    "compare.trap.train_only": "All figures are train figures, also where a holdout is open.",
    "compare.figures": "Key figures on train",
    "compare.common": "On the common days",
    "compare.common.none": (
        "The runs share fewer than {days} days: neither their figures nor their correlation "
        "can be compared."
    ),
    "compare.common.basis": (
        "{days} common days from {first} to {last}; net daily returns, annualised."
    ),
    "compare.correlation": "Correlation of daily returns",
    "compare.equity": "Growth on one axis",
    "compare.equity_axis": "Growth, start = 1, logarithmic",
    "compare.equity_text": "Growth of all runs from one, logarithmic.",
    "compare.equity_basis": "Each curve starts at one on the first common day.",
    "compare.equity_apart": (
        "The curves have no common days: each starts at one on its own first day."
    ),
    "compare.made_from": "Made from",
    "compare.bps": "Basis points",
    "compare.own_currency": "own currency",
    "compare.drawdowns": "Drawdowns",
    "compare.drawdown_text": "Drawdown of all runs.",
    "compare.costs": "Costs",
    "compare.digests": "What each run was made from",
}

"""English words of the numbered sections."""

from __future__ import annotations

from typing import Final

SECTIONS_ENGLISH: Final[dict[str, str]] = {
    "section.basis": "Costs, periods, seed and digests",
    "section.equity": "Equity",
    "section.underwater": "Drawdowns",
    "section.rolling": "Rolling figures over half a year",
    "section.price": "Price, entries, exits and stops",
    "section.exposure": "Exposure and turnover",
    "section.sensitivity": "Cost sensitivity",
    "section.parameters": "Parameter map",
    "section.walk_forward": "Walk-forward",
    "section.monte_carlo": "Monte Carlo",
    "section.stress": "Stress",
    "section.regimes": "By market regime",
    "section.commentary": "Commentary",
    "group.statistics": "Report-only statistics",
    "statistics.none": "Probabilistic and deflated Sharpe ratio: not run.",
    "statistic.psr": "Probability that the Sharpe ratio is above zero (PSR {year})",
    "statistic.psr.n": "Probability that the Sharpe ratio is above zero (PSR {year}, N = {trials})",
    "statistic.dsr": "Deflated Sharpe ratio (DSR {year})",
    "statistic.dsr.n": "Deflated Sharpe ratio (DSR {year}, N = {trials})",
    "statistic.min_trl": "Shortest track record that would tell, years (MinTRL {year})",
    "statistic.min_trl.n": (
        "Shortest track record that would tell, years (MinTRL {year}, N = {trials})"
    ),
    "statistic.pbo": "Probability of overfitting (PBO {year})",
    "statistic.pbo.n": "Probability of overfitting (PBO {year}, N = {trials})",
    "figures.intervals": (
        "The pair of numbers with a figure is its 90\u00a0% interval: stationary block "
        "bootstrap of daily returns, {draws} draws, mean block on train {block} days, seeded "
        "by the run's digest. Figures that depend on the order of days have none."
    ),
    "figures.benchmark": "Buy and hold is of equal shares of {symbols}.",
    "stage.0": "Stage 0: contract",
    "stage.1": "Stage 1: train evidence",
    "stage.2": "Stage 2: the look at the holdout",
    "stage.3a": "Stage 3a: vetoes on train",
    "stage.3b": "Stage 3b: vetoes on the look",
    "stage.4": "Stage 4: tier",
    "verdict.research": (
        "Research grade: a model behind this idea may remember the holdout. Never for live."
    ),
    "verdict.revealed": (
        "The holdout did not confirm this. Its figures are shown because a person asked for them; "
        "the look counts twice for every later idea on this market."
    ),
    "verdict.costs": "Sharpe ratio on train at other costs:",
    "verdict.cost": "{sharpe} at {factor} times",
    "verdict.passed": "Further criteria passed: {count}.",
    "verdict.unmet": "Further criteria not met: {count}.",
    "notes.more": "Further notes in the research report: {count}.",
    "calibration.none": "Self-calibration for this length and number of trials: not run.",
    "calibration.noise": (
        "With this history and this number of trials the gate passes {testnet} of pure noise "
        "at testnet tier and {paper} at paper tier."
    ),
    "calibration.power": (
        "A real edge with a Sharpe ratio of {sharpe} is found with a chance of {chance}."
    ),
    "calibration.noise.sized": (
        "With {train_years} years of train, {holdout_years} years of holdout, N = {trials}, look "
        "{look}: this gate passes {testnet} of pure noise at testnet tier and {paper} at "
        "paper tier."
    ),
    "calibration.power.both": (
        "It finds a real edge with a Sharpe ratio of {sharpe} with a chance of {chance} at testnet "
        "tier and {paper} at paper tier."
    ),
    "calibration.lever": (
        "A better lever than any statistic: {markets} markets that correlate by {alike} raise a "
        "Sharpe ratio by {gain}."
    ),
    "seed": "Seed",
    "seed.run": "derived from the digest of the run",
    "chart.underwater": "Drawdown from the highest equity so far; the five worst are numbered.",
    "chart.rolling": "Rolling Sharpe ratio above, rolling volatility below.",
    "chart.rolling_sharpe": "Sharpe ratio",
    "chart.rolling_volatility": "Volatility a year",
    "chart.price": "Price with entries, exits and first stops.",
    "chart.price_axis": "{symbol}, logarithmic",
    "chart.exposure": "Signed value of the position over equity.",
    "chart.exposure_axis": "Exposure, share of equity",
    "chart.fan": "Quantiles of resampled growth.",
    "chart.fan_axis": "Growth, start = 1, over days",
    "legend.trend_up": "Trend up",
    "legend.trend_down": "Trend down",
    "legend.trend_range": "Range",
    "cost.train_days": "Train, days",
    "cost.holdout_days": "Holdout, days",
    "commentary.silent": "The commentary does not mention: {what}.",
    "commentary.about.costs": "costs",
    "commentary.about.trades": "the number of trades",
    "commentary.about.holdout": "the length of the holdout",
    "commentary.about.trials": "the number of trials",
    "legend.price": "Close",
    "legend.enter-long": "Entry long",
    "legend.enter-short": "Entry short",
    "legend.leave": "Exit",
    "legend.stop-line": "First stop",
    "fall.place": "No.",
    "fall.zone": "Zone",
    "fall.depth": "Depth",
    "fall.peak": "From",
    "fall.trough": "Lowest",
    "fall.recovered": "Recovered",
    "fall.days": "Days",
    "fall.open": "not in this zone",
    "fall.none": "There was no drawdown.",
    "rolling.none": (
        "The run is shorter than half a year ({count} daily returns), so there is nothing to show."
    ),
    "rolling.basis": "Over {count} daily returns, annualised; each zone begins anew.",
    "price.none": "The prices are not in this record.",
    "years.year": "Year",
    "years.turnover": "Turnover, times equity",
    "years.exposure": "Mean signed exposure",
    "years.trades": "Trades closed",
    "years.basis": (
        "Turnover counts the notional of entries and exits over the mean equity of the year."
    ),
    "slice.name": "Closed trades",
    "slice.trades": "Trades",
    "slice.win_rate": "Win rate",
    "slice.pnl": "Result, {currency}",
    "slice.mae": "Mean worst",
    "slice.mfe": "Mean best",
    "slice.by_side": "By side",
    "slice.by_symbol": "By symbol",
    "slice.by_rule": "By rule",
    "slice.by_zone": "By zone",
    "trade.symbol": "Symbol",
    "trade.rule": "Rule",
    "trade.stop_price": "First stop",
    "trades.none_open": "No position is open at the end.",
    "dropped.none": "No order was cut or dropped.",
    "dropped.code": "Code",
    "dropped.meaning": "Cut and dropped orders",
    "dropped.count": "Orders",
    "drop.ORDERS_CUT": "cut to the cap or to cash",
    "drop.STOP_WRONG_SIDE": "stop on the wrong side or too near",
    "drop.TARGET_WRONG_SIDE": "target already reached",
    "drop.STOP_MISSING": "the size needs a stop",
    "drop.QUANTITY_TOO_SMALL": "below the smallest order",
    "drop.BAR_ABSENT": "nothing was traded in the bar",
    "drop.SIZE_UNKNOWN": "no size was known",
    "drop.OUTSIDE_HOURS": "outside the allowed hours",
    "drop.TRADES_PER_DAY": "most trades a day reached",
    "drop.TRADES_PER_WEEK": "most trades a week reached",
    "drop.LOSSES_PER_DAY": "most losses a day reached",
    "drop.DAILY_LOSS": "daily loss limit reached",
    "drop.POSITIONS_FULL": "most positions reached",
    "drop.CORRELATED": "too similar to what is held",
    "note.dropped": "Orders dropped, {meaning}: {count}.",
    "reason.exit_time": "set time of day",
    "reason.drawdown": "drawdown limit",
    "reason.regime": "market regime",
    "reason.resize": "resized",
    "reason.rebalance": "rebalancing",
    "reason.add": "added",
    "costs.none": "The same rules at other costs: not run.",
    "costs.factor": "Costs, times",
    "costs.total_return": "Total return",
    "costs.sharpe": "Sharpe ratio",
    "costs.max_drawdown": "Largest drawdown",
    "costs.trades": "Trades",
    "parameters.none": "Neighbouring parameters: not run.",
    "parameters.basis": (
        "Sharpe ratio on train. Across: {across}; down: {down}. Each cell is a counted trial."
    ),
    "walk.none": "Walk-forward windows: not run.",
    "walk.window": "Window after",
    "walk.span": "{first} to {last}",
    "walk.chosen": "Chosen",
    "walk.inside_sharpe": "Sharpe inside",
    "walk.after_sharpe": "Sharpe after",
    "walk.after_return": "Return after",
    "walk.basis": "This tests the procedure of choosing, not one rule. Noise passes it often.",
    "monte_carlo.none": "Resampled paths: not run.",
    "monte_carlo.drawdown_middle": "Largest drawdown, median path",
    "monte_carlo.drawdown_bad": "Largest drawdown, 95\u00a0% quantile",
    "monte_carlo.ruin": "Chance of ruin",
    "monte_carlo.basis": (
        "{paths} paths, stationary block bootstrap of daily returns, mean block {block} days."
        " Bands: 5 to 95\u00a0% and 25 to 75\u00a0%. Not evidence."
    ),
    "stress.none": "Scenarios: not run.",
    "stress.kind": "Scenario",
    "stress.rationale": "Why",
    "stress.size": "Size",
    "stress.middle_loss": "Loss, median",
    "stress.worst_loss": "Loss, worst",
    "regimes.none": "Figures by market regime: not run.",
    "regimes.label": "Regime",
    "regimes.share": "Share of time",
    "regimes.total_return": "Return",
    "regimes.sharpe": "Sharpe ratio",
    "regimes.trades": "Trades",
    "commentary.none": "Nobody wrote a commentary.",
    "commentary.refused": (
        "The commentary was refused: {codes}. It may only name figures of this report by their key."
    ),
    "spec.document": "The strategy as a document",
    "spec.export": "Take it to another program",
    "how_to_run": "To run it:",
}

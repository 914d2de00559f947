"""Backtest: one bar loop, fill rules shared with the paper venue, costs, results, metrics."""

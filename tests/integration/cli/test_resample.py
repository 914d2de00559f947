"""`peak data resample`: longer bars of what is there, under the same seal."""

from __future__ import annotations

from tests.integration.cli.conftest import Peak


def test_longer_bars_are_a_dataset_of_the_same_market(peak: Peak) -> None:
    """Weekly bars of the daily sample belong to its family and keep its sealed days."""
    daily = next(one for one in peak.json("data", "list")["datasets"] if one["timeframe"] == "1d")
    made = peak.json("data", "resample", "GOOG:1d", "--timeframe", "1w")
    assert made["timeframe"] == "1w"
    assert made["family"] == daily["family"]
    assert made["holdout_from"] >= daily["train_to"]


def test_shorter_bars_cannot_be_made(peak: Peak) -> None:
    """TIMEFRAME_PAIR: nobody knows what happened inside a bar."""
    error = peak.fault("data", "resample", "GOOG:1d", "--timeframe", "1h")
    assert error["code"] == "TIMEFRAME_PAIR"


def test_missing_bars_name_the_command_that_makes_them(peak: Peak) -> None:
    """A strategy on weekly bars of a daily dataset says how to get them."""
    peak.json("data", "list")
    error = peak.fault("portfolio", "backtest", "trend_following_moderate")
    assert "peak data" in error["hint"]

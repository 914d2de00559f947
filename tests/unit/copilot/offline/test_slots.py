"""Stops, targets, size, limits, calendar and sides in words."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.offline.calendar import read_calendar
from copilot.offline.detection import detect
from copilot.offline.limits import read_limits
from copilot.offline.normalise import normalise
from copilot.offline.operands import Frame
from copilot.offline.rewrite import rewrite
from copilot.offline.scan import Scan
from copilot.offline.sides import read_sides
from copilot.offline.sizing import read_cap, read_sizing
from copilot.offline.stops import read_stops
from copilot.offline.targets import read_targets
from engine.market import Timeframe

DAILY = Frame(Timeframe.D1)


def scan(text: str) -> Scan:
    """A text ready for the slot readers."""
    return Scan(rewrite(normalise(text, detect(text))))


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("3% stop", ("pct", 0.03, None)),
        ("stop loss at 4 percent", ("pct", 0.04, None)),
        ("Stop drei Prozent", ("pct", 0.03, None)),
        ("make the stop four percent", ("pct", 0.04, None)),
        ("sl 2%", ("pct", 0.02, None)),
        ("Stop auf 2,5 Prozent", ("pct", 0.025, None)),
        ("2% below entry", ("pct", 0.02, None)),
        ("cut losses at 5%", ("pct", 0.05, None)),
        ("10% trail", ("trailing_pct", 0.1, None)),
        ("2% trailing stop", ("trailing_pct", 0.02, None)),
        ("nachgezogener Stop von 5 Prozent", ("trailing_pct", 0.05, None)),
        ("trailing stop of 8%", ("trailing_pct", 0.08, None)),
        ("1.5 ATR stop with a 10-bar ATR", ("atr", 1.5, 10)),
        ("stop 2 ATR(20)", ("atr", 2.0, 20)),
        ("Stop zwei ATR", ("atr", 2.0, 14)),
        ("stop loss at 3 times the 20 day ATR", ("atr", 3.0, 20)),
        ("ATR stop (14, 2)", ("atr", 2.0, 14)),
        ("trailing stop of 3 ATR", ("trailing_atr", 3.0, 14)),
        ("trail by 2.5 ATR(10)", ("trailing_atr", 2.5, 10)),
        ("chandelier exit 22/3", ("chandelier", 3.0, 22)),
        ("hold eight days at the longest", ("time_bars", 8.0, None)),
        ("exit after 10 bars", ("time_bars", 10.0, None)),
        ("höchstens 48 Kerzen halten", ("time_bars", 48.0, None)),
        ("spätestens nach fünf Tagen raus", ("time_bars", 5.0, None)),
        ("20 bar time stop", ("time_bars", 20.0, None)),
        ("move the stop to breakeven after 1R", ("breakeven_after_r", 1.0, None)),
        ("stop at the low of the signal bar", ("price_expr", "low", None)),
        ("stop below the 10-day low", ("price_expr", "lowest(low,10)", None)),
    ],
)
def test_stops_are_read(text: str, stop: tuple[str, Any, int | None]) -> None:
    """Kind, size and period, in both languages."""
    found = read_stops(scan(text), DAILY).stops
    assert [
        (one.kind, one.value if one.value is not None else one.price, one.period) for one in found
    ] == [stop]


@pytest.mark.parametrize("text", ["no stop", "without a stop loss", "ohne Stop", "kein Stop"])
def test_the_wish_for_no_stop_is_kept(text: str) -> None:
    """It is a wish, not a gap."""
    assert read_stops(scan(text), DAILY).none_wanted


@pytest.mark.parametrize(
    "text", ["stop trading for the day", "the 20-day low", "5% of equity", "RSI below 30"]
)
def test_what_is_no_stop_stays(text: str) -> None:
    """The twin."""
    found = read_stops(scan(text), DAILY)
    assert (found.stops, found.none_wanted) == ((), False)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("take profit at 6%", [("pct", 0.06, 1.0)]),
        ("Gewinnziel vier R", [("r_multiple", 4.0, 1.0)]),
        ("target 2R", [("r_multiple", 2.0, 1.0)]),
        ("reward to risk 3:1", [("r_multiple", 3.0, 1.0)]),
        ("CRV 2,5", [("r_multiple", 2.5, 1.0)]),
        ("tp 3 ATR", [("atr", 3.0, 1.0)]),
        ("half at 1R and the rest at 3R", [("r_multiple", 1.0, 0.5), ("r_multiple", 3.0, 0.5)]),
        ("die Hälfte bei 2%, den Rest bei 5%", [("pct", 0.02, 0.5), ("pct", 0.05, 0.5)]),
        ("bei 4 % Gewinn verkaufen", [("pct", 0.04, 1.0)]),
    ],
)
def test_targets_are_read(text: str, targets: list[tuple[str, float, float]]) -> None:
    """Percent, multiples of risk, ATR, and parts of the position."""
    assert [
        (one.kind, one.value, one.close_fraction) for one in read_targets(scan(text), DAILY)
    ] == targets


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("half a percent at risk", "risk_per_trade", 0.005),
        ("0.25% risk a trade", "risk_per_trade", 0.0025),
        ("Risiko 0,4 Prozent", "risk_per_trade", 0.004),
        ("risk 1% of equity per trade", "risk_per_trade", 0.01),
        ("1 % des Kapitals riskieren", "risk_per_trade", 0.01),
        ("10% of equity per position", "fixed_fraction", 0.1),
        ("20 Prozent des Kapitals", "fixed_fraction", 0.2),
        ("fully invested", "fixed_fraction", 1.0),
        ("500 Euro je Trade", "fixed_notional", 500.0),
        ("$1000 per trade", "fixed_notional", 1000.0),
        ("volatility target 10%", "vol_target", 0.1),
        ("Zielvolatilität 12 Prozent", "vol_target", 0.12),
        ("equal weights", "equal_weight", None),
        ("weight them inversely to 120-day volatility", "inverse_vol", None),
    ],
)
def test_sizes_are_read(text: str, kind: str, value: float | None) -> None:
    """Percentages become fractions of one."""
    found = read_sizing(scan(text), DAILY)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)


def test_a_largest_position_is_read() -> None:
    """As a fraction of equity."""
    assert read_cap(scan("max position 20%")) == 0.2
    assert read_cap(scan("never more than 15% in one coin")) == 0.15


def test_a_stop_in_percent_is_no_size() -> None:
    """`use a 5% hard stop` sizes nothing."""
    assert read_sizing(scan("use a 5% hard stop"), DAILY) is None


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("one position", {"max_positions": 1}),
        ("maximal zwei Positionen", {"max_positions": 2}),
        ("one trade per day", {"max_trades_per_day": 1}),
        ("höchstens ein Einstieg pro Woche", {"max_trades_per_week": 1}),
        ("done for the day after two losers", {"max_losses_per_day": 2}),
        ("nach drei Verlusten Schluss", {"max_losses_per_day": 3}),
        ("worst drawdown 8%", {"max_drawdown_frac": 0.08}),
        ("Tagesverlust höchstens 2 %", {"max_daily_loss_frac": 0.02}),
        ("no leverage", {"max_leverage": 1.0}),
        ("leverage 3x", {"max_leverage": 3.0}),
        ("ohne Hebel", {"max_leverage": 1.0}),
        ("wait 5 bars after a loss", {"cooldown_bars": 5}),
        ("correlation below 0.7", {"max_correlation": 0.7}),
        ("pyramid up to 4 units", {"max_units": 4}),
        ("stop never more than 6% away", {"max_stop_distance_frac": 0.06}),
    ],
)
def test_limits_are_read(text: str, limits: dict[str, object]) -> None:
    """Counts and fractions under the names of the spec."""
    assert read_limits(scan(text), DAILY) == limits


def test_a_limit_out_of_range_is_remembered_and_not_taken() -> None:
    """So that the draft can say that it was left out."""
    seen = scan("leverage 60x")
    assert read_limits(seen, DAILY) == {}
    assert seen.odd == ["max_leverage 60.0"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("US session only, no trade in the first ten minutes", {"session": "09:40-16:00"}),
        ("Handle nur zwischen 9 und 17:30 Uhr", {"session": "09:00-17:30"}),
        ("London session", {"session": "08:00-16:30"}),
        ("flat by 15:50", {"flat_by": "15:50", "overnight": False}),
        ("no overnight positions", {"overnight": False}),
        ("nichts über Nacht", {"overnight": False}),
        ("Nur Montag bis Donnerstag", {"days": ("mon", "tue", "wed", "thu")}),
        ("no Fridays", {"days": ("mon", "tue", "wed", "thu")}),
        ("only on Tuesday and Wednesday", {"days": ("tue", "wed")}),
        ("nur werktags", {"days": ("mon", "tue", "wed", "thu", "fri")}),
    ],
)
def test_hours_and_days_are_read(text: str, found: dict[str, object]) -> None:
    """Named sessions, clock times, weekdays, nights."""
    assert read_calendar(scan(text)) == found


def test_a_market_that_never_closes_keeps_its_weekend() -> None:
    """`no Fridays` leaves six days to a coin."""
    assert len(read_calendar(scan("no Fridays"), round_the_clock=True)["days"]) == 6  # type: ignore[arg-type]  # a tuple


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("longs only", ("long",)),
        ("nur noch long", ("long",)),
        ("no shorts", ("long",)),
        ("short only", ("short",)),
        ("both directions", ("long", "short")),
        ("beide Richtungen", ("long", "short")),
        ("long and short", ("long", "short")),
        ("also allow shorts too", ("long", "short")),
        ("mirror for shorts", ("long", "short")),
        ("nothing said", ()),
    ],
)
def test_sides_are_read(text: str, sides: tuple[str, ...]) -> None:
    """Only what was said."""
    assert read_sides(scan(text)).sides == sides

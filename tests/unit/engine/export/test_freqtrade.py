"""The freqtrade file against a stand-in of its library: columns, signals, levels and stakes."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.data.bars import Bars
from engine.data.resample import resample
from engine.errors import InputError
from engine.export.freqtrade import export
from engine.language import library
from engine.language.compiler import compile_spec
from engine.language.spec import StrategySpec
from engine.market import Timeframe
from tests.export_world import changed, loaded
from tests.language_world import RULE, STOP, nasty_bars, spec

BARS = nasty_bars(420)


class FakeParameter:
    """A tunable parameter that knows its default only."""

    def __init__(self, *_bounds: float, default: float, **_more: object) -> None:
        """Keep the default as the value."""
        self.value = default


def fake_stop(level: float, rate: float, *, is_short: bool, leverage: float) -> float:
    """Distance of a level from the present rate as the library counts it."""
    sign = -1 if is_short else 1
    return max(sign * (1 - level / rate) * leverage, 0.0)


@pytest.fixture
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that exported files import."""
    package, module = ModuleType("freqtrade"), ModuleType("freqtrade.strategy")
    module.__dict__.update(
        IStrategy=object, IntParameter=FakeParameter, DecimalParameter=FakeParameter,
        stoploss_from_absolute=fake_stop,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "freqtrade", package)
    monkeypatch.setitem(sys.modules, "freqtrade.strategy", module)


def candles(bars: Bars) -> pd.DataFrame:
    """Bars as freqtrade hands them out."""
    names = ("open", "high", "low", "close", "volume")
    frame = pd.DataFrame({name: getattr(bars, name) for name in names})
    date = pd.to_datetime(bars.time, unit="ms", utc=True)
    frame.insert(0, "date", date)
    return frame


def strategy_of(document: StrategySpec) -> tuple[Any, ModuleType]:
    """An instance of the exported class, and its module."""
    module = loaded(export(document))
    made = next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and getattr(value, "INTERFACE_VERSION", 0) == 3
    )
    return made(), module


def with_data(document: StrategySpec, rows: int | None = None) -> tuple[Any, pd.DataFrame]:
    """A strategy whose data provider knows the first rows of the bars, analysed."""
    strategy, _ = strategy_of(document)
    frame = candles(BARS)
    for step in ("populate_indicators", "populate_entry_trend", "populate_exit_trend"):
        frame = getattr(strategy, step)(frame, {"pair": "BTC/USDT"})
    strategy.dp = SimpleNamespace(get_analyzed_dataframe=lambda _p, _t: (frame[:rows], None))
    strategy.wallets = SimpleNamespace(get_total_stake_amount=lambda: 10_000.0)
    return strategy, frame


def trade_at(bar: int, *, short: bool = False, tag: str | None = None, **more: object) -> Any:  # noqa: ANN401 - a stand-in
    """A trade filled at the open of a bar."""
    opened = pd.Timestamp(int(BARS.time[bar]), unit="ms", tz="UTC")
    known = {"enter_tag": tag, "open_rate": float(BARS.open[bar]), **more}
    return SimpleNamespace(open_date_utc=opened, is_short=short, leverage=1.0, **known)


def _exportable() -> list[str]:
    names = []
    for name in library.names():
        try:
            export(library.load(name))
        except InputError:
            continue
        names.append(name)
    return names


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("name", _exportable())
def test_columns_of_library_specs_equal_ours(name: str) -> None:
    """Every decision column equals our own, bit for bit, informative candles included."""
    document = changed(library.load(name), universe={"symbols": ["BTC/USDT"]})
    bars = nasty_bars(1_500, timeframe=document.timeframe)
    strategy, module = strategy_of(document)
    higher = {frame: candles(resample(bars, Timeframe(frame)).bars) for frame in module.HIGHER}
    for informative in ({}, higher):
        frame = module.add_columns(candles(bars), strategy.params(), informative)
        for rule in compile_spec(document).decide(bars).rules:
            for column in ("enter", "exit", "stop", "trail"):
                expected = getattr(rule, column)
                np.testing.assert_array_equal(frame[f"decided_{column}_{rule.rule}"], expected)


@pytest.mark.usefixtures("_library")
def test_higher_timeframes_are_informative_pairs() -> None:
    """Every pair is asked for on the higher timeframe, and its candles are used."""
    rule = {**RULE, "entry": 'close > htf("4h",sma(close,3))'}
    strategy, module = strategy_of(spec(rules=[rule]))
    asked = []

    def candles_of(pair: str, timeframe: str) -> pd.DataFrame:
        """Candles of the higher timeframe, and a note that they were asked for."""
        asked.append((pair, timeframe))
        return candles(resample(BARS, Timeframe(timeframe)).bars)

    strategy.dp = SimpleNamespace(
        current_whitelist=lambda: ["BTC/USDT", "ETH/USDT"], get_pair_dataframe=candles_of
    )
    frame = strategy.populate_indicators(candles(BARS), {"pair": "BTC/USDT"})
    assert strategy.informative_pairs() == [("BTC/USDT", "4h"), ("ETH/USDT", "4h")]
    assert asked == [("BTC/USDT", "4h")]
    alone = module.add_columns(candles(BARS), strategy.params())
    pd.testing.assert_frame_equal(frame, alone)


@pytest.mark.usefixtures("_library")
def test_indicators_are_columns_by_their_text() -> None:
    """Each expression is a column named as it is written, with our values."""
    document = spec(rules=[{**RULE, "entry": "close > ema(close,20)"}])
    _, module = strategy_of(document)
    frame = module.add_columns(candles(BARS))
    plan = compile_spec(document)
    place = next(n for n, step in enumerate(plan.plan.steps) if step.text == "ema(close,20)")
    np.testing.assert_array_equal(frame["ema(close,20)"], plan.plan_values(BARS)[place])


@pytest.mark.usefixtures("_library")
def test_signals_stand_at_the_deciding_candle() -> None:
    """enter_long and exit_long are 1 where we decide, so that both fill at the next open."""
    document = spec(rules=[{**RULE, "entry": "rsi(close,5) < 35", "exit": "rsi(close,5) > 60"}])
    _, frame = with_data(document)
    side = compile_spec(document).decide(BARS).rules[0]
    np.testing.assert_array_equal(frame["enter_long"] == 1, side.enter & ~side.exit)
    np.testing.assert_array_equal(frame["exit_long"] == 1, side.exit)
    assert side.enter.any()


@pytest.mark.usefixtures("_library")
def test_two_opposite_entries_at_once_give_none() -> None:
    """Where both sides would enter at one close, neither signal is set."""
    document = spec(
        rules=[{"id": "up", "side": "long", "entry": "close > open"},
               {"id": "down", "side": "short", "entry": "close > open or close < open"}],
        stops=[{"kind": "pct", "value": 0.05}],
    )  # fmt: skip
    strategy, frame = with_data(document)
    assert strategy.can_short
    assert not (frame.get("enter_long", pd.Series(0.0, frame.index)) == 1).any()
    assert (frame["enter_short"] == 1).any()


@pytest.mark.usefixtures("_library")
def test_the_stop_starts_at_the_decision_and_ratchets() -> None:
    """The level is the decided one at the fill and never falls while the trade is open."""
    document = spec(
        rules=[{**RULE, "entry": "close > 0*open", "exit": None}],
        stops=[{"kind": "atr", "value": 2.0, "period": 14}, {"kind": "trailing_pct", "value": 0.1}],
    )
    _, module = strategy_of(document)
    _, frame = with_data(document)
    bar = 350
    levels = [module.stop_level(frame[:rows], trade_at(bar)) for rows in range(bar, bar + 30)]
    decisions = compile_spec(document).decide(BARS).rules[0]
    first = max(decisions.stop[bar - 1], BARS.close[bar - 1] * (1 + -0.1))
    assert levels[0] == first
    assert levels == sorted(levels)


@pytest.mark.usefixtures("_library")
def test_the_stop_is_given_as_a_distance_from_the_rate() -> None:
    """custom_stoploss answers the distance to the level, for shorts from above."""
    rule = {"id": "down", "side": "short", "entry": "close > 0*open"}
    document = spec(rules=[rule], stops=[{"kind": "pct", "value": 0.05}])
    strategy, _ = with_data(document, 200)
    ref = float(BARS.close[199])
    given = strategy.custom_stoploss("BTC/USDT", trade_at(200, short=True), None, ref, 0.0)
    assert given == pytest.approx(0.05)


@pytest.mark.usefixtures("_library")
def test_the_stake_follows_the_sizing_rule_and_its_cap() -> None:
    """Risk over stop distance, cut to the largest position, never above what is left."""
    document = spec(
        rules=[{**RULE, "entry": "close > 0*open"}],
        stops=[{"kind": "pct", "value": 0.05}],
        sizing={"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.15},
    )
    strategy, _ = with_data(document)
    assert _stake(strategy, 5_000.0) == pytest.approx(1_500.0)
    assert _stake(strategy, 800.0) == 800.0
    wide = changed(document, sizing={**document.sizing.model_dump(), "max_position_frac": 1.0})
    assert _stake(with_data(wide)[0], 5_000.0) == pytest.approx(2_000.0)


def _stake(strategy: Any, most: float) -> float:  # noqa: ANN401 - a class made at run time
    return float(
        strategy.custom_stake_amount("BTC/USDT", None, 1.0, 0.0, 0.0, most, 1.0, None, "long")
    )


@pytest.mark.usefixtures("_library")
def test_targets_and_age_end_a_trade() -> None:
    """custom_exit says `target` beyond the decided price and `time` after the bars held."""
    document = spec(
        rules=[{**RULE, "entry": "close > 0*open", "exit": None}],
        stops=[{"kind": "pct", "value": 0.05}, {"kind": "time_bars", "value": 10}],
        targets=[{"kind": "r_multiple", "value": 2.0}],
    )
    trade, ref = trade_at(300), float(BARS.close[299])
    for rows, rate, expected in (
        (305, ref * 1.2, "target"), (305, ref, None), (310, ref, "time"), (309, ref, None),
    ):  # fmt: skip
        strategy, _ = with_data(document, rows)
        assert strategy.custom_exit("BTC/USDT", trade, None, rate, 0.0) == expected


@pytest.mark.usefixtures("_library")
def test_one_percentage_target_is_a_roi_table() -> None:
    """A single pct target for all rules becomes minimal_roi; other specs never reach theirs."""
    one, _ = strategy_of(spec(targets=[{"kind": "pct", "value": 0.04}]))
    none, _ = strategy_of(spec())
    assert one.minimal_roi == {"0": 0.04}
    assert none.minimal_roi == {"0": 100}
    assert not hasattr(one, "custom_exit")


@pytest.mark.usefixtures("_library")
def test_parameters_with_a_range_can_be_tuned() -> None:
    """Ranges become Int and Decimal parameters with enough decimals; others stay constants."""
    document = spec(
        params=[
            {"name": "lo", "type": "int", "default": 30, "low": 20, "high": 40, "step": 5},
            {"name": "k", "type": "float", "default": 1.5, "low": 1.0, "high": 3.0, "step": 0.25},
            {"name": "fixed", "type": "int", "default": 50},
        ],
        rules=[{**RULE, "entry": "rsi(close,14) < lo and close < sma(close,fixed) + k*atr(14)"}],
        limits={"cooldown_bars": 3},
    )
    strategy, _ = strategy_of(document)
    text = export(document)
    assert strategy.params() == {"lo": 30, "k": 1.5, "fixed": 50}
    assert "p_lo = IntParameter(20, 40, default=30" in text
    assert "p_k = DecimalParameter(1.0, 3.0, default=1.5, decimals=2" in text
    assert strategy.protections == [{"method": "CooldownPeriod", "stop_duration_candles": 3}]


@pytest.mark.usefixtures("_library")
def test_a_parameter_named_like_a_column_changes_no_column() -> None:
    """Parameters are no columns, so one named `date` or `enter_long` cannot hide another."""
    params = [{"name": name, "type": "int", "default": 20} for name in ("date", "enter_long")]
    entry = "rsi(close,14) < date and rsi(close,9) < enter_long"
    _, frame = with_data(spec(params=params, rules=[{**RULE, "entry": entry}]))
    assert frame.columns.is_unique
    assert frame["date"].iloc[0] == candles(BARS)["date"].iloc[0]


@pytest.mark.usefixtures("_library")
def test_the_rule_that_opened_a_trade_decides_its_way_out() -> None:
    """Two rules of a side: the tag tells whose condition and whose age count."""
    document = spec(
        rules=[
            {"id": "fast", "side": "long", "entry": "close > 0*open", "exit": "close > open"},
            {"id": "slow", "side": "long", "entry": "close > 0*open", "exit": "close > 2*open"},
        ],
        stops=[{"kind": "pct", "value": 0.5},
               {"kind": "time_bars", "value": 7, "rules": ["slow"]}],
    )  # fmt: skip
    _, frame = with_data(document)
    rising = BARS.close[304] > BARS.open[304]
    decided = frame["enter_tag"].dropna()
    assert set(decided) == {"fast", "slow"}
    assert "exit_long" not in frame
    for tag, rows, expected in (
        ("fast", 305, "signal" if rising else None), ("slow", 305, None), ("slow", 307, "time"),
    ):  # fmt: skip
        strategy, _ = with_data(document, rows)
        trade = trade_at(300, tag=tag)
        assert strategy.custom_exit("BTC/USDT", trade, None, 1.0, 0.0) == expected


@pytest.mark.usefixtures("_library")
def test_breakeven_and_levels_on_the_trade_move_the_stop() -> None:
    """After the gain the stop is the entry rate; an expression on the trade may be nearer."""
    document = spec(
        rules=[{**RULE, "entry": "close > 0*open", "exit": "bars_held >= 5 and open_return < 9"}],
        stops=[
            {"kind": "pct", "value": 0.5}, {"kind": "breakeven_after_r", "value": 0.001},
            {"kind": "trail_expr", "price": "where(bars_held > 3, lowest_since_entry, 0*close)"},
        ],
    )  # fmt: skip
    bar = next(b for b in range(200, 300) if BARS.close[b] > BARS.open[b] * 1.004)
    strategy, module = strategy_of(document)
    _, frame = with_data(document)
    trade = trade_at(bar)
    assert module.stop_level(frame[:bar], trade) == pytest.approx(BARS.close[bar - 1] * 0.5)
    assert module.stop_level(frame[: bar + 1], trade) == BARS.open[bar]
    low = BARS.low[bar : bar + 5].min()
    assert module.stop_level(frame[: bar + 5], trade) == max(low, BARS.open[bar])
    strategy, _ = with_data(document, bar + 5)
    assert strategy.custom_exit("BTC/USDT", trade, None, 1.0, 0.0) == "signal"


@pytest.mark.usefixtures("_library")
def test_parts_and_units_are_position_adjustments() -> None:
    """A reached target takes its share off, `add_when` puts the first stake on again."""
    parts = spec(
        rules=[{**RULE, "entry": "close > 0*open", "exit": None}],
        stops=[STOP],
        targets=[{"kind": "pct", "value": 0.01, "close_fraction": 0.25}],
    )
    adds = spec(
        rules=[{**RULE, "entry": "close > 0*open"}],
        stops=[STOP],
        pyramiding={"max_units": 2, "add_when": "open_return > -9", "stop_on_add": "keep"},
    )
    filled = SimpleNamespace(stake_amount_filled=100.0)
    for document, rate, entries_done, expected in (
        (parts, 1e9, 1, -25.0), (parts, 0.0, 1, None), (adds, 0.0, 1, 100.0), (adds, 0.0, 2, None),
    ):  # fmt: skip
        strategy, _ = with_data(document, 305)
        trade = trade_at(
            300, pair="BTC/USDT", entry_side="buy", nr_of_successful_entries=entries_done,
            nr_of_successful_exits=0, stake_amount=100.0,
            select_filled_orders=lambda _side: [filled],
        )  # fmt: skip
        found = strategy.adjust_trade_position(trade, None, rate, 0.0, 1.0, 1_000.0)
        assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.usefixtures("_library")
def test_limit_entries_have_their_price_and_limits_are_named() -> None:
    """custom_entry_price gives the order's price; what is not kept stands in the header."""
    order = {"type": "limit", "price": "close*0.99", "valid_bars": 3}
    document = spec(
        rules=[{**RULE, "order": order}], limits={"max_daily_loss_frac": 0.02,
                                                  "max_drawdown_frac": 0.1},
    )  # fmt: skip
    strategy, _ = with_data(document, 300)
    price = strategy.custom_entry_price("BTC/USDT", None, None, 5.0, RULE["id"], "long")
    assert price == pytest.approx(BARS.close[299] * 0.99)
    assert strategy.custom_entry_price("BTC/USDT", None, None, 5.0, "other", "long") == 5.0
    assert "daily loss limit is NOT kept" in export(document)
    assert strategy.protections[0]["max_allowed_drawdown"] == 0.1

"""The exported class, run by the package itself in a process of its own, trades like ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.backtest.costs import CostModel
from engine.export.backtesting_py import class_name, export
from engine.language import library
from engine.language.spec import StrategySpec
from tests.export_world import (
    FREE,
    assert_same_trades,
    changed,
    eurusd,
    goog,
    on_goog,
    ours,
    random_walk,
    theirs,
)
from tests.language_world import RULE, spec

RISK = {"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.5}
FRACTION = {"kind": "fixed_fraction", "value": 0.4}


def daily(**parts: object) -> StrategySpec:
    """A spec on daily GOOG bars."""
    return spec(**{"timeframe": "1d", "universe": {"symbols": ["GOOG"]}, **parts})


BOTH_SIDES = [
    {"id": "up", "side": "long", "entry": "cross_above(close,sma(close,20))"},
    {"id": "down", "side": "short", "entry": "cross_below(close,sma(close,20))"},
]
CASES: dict[str, StrategySpec] = {
    "reversals of both sides": daily(rules=BOTH_SIDES, sizing=FRACTION),
    "atr stop and target": daily(
        stops=[{"kind": "atr", "value": 2.0, "period": 14}],
        targets=[{"kind": "r_multiple", "value": 1.5}], sizing=RISK,
    ),
    "trailing stops of both sides": daily(
        rules=BOTH_SIDES, sizing=RISK,
        stops=[{"kind": "pct", "value": 0.08}, {"kind": "trailing_pct", "value": 0.05}],
    ),
    "chandelier with a cooldown": daily(
        rules=[{**RULE, "entry": "close > sma(close,50)", "exit": None}], sizing=RISK,
        stops=[{"kind": "chandelier", "value": 3.0, "period": 22}], limits={"cooldown_bars": 5},
    ),
    "time exit, notional": daily(
        rules=[{**RULE, "exit": None}], sizing={"kind": "fixed_notional", "value": 500_000},
        stops=[{"kind": "time_bars", "value": 7}],
    ),
    "regimes that end positions": daily(
        regimes=[{"name": "up", "when": "close > sma(close,100)", "min_bars": 5}],
        rules=[{**RULE, "entry": "rsi(close,5) < 40", "only_in_regimes": ["up"],
                "on_regime_end": "exit"}], sizing=RISK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", library.names())
def test_library_specs_trade_like_our_simulator(name: str, tmp_path: Path) -> None:
    """Every library spec on GOOG: same bars, sides, prices and whole shares, trade by trade."""
    document, bars = on_goog(name), goog()
    found = ours(document, bars)
    assert_same_trades(theirs(export(document), bars, tmp_path), found)
    assert found


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_kind_of_exit_and_size_trades_like_our_simulator(name: str, tmp_path: Path) -> None:
    """Shorts, reversals, targets, trailing stops, cooldown, time and regime exits are equal."""
    bars = goog()
    found = ours(CASES[name], bars)
    assert_same_trades(theirs(export(CASES[name]), bars, tmp_path), found)
    assert len(found) >= 5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_wild_paths_trade_like_our_simulator(seed: int, tmp_path: Path) -> None:
    """Random paths with gaps through stops: both sides, trailing stops, hundreds of trades."""
    document, bars = CASES["trailing stops of both sides"], random_walk(seed)
    found = ours(document, bars)
    assert_same_trades(theirs(export(document), bars, tmp_path), found)
    assert len(found) >= 100


def test_a_currency_pair_trades_like_our_simulator(tmp_path: Path) -> None:
    """EUR/USD by the hour, with the class told the pair's price step."""
    document = changed(CASES["reversals of both sides"], timeframe="1h",
                       stops=[{"kind": "atr", "value": 3.0, "period": 14}])  # fmt: skip
    bars = eurusd()
    step = {"price_step": float(bars.instrument.price_step)}
    found = ours(document, bars)
    assert_same_trades(theirs(export(document), bars, tmp_path, attributes=step), found)
    assert len(found) >= 100


def test_fees_change_sizes_alike(tmp_path: Path) -> None:
    """With the same fee on notional both accounts size the same number of shares."""
    document, bars = on_goog("rsi_momentum_goog_demo"), goog()
    costs = CostModel.model_validate(
        {**FREE.model_dump(), "taker_fee_bps": 10.0, "maker_fee_bps": 10.0}
    )
    found = ours(document, bars, costs)
    assert_same_trades(theirs(export(document), bars, tmp_path, fee=0.001), found)
    assert found != ours(document, bars)


def test_a_parameter_is_an_attribute_of_the_class(tmp_path: Path) -> None:
    """Setting the attribute trades like the spec with that default (same longest warm-up)."""
    document, bars = on_goog("rsi2_pullback_spy_moderate"), goog()
    (lo,) = document.params
    other = changed(document, params=[{**lo.model_dump(mode="json"), "default": 12}])
    found = theirs(export(document), bars, tmp_path, attributes={"p_lo": 12})
    assert_same_trades(found, ours(other, bars))
    assert found != ours(document, bars)


def test_names_become_class_names() -> None:
    """Letters and digits of a name, capitalised, never starting with a digit."""
    assert class_name("rsi_dip btc") == "RsiDipBtc"
    assert class_name("52 weeks") == "Spec52Weeks"
    assert class_name("...") == "Spec"


def test_the_file_imports_nothing_of_ours() -> None:
    """Numpy, the standard library and the package: nothing else is needed to run it."""
    lines = export(on_goog("rsi_momentum_goog_demo")).splitlines()
    roots = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))
    }
    assert roots <= {"__future__", "collections", "math", "typing", "numpy", "backtesting"}

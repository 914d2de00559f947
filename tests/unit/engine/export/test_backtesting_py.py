"""The exported class, run by the package itself in a process of its own, trades like ours."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.errors import InputError
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
    round_the_clock,
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


def order(kind: str, price: str, **more: object) -> dict[str, object]:
    """A stop or limit order."""
    return {"type": kind, "price": price, "valid_bars": 1, **more}


STOPS = [{"kind": "atr", "value": 2.0, "period": 14}]
CASES: dict[str, StrategySpec] = {
    "reversals": daily(rules=BOTH_SIDES, sizing=FRACTION),
    "atr stop and target": daily(
        stops=STOPS, targets=[{"kind": "r_multiple", "value": 1.5}], sizing=RISK
    ),
    "trailing both": daily(
        rules=BOTH_SIDES,
        sizing=RISK,
        stops=[{"kind": "pct", "value": 0.08}, {"kind": "trailing_pct", "value": 0.05}],
    ),
    "chandelier": daily(
        rules=[{**RULE, "entry": "close > sma(close,50)", "exit": None}],
        sizing=RISK,
        stops=[{"kind": "chandelier", "value": 3.0, "period": 22}],
        limits={"cooldown_bars": 5},
    ),
    "time exit": daily(
        rules=[{**RULE, "exit": None}],
        sizing={"kind": "fixed_notional", "value": 500_000},
        stops=[{"kind": "time_bars", "value": 7}],
    ),
    "regimes": daily(
        regimes=[{"name": "up", "when": "close > sma(close,100)", "min_bars": 5}],
        rules=[
            {
                **RULE,
                "entry": "rsi(close,5) < 40",
                "only_in_regimes": ["up"],
                "on_regime_end": "exit",
            }
        ],
        sizing=RISK,
    ),
    "breakeven": daily(
        rules=BOTH_SIDES, sizing=RISK, stops=[*STOPS, {"kind": "breakeven_after_r", "value": 0.5}]
    ),
    "max loss": daily(
        rules=BOTH_SIDES,
        sizing=FRACTION,
        stops=[{"kind": "pct", "value": 0.2}, {"kind": "max_loss_equity", "value": 0.01}],
        targets=[{"kind": "r_multiple", "value": 2.0}],
    ),
    "trail expr": daily(
        rules=BOTH_SIDES,
        sizing=RISK,
        stops=[
            *STOPS,
            {
                "kind": "trail_expr",
                "price": "max(entry_price - atr(14), highest_since_entry - 2*atr(14))",
                "rules": ["up"],
            },
        ],
    ),
    "state exit": daily(
        rules=[
            {
                **RULE,
                "entry": "cross_above(close,sma(close,10))",
                "exit": "open_return > 0.03 or bars_held >= 8 or falling(open_return,2)"
                " and open_r < 0",
            }
        ],
        stops=STOPS,
        sizing=RISK,
    ),
    "partial": daily(
        rules=BOTH_SIDES,
        sizing=RISK,
        stops=STOPS,
        targets=[
            {"kind": "r_multiple", "value": 1.0, "close_fraction": 0.5},
            {"kind": "r_multiple", "value": 2.0, "close_fraction": 0.3},
        ],
    ),
    "partial full": daily(
        rules=BOTH_SIDES,
        sizing=RISK,
        stops=STOPS,
        targets=[
            {"kind": "r_multiple", "value": 1.0, "close_fraction": 0.5},
            {"kind": "r_multiple", "value": 2.0, "close_fraction": 0.5},
        ],
    ),
    "moving target": daily(
        rules=BOTH_SIDES[:1],
        sizing=RISK,
        stops=STOPS,
        targets=[{"kind": "moving_expr", "price": "bb_upper(close,20,2)"}],
    ),
    "two rules": daily(
        rules=[
            {
                "id": "a",
                "side": "long",
                "entry": "cross_above(close,sma(close,20))",
                "exit": "rsi(close,5) > 80",
            },
            {"id": "b", "side": "long", "entry": "rsi(close,5) < 20", "exit": "rsi(close,5) > 55"},
        ],
        sizing=RISK,
        stops=[
            {"kind": "atr", "value": 3.0, "period": 14, "rules": ["a"]},
            {"kind": "pct", "value": 0.04, "rules": ["b"]},
            {"kind": "time_bars", "value": 6, "rules": ["b"]},
        ],
    ),
    "stop entry": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "rsi(close,5) > 60",
                "order": order("stop", "highest(high,3)"),
                "exit": "rsi(close,5) < 40",
            }
        ],
        sizing=FRACTION,
    ),
    "stop entry protected": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "rsi(close,5) > 60",
                "order": order("stop", "highest(high,3)", valid_bars=3),
                "exit": "rsi(close,5) < 40",
            }
        ],
        sizing=RISK,
        stops=[{"kind": "pct", "value": 0.01}],
        targets=[{"kind": "pct", "value": 0.08}],
    ),
    "limit entries of one side": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "rsi(close,5) < 45",
                "order": order("limit", "close*0.99", valid_bars=2),
                "exit": "rsi(close,5) > 60",
            },
            {
                "id": "dn",
                "side": "short",
                "entry": "rsi(close,5) > 65",
                "exit": "rsi(close,5) < 50",
            },
        ],
        sizing=RISK,
        stops=[{"kind": "pct", "value": 0.02}],
    ),
    "on close": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "cross_above(close,sma(close,20))",
                "order": {"type": "market_on_close"},
                "exit": "cross_below(close,sma(close,20))",
            },
            {
                "id": "dn",
                "side": "short",
                "entry": "rsi(close,5) > 80",
                "order": {"type": "market_on_close"},
                "exit": "rsi(close,5) < 50",
            },
        ],
        sizing=RISK,
        stops=STOPS,
    ),
    "pyramid": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "cross_above(close,sma(close,20))",
                "exit": "cross_below(close,sma(close,20))",
            }
        ],
        sizing={"kind": "risk_per_trade", "value": 0.005, "max_position_frac": 0.9},
        stops=STOPS,
        pyramiding={
            "max_units": 4,
            "add_when": "close > last_entry_price + 0.5*atr(14)",
            "stop_on_add": "latest",
        },
    ),
    "pyramid target": daily(
        rules=BOTH_SIDES,
        sizing={"kind": "risk_per_trade", "value": 0.005, "max_position_frac": 0.9},
        stops=STOPS,
        targets=[{"kind": "r_multiple", "value": 2.0}],
        pyramiding={"max_units": 3, "add_when": "open_r > 0.5", "stop_on_add": "keep"},
    ),
    "last won": daily(
        rules=[
            {
                "id": "up",
                "side": "long",
                "entry": "cross_above(close,sma(close,10)) and not last_trade_won"
                " or rsi(close,5) < 20",
                "exit": "cross_below(close,sma(close,10))",
            }
        ],
        sizing=FRACTION,
    ),
    "drawdown": daily(
        rules=BOTH_SIDES,
        sizing=FRACTION,
        stops=STOPS,
        limits={"max_drawdown_frac": 0.05, "max_daily_loss_frac": 0.01},
    ),
    "days": daily(
        rules=BOTH_SIDES,
        sizing=FRACTION,
        stops=STOPS,
        limits={"max_trades_per_week": 1, "max_losses_per_day": 1},
    ),
    "vol target": daily(
        rules=[
            *BOTH_SIDES[:1],
            {"id": "down", "side": "short", "entry": "cross_below(close,sma(close,20))"},
        ],
        sizing={"kind": "vol_target", "value": 0.1, "lookback": 20},
    ),
}


def _library_specs() -> list[str]:
    """Library specs that the package can be told, apart from those that re-size positions."""
    names = []
    for name in library.names():
        document = library.load(name)
        try:
            export(document)
        except InputError:
            continue
        if document.sizing.resize == "entry" and document.timeframe.value in {"4h", "1d"}:
            names.append(name)
    return names


@pytest.mark.parametrize("name", _library_specs())
def test_library_specs_trade_like_our_simulator(name: str) -> None:
    """Every library spec on a wild path: same bars, sides, prices and whole units, profits too."""
    document = changed(library.load(name), universe={"symbols": ["BTC/USDT"]})
    bars = round_the_clock(3, document.timeframe)
    found = ours(document, bars)
    assert_same_trades(theirs(export(document), bars), found)
    assert found


@pytest.mark.parametrize("where", ["goog", "walk"])
@pytest.mark.parametrize("name", sorted(CASES))
def test_every_part_of_a_spec_trades_like_our_simulator(name: str, where: str) -> None:
    """Orders, stops, targets, parts, units, state, limits: trade by trade on GOOG and a path."""
    bars = goog() if where == "goog" else random_walk(1, 1_500)
    found = ours(CASES[name], bars)
    assert_same_trades(theirs(export(CASES[name]), bars), found)
    assert len(found) >= 3


@pytest.mark.parametrize("kind", ["weekly", "bar"])
def test_resized_positions_change_at_the_same_bars(kind: str) -> None:
    """The package closes its oldest units, ours have a mean price: bars and quantities agree."""
    document = daily(
        universe={"symbols": ["BTC/USDT"]}, rules=[{**RULE, "entry": "close > sma(close,50)"}],
        sizing={"kind": "vol_target", "value": 0.2, "lookback": 20, "resize": kind,
                "band_frac": 0.1},
    )  # fmt: skip
    bars = round_the_clock(2, document.timeframe)
    found = ours(document, bars)
    other = theirs(export(document), bars)
    assert [row[:3] for row in other] == [row[:3] for row in found]
    np.testing.assert_allclose([row[5] for row in other], [row[5] for row in found])
    assert len(found) > 20


WILD = ("trailing both", "two rules", "state exit", "chandelier", "pyramid")


@pytest.mark.parametrize("seed", range(1, 21))
def test_wild_paths_trade_like_our_simulator(seed: int) -> None:
    """Twenty random paths with gaps through stops, each for one of five specs and GOOG's own."""
    bars = random_walk(seed, 1_200)
    for document in (CASES[WILD[seed % 5]], on_goog("rsi_momentum_goog_demo")):
        found = ours(document, bars)
        assert_same_trades(theirs(export(document), bars), found)
        assert len(found) >= 5


def test_a_currency_pair_trades_like_our_simulator() -> None:
    """EUR/USD by the hour, with the class told the pair's price step."""
    document = changed(CASES["reversals"], timeframe="1h",
                       stops=[{"kind": "atr", "value": 3.0, "period": 14}])  # fmt: skip
    bars = eurusd()
    step = {"price_step": float(bars.instrument.price_step)}
    found = ours(document, bars)
    assert_same_trades(theirs(export(document), bars, attributes=step), found)
    assert len(found) >= 100


def test_fees_change_sizes_alike() -> None:
    """With the same fee on notional both accounts size the same number of shares."""
    document, bars = on_goog("rsi_momentum_goog_demo"), goog()
    costs = CostModel.model_validate(
        {**FREE.model_dump(), "taker_fee_bps": 10.0, "maker_fee_bps": 10.0}
    )
    found = ours(document, bars, costs)
    assert_same_trades(theirs(export(document), bars, fee=0.001), found)
    assert found != ours(document, bars)


def test_a_parameter_is_an_attribute_of_the_class() -> None:
    """Setting the attribute trades like the spec with that default (same longest warm-up)."""
    document, bars = on_goog("rsi2_pullback_spy_moderate"), goog()
    (lo,) = document.params
    other = changed(document, params=[{**lo.model_dump(mode="json"), "default": 12}])
    found = theirs(export(document), bars, attributes={"p_lo": 12})
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

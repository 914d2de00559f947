"""Every form of spec can begin in the middle of its bars, flat, warmed up on what came before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.simulator import simulate
from engine.data.panel import Panel, panel_of
from engine.data.synthetic import Frame, garch_t
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.spec import read_spec
from engine.market import Instrument, Timeframe

COSTS = CostModel(taker_fee_bps=5.0, maker_fee_bps=2.0, spread_bps=2.0, slippage_bps=1.0)
FIRST = 250


def _panel(*symbols: str) -> Panel:
    return panel_of(
        [
            garch_t(
                Frame(
                    Instrument(symbol=f"{name}/USD", base=name, quote="USD", shorts_allowed=True),
                    Timeframe.D1,
                    600,
                ),
                place,
            )
            for place, name in enumerate(symbols)
        ]
    )


def _spec(*symbols: str, **changes: Any) -> CompiledSpec:  # noqa: ANN401 - any field of a spec
    document: dict[str, Any] = {
        "name": "tried",
        "family": "other",
        "timeframe": "1d",
        "universe": {"symbols": [f"{name}/USD" for name in symbols]},
        "rules": [{"id": "one", "side": "long", "entry": "close > sma(close, 20)",
                   "exit": "close < sma(close, 20)"}],
        "stops": [{"kind": "pct", "value": 0.05}],
        "sizing": {"kind": "fixed_fraction", "value": 0.3, "max_position_frac": 0.3},
        **changes,
    }  # fmt: skip
    return compile_spec(read_spec(json.dumps(document)))


def test_one_instrument_begins_as_its_cut_decisions_do() -> None:
    """Starting at a row gives the run of the later bars with the later decisions."""
    panel, compiled = _panel("A"), _spec("A")
    bars = panel.each[0]
    begun = run_spec(compiled, panel, COSTS, first=FIRST)
    cut = simulate(bars.slice(FIRST, len(bars)), compiled.decide(bars).since(FIRST), COSTS)
    assert begun.digest == cut.digest
    assert begun.digest != run_spec(compiled, panel, COSTS).digest


@pytest.mark.parametrize(
    ("symbols", "changes"),
    [
        (("A", "B", "C"), {}),
        (
            ("A", "B"),
            {
                "pair": {"y": "A/USD", "x": "B/USD", "hedge": "log_ols", "lookback": 60},
                "rules": [
                    {"id": "low", "side": "long", "entry": "zscore(spread, 30) < -1",
                     "exit": "zscore(spread, 30) > 0"},
                    {"id": "high", "side": "short", "entry": "zscore(spread, 30) > 1",
                     "exit": "zscore(spread, 30) < 0"},
                ],
            },
        ),
    ],
    ids=["several", "pair"],
)  # fmt: skip
def test_every_form_begins_flat_at_the_row(symbols: tuple[str, ...], changes: Any) -> None:  # noqa: ANN401 - fields of a spec
    """The result covers the later rows, holds nothing at its first close, and trades after it."""
    panel, compiled = _panel(*symbols), _spec(*symbols, **changes)
    begun = run_spec(compiled, panel, COSTS, first=FIRST)
    assert np.array_equal(begun.time, panel.time[FIRST:])
    assert not np.atleast_2d(begun.position)[:, 0].any()
    assert begun.trades
    assert begun.equity[0] == begun.start_equity


def test_an_ensemble_begins_flat_at_the_row() -> None:
    """Members run from the row on; none of them brings a position with it."""
    panel, member = _panel("A"), _spec("A")
    form = {"combine": "weighted", "members": [{"strategy": "m", "weight": 0.5}]}
    whole = _spec("A", rules=[], stops=[], ensemble=form)
    begun = run_spec(whole, panel, COSTS, first=FIRST, members={"m": member})
    alone = run_spec(member, panel, COSTS, first=FIRST, start_equity=5_000.0)
    assert np.array_equal(begun.time, panel.time[FIRST:])
    assert np.allclose(begun.equity - 5_000.0, alone.equity)


def test_without_a_grid_scaled_prices_give_the_same_trades() -> None:
    """Prices times eight are the same strategy when no step rounds anything."""
    panel, compiled = _panel("A"), _spec("A")
    bars = panel.each[0]
    prices = {name: getattr(bars, name) * 8.0 for name in ("open", "high", "low", "close")}
    bigger = panel_of([replace(bars, **prices)])
    one = run_spec(compiled, panel, COSTS, grid=False)
    other = run_spec(compiled, bigger, COSTS, grid=False)
    assert [t.entry_bar for t in one.trades] == [t.entry_bar for t in other.trades]
    assert one.equity.tobytes() == other.equity.tobytes()

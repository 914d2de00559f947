"""Copied definitions: complete, free of tool comments, nothing of ours imported."""

from __future__ import annotations

import ast
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backtest.orders import (
    FIXED_FRACTION,
    FIXED_NOTIONAL,
    RISK_PER_TRADE,
    wanted_quantity,
)
from engine.errors import InputError
from engine.export import sources
from engine.export.runtime import wanted_units, whole
from engine.export.sources import Definition, prelude, table
from tests.export_world import loaded

KINDS = {
    "fixed_fraction": FIXED_FRACTION,
    "fixed_notional": FIXED_NOTIONAL,
    "risk_per_trade": RISK_PER_TRADE,
}


def file_of(code: str) -> str:
    """A file that could run this code."""
    imports, definitions = prelude(code)
    return "\n".join(["from __future__ import annotations", *imports, definitions])


def test_a_function_comes_with_everything_it_uses() -> None:
    """`adx` brings averages, ranges and windows, and gives the values of the original."""
    module = loaded(file_of("adx"))
    assert {"rma", "true_range", "ratio", "lagged"} <= vars(module).keys()
    rng = np.random.default_rng(1)
    close = 100 + np.cumsum(rng.normal(size=80))
    from engine.indicators.trend import adx  # noqa: PLC0415 - beside its copy

    found = module.adx(close + 1, close - 1, close, 14)
    np.testing.assert_array_equal(found, adx(close + 1, close - 1, close, 14))


def test_only_what_is_needed_is_copied() -> None:
    """A file that uses `sma` does not carry candles or the parabolic stop."""
    text = file_of("sma")
    assert "def window_mean(" in text
    assert "psar" not in text
    assert "candle" not in text


@pytest.mark.parametrize("name", sorted(table().definitions))
def test_every_definition_stands_alone(name: str) -> None:
    """Each can be copied: no import of ours, no comment for tools, no name left open."""
    text = file_of(name)
    assert "noqa" not in text
    assert "import engine" not in text
    assert "from engine" not in text
    assert name in vars(loaded(text))


def test_no_name_stands_in_two_modules() -> None:
    """All modules share one namespace: the count of names is the count of definitions."""
    names = [
        name
        for module in sources.MODULES
        for node in ast.parse(sources.inspect.getsource(module)).body
        if (name := sources._defined(node)) is not None
    ]
    assert len(names) == len(set(names)) == len(table().definitions)


def test_a_definition_that_leans_on_the_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that uses something of ours outside these modules cannot be copied."""
    leaning = Definition("def leaning(x):\n    return Bars(x)", frozenset({"Bars"}), block=True)
    found = table()
    monkeypatch.setitem(found.definitions, "leaning", leaning)
    monkeypatch.setattr(sources, "table", lambda: found._replace(ours=found.ours | {"Bars"}))
    with pytest.raises(InputError) as caught:
        prelude("leaning(close)")
    assert (caught.value.code, caught.value.value) == ("EXPORT_SOURCE_MISSING", "Bars")


@given(
    st.sampled_from(sorted(KINDS)), st.floats(0.001, 0.05), st.floats(1_000, 1e7),
    st.floats(1, 1_000), st.floats(0.5, 0.99), st.floats(0.01, 1),
)  # fmt: skip
def test_sizes_are_those_of_the_simulator(  # noqa: PLR0913, PLR0917 - what a size depends on
    kind: str, value: float, equity: float, ref: float, distance: float, cap: float
) -> None:
    """Before rounding, exported files ask for the units that our sizing rule asks for."""
    stop = ref * distance
    wanted = wanted_quantity(KINDS[kind], value, equity, ref, stop)
    found = wanted_units((kind, value, cap), equity, ref, (stop, nan))
    assert found == pytest.approx(min(wanted, cap * equity / ref))


def test_no_stop_means_no_size_by_risk() -> None:
    """Without a stop, or with one at the close, risk sizing gives nothing."""
    rule = ("risk_per_trade", 0.01, 1.0)
    assert whole(wanted_units(rule, 1_000.0, 10.0, (nan, nan))) == 0
    assert whole(wanted_units(rule, 1_000.0, 10.0, (10.0, nan))) == 0
    assert whole(wanted_units(rule, 1_000.0, 10.0, (9.0, nan))) == 10


def test_a_weight_is_a_share_of_equity_up_to_the_cap() -> None:
    """Sizing by weight multiplies equity; an unknown weight gives nothing."""
    rule = ("vol_target", 0.1, 0.5)
    assert whole(wanted_units(rule, 1_000.0, 10.0, (nan, 0.2))) == 20
    assert whole(wanted_units(rule, 1_000.0, 10.0, (nan, 3.0))) == 50
    assert whole(wanted_units(rule, 1_000.0, 10.0, (nan, nan))) == 0


def test_the_compiled_form_of_a_loop_is_left_out() -> None:
    """A file carries the plain loop: nothing in it asks for a compiler."""
    text = file_of("ema")
    assert "def smooth(" in text
    assert "fast" not in text.replace("the fastest", "")

"""Pine scripts: what stands in them for each part of a spec (their bytes are golden files)."""

from __future__ import annotations

import re

import pytest

from engine.errors import InputError
from engine.export.pine import export
from engine.export.pine_code import CALLS, HELPERS
from engine.language import library
from engine.language.operators import OPERATORS
from engine.language.units import Unit
from tests.language_world import RULE, STOP, spec


def body(text: str) -> str:
    """The script without its comments."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("//"))


def undeclared(text: str) -> set[str]:
    """Our own names that are used in a script and never declared in it."""
    ours = r"(?:v[0-9]+|p_\w+|peak_\w+|st_\w+|won_\w+"
    ours += r"|(?:ref|stop|aim|fire|leave|trail|moving|level|risk|goal|until|held|quantity)_\w+)"
    used = set(re.findall(rf"\b{ours}\b", body(text)))
    declared = set(
        re.findall(
            rf"^ *(?:var )?(?:float |int |bool )?({ours})(?: =|\()", body(text), re.MULTILINE
        )
    )
    return used - declared


def _exportable() -> list[str]:
    names = []
    for name in library.names():
        try:
            export(library.load(name))
        except InputError:
            continue
        names.append(name)
    return names


@pytest.mark.parametrize("name", _exportable())
def test_library_specs_declare_every_name_they_use(name: str) -> None:
    """Every variable, input and helper of a script is declared above its use."""
    text = export(library.load(name))
    assert undeclared(text) == set()
    assert text.startswith("//@version=6\n")


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"htf"}))
def test_every_operator_is_written_with_its_helpers(name: str) -> None:
    """Each operator of the table stands in a script that declares what it uses."""
    operator = OPERATORS[name]
    is_condition = operator.unit([Unit.P] * len(operator.args)) is Unit.B
    call = operator.example
    entry = call if is_condition else f"{call} > sma({call},3)"
    text = export(spec(rules=[{**RULE, "entry": entry}]))
    assert undeclared(text) == set()
    assert "{" not in body(text)


def test_every_operator_of_the_table_exists() -> None:
    """The table names operators of the language only."""
    assert CALLS.keys() <= OPERATORS.keys()


def test_helpers_come_before_the_helpers_that_use_them() -> None:
    """Pine reads from the top: a function stands below those that it calls."""
    names = list(HELPERS)
    for place, name in enumerate(names):
        called = set(re.findall(r"peak_\w+(?=\()", HELPERS[name])) - {name}
        assert called <= set(names[:place])


def test_history_is_never_read_from_a_literal() -> None:
    """`cross_above(close, 100)` gets a variable for its constant."""
    text = export(spec(rules=[{**RULE, "entry": "cross_above(rsi(close,14),30)"}]))
    assert not re.search(r"\b[0-9.]+\[", body(text))
    assert re.search(r"v[0-9]+ > v[0-9]+ and v[0-9]+\[1\] <= v[0-9]+\[1\]", text)


def test_parameters_are_inputs_with_their_range() -> None:
    """An int and a float parameter become inputs with bounds and step."""
    text = export(
        spec(
            params=[
                {"name": "n", "type": "int", "default": 14, "low": 5, "high": 30, "step": 1},
                {"name": "k", "type": "float", "default": 1.5},
            ],
            rules=[{**RULE, "entry": "rsi(close,n) < 30 and close > sma(close,n)*k"}],
        )
    )
    assert 'p_n = input.int(14, "n", minval = 5, maxval = 30, step = 1)' in text
    assert 'p_k = input.float(1.5, "k")' in text
    assert "peak_rsi(close, p_n)" in text


def test_higher_timeframes_are_those_of_closed_bars() -> None:
    """Htf reads the bar before the running one, with the spelling of the chart, and says so."""
    text = export(spec(rules=[{**RULE, "entry": 'close > htf("1d",sma(close,20))'}]))
    average, request = re.findall(r"^v[0-9]+ = (ta.sma|request.security)(.*)$", text, re.MULTILINE)
    assert average == ("ta.sma", "(close, 20)")
    assert re.fullmatch(
        r'\(syminfo.tickerid, "D", v[0-9]+\[1\], lookahead = barmerge.lookahead_on\)', request[1]
    )
    assert "one base bar late" in text


def test_sizes_are_cut_to_the_cap() -> None:
    """Risk sizing divides by the stop's distance and never exceeds the largest position."""
    text = export(spec(sizing={"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.25}))
    assert (
        "math.min(0.01 * strategy.equity / math.abs(ref_dip - stop_dip),"
        " 0.25 * strategy.equity / ref_dip)" in text
    )


def test_an_operator_without_pine_is_refused_by_its_name() -> None:
    """Kama has no exact built-in and no helper: it is named with its place."""
    with pytest.raises(InputError, match="kama") as caught:
        export(spec(rules=[{**RULE, "entry": "close > kama(close,10)"}]))
    assert (caught.value.code, caught.value.value) == ("EXPORT_NOT_POSSIBLE", "/rules/0/entry")


def test_every_target_has_its_own_exit_beside_the_stop() -> None:
    """Two partial targets and a rest: three exits of the rule's entries, the stop in each."""
    targets = [
        {"kind": "r_multiple", "value": 1.0, "close_fraction": 0.5},
        {"kind": "moving_expr", "price": "bb_upper(close,20,2)", "close_fraction": 0.25},
    ]
    text = export(spec(targets=targets, stops=[STOP]))
    exits = re.findall(r'strategy.exit\("(.+?)", from_entry = "dip", stop = level_dip', text)
    assert exits == ["dip 0", "dip 1", "dip rest"]
    assert "qty_percent = 50)" in text
    assert "goal_dip_1 := nz(moving_dip_1, goal_dip_1)" in text
    assert "partial closes" in text
    assert undeclared(text) == set()


def test_price_orders_work_for_their_bars_and_are_cancelled() -> None:
    """A stop entry has its trigger and is cancelled when its bars are over."""
    order = {"type": "stop", "price": "highest(high,20)", "valid_bars": 3}
    text = export(spec(rules=[{**RULE, "order": order}]))
    assert 'strategy.entry("dip", strategy.long, qty = quantity_dip, stop = ref_dip)' in text
    assert "until_dip := bar_index + 3" in text
    assert 'strategy.cancel("dip")' in text
    assert undeclared(text) == set()


def test_trade_state_is_declared_only_where_it_is_read() -> None:
    """An exit on the open trade brings the series it needs; a plain spec none of them."""
    rule = {**RULE, "entry": "rsi(close,14) < 30 and not last_trade_won",
            "exit": "open_r > 2 or highest_since_entry - close > 3*atr(14)"}  # fmt: skip
    text = export(spec(rules=[rule], stops=[STOP]))
    assert {"st_open_r", "st_highest_since_entry", "won_long"} <= set(re.findall(r"\w+", text))
    assert undeclared(text) == set()
    assert "st_" not in body(export(spec()))


def test_hours_and_limits_of_the_account_are_the_charts_own() -> None:
    """Session, days, a time to be flat by, drawdown and daily loss stand in the script."""
    limits = {
        "session": "09:30-16:00", "days": ["mon", "fri"], "flat_by": "15:45",
        "max_drawdown_frac": 0.1, "max_daily_loss_frac": 0.02,
    }  # fmt: skip
    text = export(spec(limits=limits))
    assert 'time(timeframe.period, "0930-1600")' in text
    assert "dayofweek.monday or dayofweek == dayofweek.friday" in text
    assert "strategy.risk.max_drawdown(10, strategy.percent_of_equity)" in text
    assert "strategy.risk.max_intraday_loss(2, strategy.percent_of_equity)" in text
    assert "strategy.close_all()" in text

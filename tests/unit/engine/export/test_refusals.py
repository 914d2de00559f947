"""What cannot be written is refused with its place, never left out; right specs pass."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InputError, SpecError
from engine.export.targets import TARGETS, export
from engine.language.spec import StrategySpec
from tests.language_world import RULE, STOP, spec

ALL = ("backtesting", "freqtrade", "pine")
PYTHON = ("backtesting", "freqtrade")
PART = {"kind": "r_multiple", "value": 1.0, "close_fraction": 0.5}
STATE_EXIT = {**RULE, "exit": "open_r > 2 and not last_trade_won"}
CASES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "/cross_section": (ALL, {
        "rules": [], "cross_section": {"score": "roc(close,20)", "long_top": 1},
    }),
    "/ensemble": (ALL, {"rules": [], "ensemble": {"members": [{"strategy": "a", "weight": 1}]}}),
    "/pair": (ALL, {"pair": {"y": "BTC/USDT", "x": "ETH/USDT"}}),
    "/targets/0/close_fraction": (ALL, {
        "stops": [STOP], "targets": [PART],
        "pyramiding": {"max_units": 2, "add_when": "open_r > 1", "stop_on_add": "keep"},
    }),
    "/rules/0/order/type": (("freqtrade",), {
        "rules": [{**RULE, "order": {"type": "stop", "price": "high", "valid_bars": 1}}],
    }),
    "/stops/1/kind": (("freqtrade",), {
        "stops": [STOP, {"kind": "max_loss_equity", "value": 0.01}],
    }),
    "/sizing/kind": (("pine",), {
        "sizing": {"kind": "weight_expr", "expr": "roc(close,20)"},
    }),
    "/sizing/resize": (("freqtrade", "pine"), {
        "sizing": {"kind": "vol_target", "value": 0.1, "lookback": 20, "resize": "daily"},
    }),
    "/limits/max_trades_per_day": (("freqtrade", "pine"), {"limits": {"max_trades_per_day": 1}}),
    "/limits/days": (("freqtrade",), {"limits": {"days": ["mon"]}}),
    "/limits/overnight": (ALL, {"limits": {"overnight": False}}),
    "/rules/0/entry": (ALL, {"rules": [{**RULE, "entry": "close > vwap_session()"}]}),
    "/rules/0/exit": (PYTHON, {"rules": [STATE_EXIT]}),
}  # fmt: skip
REFUSED = [(path, target) for path in sorted(CASES) for target in CASES[path][0]]
WRITTEN = [(path, target) for path in sorted(CASES) for target in ALL
           if target not in CASES[path][0]]  # fmt: skip


@pytest.mark.parametrize(("path", "target"), REFUSED)
def test_a_part_that_cannot_be_written_is_refused_with_its_path(path: str, target: str) -> None:
    """The refusal is EXPORT_NOT_POSSIBLE, its value the JSON pointer, with a way out."""
    with pytest.raises(InputError) as caught:
        export(spec(**CASES[path][1]), target)
    assert (caught.value.code, caught.value.value) == ("EXPORT_NOT_POSSIBLE", path)
    assert caught.value.hint


@pytest.mark.parametrize(("path", "target"), WRITTEN)
def test_what_a_target_can_express_is_written(path: str, target: str) -> None:
    """Must-pass twin: the same parts go through where the target has words for them."""
    document = spec(**CASES[path][1])
    assert document.digest in export(document, target)


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("symbol", ["SPY", "BTC/USDT"])
def test_exchange_hours_are_refused_and_round_the_clock_is_written(
    symbol: str, target: str
) -> None:
    """A file knows UTC days only: an intraday daily limit on a share cannot be kept in Python."""
    document = spec(universe={"symbols": [symbol]}, limits={"max_daily_loss_frac": 0.02})
    if symbol == "BTC/USDT":
        assert export(document, target)
        return
    with pytest.raises(InputError) as caught:
        export(document, target)
    assert caught.value.value == "/limits/max_daily_loss_frac"


def test_a_higher_timeframe_of_a_share_is_refused_in_python() -> None:
    """Session closes are not in a file: `htf` on an exchange's calendar is named with its place."""
    rule = {**RULE, "entry": 'close > htf("1d",close)'}
    document = spec(universe={"symbols": ["SPY"]}, rules=[rule])
    with pytest.raises(InputError) as caught:
        export(document, "backtesting")
    assert caught.value.value == "/rules/0/entry"
    assert export(document, "pine")


def test_an_unknown_operator_is_refused_by_its_name() -> None:
    """The message names the operator, so that the author knows what to replace."""
    with pytest.raises(InputError, match="vwap_session"):
        export(spec(**CASES["/rules/0/entry"][1]), "backtesting")


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_spec_without_such_parts_passes(target: str) -> None:
    """Must-pass twin: a plain spec is written for every target."""
    document = spec()
    assert document.digest in export(document, target)


@pytest.mark.parametrize("target", TARGETS)
def test_a_spec_that_is_not_right_is_refused_before_anything_is_written(target: str) -> None:
    """The checker's first error comes through with its own code."""
    with pytest.raises(SpecError) as caught:
        export(spec(rules=[{**RULE, "entry": "rsi(close,14) < 30 and rsi(close,14) > 70"}]), target)
    assert caught.value.code == "UNSATISFIABLE"


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    """A wrong target is bad input, with what can be written instead."""
    with pytest.raises(InputError) as caught:
        export(spec(), "metatrader")
    assert caught.value.code == "EXPORT_TARGET_UNKNOWN"


@pytest.mark.parametrize("target", TARGETS)
def test_every_file_says_what_it_is_and_what_differs(target: str) -> None:
    """Digest, "not certified" and at least one approximation stand in the head."""
    document = spec()
    head = export(document, target).split("\n\n")[0]
    assert document.digest in head
    assert "not certified" in head
    assert "Approximations" in head


@pytest.mark.parametrize("target", TARGETS)
def test_a_hostile_name_stays_in_a_comment(target: str) -> None:
    """Line breaks and quotes in a name cannot leave the head, or the title that Pine needs."""
    nasty = 'x"\n\nimport os\nos.remove("y")\n'
    text = export(spec(name=nasty, hypothesis=nasty), target)
    mark = "//" if target == "pine" else "#"
    lines = [line for line in text.splitlines() if "os.remove" in line]
    code = [line for line in lines if not line.startswith(mark)]
    assert lines
    assert all(line.startswith('strategy("') and line.count('"') == 2 for line in code)


@pytest.mark.parametrize("target", TARGETS)
def test_parameters_may_be_named_like_anything(target: str) -> None:
    """Names that are words of Python or members of the other engine do no harm."""
    names = ["next", "init", "data", "n", "p", "close_", "stop", "values", "equity"]
    params = [{"name": name, "type": "int", "default": 5 + n} for n, name in enumerate(names)]
    entry = " and ".join(f"close > sma(close,{name})" for name in names)
    text = export(spec(params=params, rules=[{**RULE, "entry": entry}]), target)
    if target != "pine":
        compile(text, target, "exec")
    assert "p_next" in text


def test_writing_twice_gives_the_same_bytes() -> None:
    """An export depends on the spec alone."""
    document: StrategySpec = spec()
    for target in TARGETS:
        assert export(document, target) == export(document, target)

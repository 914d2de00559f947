"""What cannot be written is refused with its place, never left out; right specs pass."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InputError, SpecError
from engine.export.targets import TARGETS, export
from engine.language.spec import StrategySpec
from tests.language_world import RULE, spec

CASES: dict[str, dict[str, Any]] = {
    "/pyramiding": {"pyramiding": {"max_units": 2, "add_when": "close > open"}},
    "/cross_section": {
        "rules": [], "cross_section": {"score": "roc(close,20)", "long_top": 1},
    },
    "/ensemble": {"rules": [], "ensemble": {"members": [{"strategy": "a", "weight": 1}]}},
    "/pair": {"pair": {"y": "BTC/USDT", "x": "ETH/USDT"}},
    "/rules/0/order/type": {
        "rules": [{**RULE, "order": {"type": "stop", "price": "high", "valid_bars": 1}}],
    },
    "/stops/0/kind": {"stops": [{"kind": "breakeven_after_r", "value": 1.0}]},
    "/targets/0/kind": {"targets": [{"kind": "moving_expr", "price": "sma(close,20)"}]},
    "/sizing/kind": {"sizing": {"kind": "vol_target", "value": 0.1, "lookback": 20}},
    "/sizing/resize": {"sizing": {"kind": "fixed_fraction", "value": 0.1, "resize": "daily"}},
    "/limits/max_trades_per_day": {"limits": {"max_trades_per_day": 1}},
    "/limits/days": {"limits": {"days": ["mon"]}},
    "/rules/0/entry": {"rules": [{**RULE, "entry": "close > vwap_session()"}]},
    "/rules/0/exit": {"rules": [{**RULE, "exit": "cs_rank(close) > 50"}]},
    "/rules/1": {
        "rules": [RULE, {**RULE, "id": "other", "exit": "rsi(close,14) > 60"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("target", ["backtesting", "freqtrade"])
@pytest.mark.parametrize("path", sorted(CASES))
def test_a_part_that_cannot_be_written_is_refused_with_its_path(path: str, target: str) -> None:
    """The refusal is EXPORT_NOT_POSSIBLE and its value is the JSON pointer of the part."""
    with pytest.raises(InputError) as caught:
        export(spec(**CASES[path]), target)
    assert (caught.value.code, caught.value.value) == ("EXPORT_NOT_POSSIBLE", path)


@pytest.mark.parametrize("path", sorted(CASES.keys() - {"/rules/1", "/rules/0/entry"}))
def test_pine_refuses_what_it_cannot_express(path: str) -> None:
    """The same parts are refused for Pine, with the same places."""
    with pytest.raises(InputError) as caught:
        export(spec(**CASES[path]), "pine")
    assert (caught.value.code, caught.value.value) == ("EXPORT_NOT_POSSIBLE", path)


def test_an_unknown_operator_is_refused_by_its_name() -> None:
    """The message names the operator, so that the author knows what to replace."""
    with pytest.raises(InputError, match="vwap_session"):
        export(spec(**CASES["/rules/0/entry"]), "backtesting")


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

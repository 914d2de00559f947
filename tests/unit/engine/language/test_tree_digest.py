"""The tree of a spec: what is left of an idea without numbers, sizes and the market's name."""

from __future__ import annotations

import pytest

from engine.language.identity import shape_digest, tree_digest
from engine.language.spec import StrategySpec
from tests.language_world import spec

BASE = spec(universe={"symbols": ["BTC/USDT"]})
EXIT = {"id": "dip", "side": "long", "entry": "rsi(close,14) < 30", "exit": "rsi(close,14) > 60"}


@pytest.mark.parametrize(
    "other",
    [
        spec(name="renamed", universe={"symbols": ["BTC/USDT"]}),
        spec(universe={"symbols": ["BTC/USD"]}),
        spec(universe={"symbols": ["ASSET_07"]}),
        spec(universe={"symbols": ["BTC/USDT"]}, timeframe="1w"),
        spec(universe={"symbols": ["BTC/USDT"]}, rules=[EXIT]),
        spec(universe={"symbols": ["BTC/USDT"]}, sizing={"kind": "fixed_fraction", "value": 0.1}),
    ],
)
def test_names_numbers_and_sizes_are_no_new_idea(other: StrategySpec) -> None:
    """A renamed market, another bar length, other numbers: the same tree."""
    assert tree_digest(other) == tree_digest(BASE)


@pytest.mark.parametrize(
    "change",
    [
        {"entry": "rsi(close,14) > 30"},
        {"entry": "roc(close,14) < 30"},
        {"side": "short", "entry": "rsi(close,14) > 70", "exit": "rsi(close,14) < 50"},
    ],
)
def test_another_rule_is_another_tree(change: dict[str, str]) -> None:
    """What the rule compares, and which way, is the idea."""
    assert tree_digest(spec(rules=[{**EXIT, **change}])) != tree_digest(BASE)


def test_the_shape_knows_the_symbol_and_the_tree_does_not() -> None:
    """That is why both are compared: inside one market a name changes nothing."""
    renamed = spec(universe={"symbols": ["BTC/USD"]})
    assert shape_digest(renamed) != shape_digest(BASE)
    assert tree_digest(renamed) == tree_digest(BASE)


def test_symbols_are_told_apart_by_their_place() -> None:
    """A rule that looks at another market keeps looking at another market."""
    rule = {"id": "dip", "side": "long", "entry": "close < sym('{}', close)"}

    def two(own: str, other: str, looked_at: str) -> StrategySpec:
        named = {**rule, "entry": rule["entry"].format(looked_at)}
        return spec(universe={"symbols": [own, other]}, rules=[named])

    base = two("BTC/USDT", "ETH/USDT", "ETH/USDT")
    assert tree_digest(two("BTC/USD", "ETH/USD", "ETH/USD")) == tree_digest(base)
    assert tree_digest(two("BTC/USDT", "ETH/USDT", "BTC/USDT")) != tree_digest(base)

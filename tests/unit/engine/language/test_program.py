"""Programs on the open position against a slow evaluation of the same trees, bar by bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.errors import InputError
from engine.language.compiler import compile_spec
from engine.language.decisions import AddDecisions
from engine.language.expressions import parse
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
)
from engine.language.plan import Plan
from engine.language.program import (
    NEARER_ABOVE,
    NEARER_BELOW,
    OR,
    STATES,
    before_the_fill,
    knows_state,
    steps_of,
)
from tests.language_world import RULE, nasty_bars, spec
from tests.random_runs import program, random_bars
from tests.rules import FREE, make_bars, make_decisions

Value = float | None
ENTRY_BAR = 6


@dataclass(frozen=True)
class Position:
    """A position of one unit, entered at the open of a bar, and its market."""

    bars: Bars
    direction: int
    entry_bar: int
    stop: float

    @property
    def entry(self) -> float:
        """Fill price without costs."""
        return float(self.bars.open[self.entry_bar])

    def state(self, name: str, t: int) -> Value:
        """Trade state at close t by its definition, None before the position was open."""
        if t < self.entry_bar:
            return None
        since = slice(self.entry_bar, t + 1)
        gain = self.direction * (float(self.bars.close[t]) - self.entry)
        risk = abs(float(self.bars.close[self.entry_bar - 1]) - self.stop)
        known = {
            "entry_price": self.entry,
            "last_entry_price": self.entry,
            "highest_since_entry": float(self.bars.high[since].max()),
            "lowest_since_entry": float(self.bars.low[since].min()),
            "bars_held": float(t - self.entry_bar + 1),
            "open_return": gain / self.entry,
            "open_r": gain / risk,
            "units": 1.0,
            "side": float(self.direction),
            "last_trade_won": 0.0,
        }
        return known[name]

    def value(self, tree: Node, t: int) -> Value:  # noqa: PLR0911 - a table of node kinds
        """Value of a tree at close t: a number, 1 or 0, or None for missing."""
        if isinstance(tree, Number | Boolean):
            return float(tree.value)
        if isinstance(tree, Name):
            if tree.name in STATES:
                return self.state(tree.name, t)
            return float(getattr(self.bars, tree.name)[t]) if t >= 0 else None
        if isinstance(tree, Lag):
            assert isinstance(tree.bars, Number)
            return self.value(tree.of, t - int(tree.bars.value))
        if isinstance(tree, Minus):
            inner = self.value(tree.of, t)
            return None if inner is None else -inner
        if isinstance(tree, Not):
            inner = self.value(tree.of, t)
            return None if inner is None else 1.0 - inner
        if isinstance(tree, Logic):
            return _kleene(tree.word, [self.value(item, t) for item in tree.items])
        if isinstance(tree, Arithmetic | Comparison):
            return _pair(tree.sign, self.value(tree.left, t), self.value(tree.right, t))
        assert isinstance(tree, Call)
        return self._call(tree, t)

    def _call(self, tree: Call, t: int) -> Value:  # noqa: PLR0911 - a table of operators
        args = [self.value(arg, t) for arg in tree.args]
        if tree.name in {"cross_above", "cross_below"}:
            before = [self.value(arg, t - 1) for arg in tree.args]
            now, past = (">", "<=") if tree.name == "cross_above" else ("<", ">=")
            return _kleene("and", [_pair(now, *args), _pair(past, *before)])
        if tree.name in {"rising", "falling", "delta", "roc"}:
            past_value = self.value(tree.args[0], t - int(args[1] or 0))
            if tree.name == "roc":
                return _pair("-", _pair("/", args[0], past_value), 1.0)
            sign = {"rising": ">", "falling": "<", "delta": "-"}[tree.name]
            return _pair(sign, args[0], past_value)
        if tree.name == "where":
            return None if args[0] is None else args[1] if args[0] == 1 else args[2]
        if any(arg is None for arg in args):
            return None
        numbers = [arg for arg in args if arg is not None]
        if tree.name == "sign":
            return float(np.sign(numbers[0]))
        return {"min": min, "max": max, "abs": lambda x: abs(*x)}[tree.name](numbers)


def _kleene(word: str, values: list[Value]) -> Value:
    decisive = 0.0 if word == "and" else 1.0
    if decisive in values:
        return decisive
    return None if None in values else 1.0 - decisive


def _pair(sign: str, x: Value, y: Value) -> Value:
    if x is None or y is None:
        return None
    if sign == "/":
        return None if y == 0 else x / y
    if sign in "+-*":
        return {"+": x + y, "-": x - y, "*": x * y}[sign]
    return float(
        {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x == y, "!=": x != y}[sign]
    )


def _left_at(text: str, position: Position) -> int | None:
    """Bar at whose close the program leaves the position, None when it never does."""
    bars, n = position.bars, len(position.bars)
    side = {
        "enter": [position.entry_bar - 1],
        "stop": position.stop,
        "exit_program": program(text, bars),
    }
    name = "long" if position.direction > 0 else "short"
    (trade,) = simulate(bars, make_decisions(n, **{name: side}), FREE, grid=False).trades
    return None if trade.exit_reason == "open" else trade.exit_bar - 1


def _position(seed: int, direction: int) -> Position:
    """A position whose stop is never reached."""
    bars = random_bars(np.random.default_rng(seed), 30)
    rows = [tuple(row) for row in np.column_stack([bars.open, bars.high, bars.low, bars.close])]
    return Position(make_bars(rows), direction, ENTRY_BAR, 0.5 if direction > 0 else 1e4)


def _expected(text: str, position: Position) -> int | None:
    tree, last = parse(text), len(position.bars) - 1
    for t in range(position.entry_bar, last):
        if position.value(tree, t) == 1.0:
            return t
    return None


NUMBERS = ("close", "high", "open[1]", "close[3]", "2", "0", "100", *STATES[:-1])
SIGNS = ("<", "<=", ">", ">=", "==", "!=")


def numbers(depth: int) -> st.SearchStrategy[str]:
    """Texts of numbers, nested at most so deep."""
    if depth == 0:
        return st.sampled_from(NUMBERS)
    part, pick = numbers(depth - 1), st.sampled_from
    return st.one_of(
        part,
        st.builds("({} {} {})".format, part, pick("+-*/"), part),
        st.builds("-{}".format, part),
        st.builds("({})[{}]".format, part, st.integers(0, 4)),
        st.builds("{}({}, {})".format, pick(["min", "max"]), part, part),
        st.builds("{}({})".format, pick(["abs", "sign"]), part),
        st.builds("where({}, {}, {})".format, conditions(depth - 1), part, part),
        st.builds("{}({}, {})".format, pick(["delta", "roc"]), part, st.integers(1, 3)),
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    """Texts of conditions, nested at most so deep."""
    number, pick = numbers(depth), st.sampled_from
    simple = st.one_of(
        st.builds("({} {} {})".format, number, pick(SIGNS), number),
        pick(["true", "false", "last_trade_won"]),
    )
    if depth == 0:
        return simple
    part = conditions(depth - 1)
    return st.one_of(
        simple,
        st.builds("({} {} {})".format, part, pick(["and", "or"]), part),
        st.builds("(not {})".format, part),
        st.builds("{}({}, {})".format, pick(["cross_above", "cross_below"]), number, number),
        st.builds("{}({}, {})".format, pick(["rising", "falling"]), number, st.integers(1, 3)),
    )


@given(conditions(2), st.integers(0, 200), st.sampled_from([1, -1]))
@settings(max_examples=150)
def test_a_random_condition_leaves_when_its_slow_value_is_true(
    text: str, seed: int, direction: int
) -> None:
    """Every state, lag, operator and Kleene word means what its definition says."""
    tree = parse(text)
    if not knows_state(tree):
        text = f"({text}) and bars_held >= 1"
    position = _position(seed, direction)
    assert _left_at(text, position) == _expected(text, position)


CASES = (
    "close > entry_price*1.01",
    "close < last_entry_price*0.99",
    "close < highest_since_entry*0.97",
    "close > lowest_since_entry*1.03",
    "bars_held == 4",
    "bars_held[2] == 3",
    "highest_since_entry == highest_since_entry[3] and bars_held > 3",
    "open_return > 0.02 or open_return < -0.02",
    "abs(open_return) > 0.03",
    "open_r*100000 > 1",
    "units == 1 and bars_held >= 3",
    "side == 1 and bars_held >= 2",
    "sign(open_return) == -1",
    "not (open_return[1] <= 0)",
    "open_return[1] > 0 or bars_held > 5",
    "where(side > 0, close, -close) > where(side > 0, entry_price, -entry_price)*1.01",
    "cross_above(close, entry_price)",
    "cross_below(close, entry_price)",
    "rising(open_return, 2)",
    "falling(highest_since_entry, 1) or bars_held >= 8",
    "delta(bars_held, 3) == 3",
    "roc(highest_since_entry, 1) > 0.005",
    "max(close, entry_price) > min(high[1], entry_price)*1.02",
    "not last_trade_won and bars_held >= 3",
)


@pytest.mark.parametrize("direction", [1, -1], ids=["long", "short"])
@pytest.mark.parametrize("text", CASES)
def test_each_state_and_operator(text: str, direction: int) -> None:
    """Over a dozen markets each condition leaves where its slow value says, and sometimes does."""
    answers = []
    for seed in range(12):
        position = _position(seed, direction)
        answers.append(_expected(text, position))
        assert _left_at(text, position) == answers[-1]
    never = {"side == 1 and bars_held >= 2": -1, "falling": 0}
    if never.get(text) != direction:
        assert any(answer is not None for answer in answers)


def test_state_before_the_entry_is_missing_and_missing_is_not_true() -> None:
    """A lag that reaches behind the fill is neither true nor false, nor is its negation."""
    position = _position(3, 1)
    for text in ("bars_held[5] < 100", "not (bars_held[5] < 100)"):
        left = _left_at(text, position)
        assert left == (ENTRY_BAR + 5 if "not" not in text else None)
    assert _left_at("bars_held[5] < 100 or bars_held >= 1", position) == ENTRY_BAR


def test_state_of_an_earlier_position_is_never_seen() -> None:
    """A lag that would reach into the last trade is missing."""
    bars = make_bars([(100.0, 101.0, 99.0, 100.0)] * 12)
    rule = {"enter": [1, 5], "leave": [4], "exit_program": program("bars_held[3] >= 1", bars)}
    trades = simulate(bars, make_decisions(12, long=rule), FREE).trades
    assert [(t.entry_bar, t.exit_bar) for t in trades] == [(2, 5), (6, 10)]


def test_units_and_prices_follow_added_units() -> None:
    """The mean of the fills, the newest fill and the number of units."""
    rows = [(100.0, 101.0, 99.0, 100.0)] * 3 + [(104.0, 105.0, 103.0, 104.0)] * 5
    bars, when = make_bars(rows), np.arange(8) == 3
    for text, left in (
        ("units == 2", 4),
        ("last_entry_price == 104", 4),
        ("entry_price > 100 and entry_price < 104", 4),
        ("units[1] == 2", 5),
    ):
        rule = {"enter": [1], "exit_program": program(text, bars)}
        decisions = make_decisions(8, long=rule, adds=AddDecisions(2, when=when))
        assert simulate(bars, decisions, FREE).trades[0].exit_bar == left + 1, text


def test_the_last_trade_is_known_to_the_next_one() -> None:
    """`last_trade_won` in an exit: won, lost, and false before the first trade."""
    rows = [(100.0, 101.0, 99.0, 100.0)] * 3 + [(110.0, 111.0, 109.0, 110.0)] * 8
    bars = make_bars(rows)
    rule = {"enter": [1, 5], "leave": [3], "exit_program": program("last_trade_won", bars)}
    trades = simulate(bars, make_decisions(11, long=rule), FREE).trades
    assert [(t.entry_bar, t.exit_bar) for t in trades] == [(2, 4), (6, 7)]


@pytest.mark.parametrize("direction", ["long", "short"])
def test_joined_levels_take_the_tighter_one_and_ignore_what_is_missing(direction: str) -> None:
    """Several trailing expressions are one level; a missing one does not take the others away."""
    bars = make_bars([(100.0, 101.0, 99.0, 100.0)] * 2 + [(100.0, 103.0, 97.0, 100.0)] * 2)
    plan = Plan()
    texts = ("entry_price - 2*side", "entry_price - 5*side", "entry_price[9]")
    join = NEARER_BELOW if direction == "long" else NEARER_ABOVE
    steps = steps_of([parse(text) for text in texts], plan, join=join)
    rule = {"enter": [0], "trail_program": steps.on(plan.run(bars))}
    (trade,) = simulate(bars, make_decisions(4, **{direction: rule}), FREE).trades
    level = 98.0 if direction == "long" else 102.0
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (2, level, "trailing")


def test_before_the_fill_the_position_stands_at_ref() -> None:
    """Initial levels of expressions on the position: filled at ref, nothing gained yet."""
    tree = before_the_fill(parse("entry_price*0.95 + open_r + bars_held*side"), Number(50), -1)
    assert not knows_state(tree)
    position = _position(1, 1)
    assert position.value(tree, 10) == 47.5


def test_a_window_over_trade_state_is_refused() -> None:
    """STATE_NOT_ALLOWED_HERE; the same window over the market, compared with state, is fine."""
    with pytest.raises(InputError) as caught:
        steps_of([parse("sma(open_return, 5) > 0")], Plan())
    assert caught.value.code == "STATE_NOT_ALLOWED_HERE"
    assert steps_of([parse("sma(close, 5) > entry_price")], Plan()).code


def test_a_program_that_is_too_deep_is_refused() -> None:
    """PROGRAM_TOO_DEEP at the compile, never an overrun at the run."""
    nested = parse("1 + (1 + (1 + bars_held)) > 2")
    assert steps_of([nested], Plan()).code
    tree: Node = Name("bars_held")
    for _ in range(60):
        tree = Arithmetic("+", Number(1), tree)
    with pytest.raises(InputError) as caught:
        steps_of([Comparison(">", tree, Number(0))], Plan())
    assert caught.value.code == "PROGRAM_TOO_DEEP"


def test_equal_columns_of_a_program_are_read_once() -> None:
    """What needs no state is worked out by the plan, once."""
    plan = Plan()
    steps = steps_of([parse("sma(close,5) > entry_price or sma(close,5) < entry_price")], plan)
    assert len(steps.on(plan.run(nasty_bars(50))).columns) == 1
    assert OR in {op for op, _ in steps.code}


def test_a_spec_with_state_in_every_place_runs() -> None:
    """Exit, trailing stop, moving target and adding: the compiler hands each to the loop."""
    parts = {
        "rules": [{**RULE, "entry": "close > close[1]", "exit": "open_return > 0.2"}],
        "stops": [{"kind": "trail_expr", "price": "highest_since_entry*0.97"}],
        "targets": [
            {"kind": "moving_expr", "price": "max(entry_price*1.02, highest_since_entry*0.99)"}
        ],
        "pyramiding": {"max_units": 2, "add_when": "open_return > 0.01"},
    }
    bars = nasty_bars(400)
    decisions = compile_spec(spec(**parts)).decide(bars)
    (rule,) = decisions.rules
    assert rule.exit_program is not None
    assert rule.trail_program is not None
    assert rule.targets[0].program is not None
    assert decisions.adds is not None
    assert decisions.adds.program is not None
    reasons = {trade.exit_reason for trade in simulate(bars, decisions, FREE).trades}
    assert {"trailing", "target"} <= reasons

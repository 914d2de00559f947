"""Equal meaning, equal digest; renaming changes nothing; documents survive a round trip."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.language.expressions import canonical, parse
from engine.language.identity import rule_digest, shape_digest
from engine.language.normal import normal
from engine.language.plan import Plan
from engine.language.spec import StrategySpec
from engine.records import parse_record
from tests.language_world import RULE, nasty_bars, spec

BARS = nasty_bars(220)
NUMBERS = st.sampled_from(
    ["close", "open", "hl2", "sma(close,5)", "ema(close,9)[2]", "highest(high,7)", "tenkan(9)",
     "close*1.01", "max(close,open)", "close + atr(5)", "bb_mid(close,9,2)"]
)  # fmt: skip
SIGNS = st.sampled_from(["<", "<=", ">", ">="])
ATOMS = st.one_of(
    st.builds(lambda a, s, b: f"{a} {s} {b}", NUMBERS, SIGNS, NUMBERS),
    st.builds(lambda a, b: f"cross_below({a},{b})", NUMBERS, NUMBERS),
    st.builds(lambda a: f"rising({a},3)", NUMBERS),
    st.builds(lambda s: f"rsi(close,5) {s} 40", SIGNS),
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda a, b: f"({a}) and ({b})", inner, inner),
        st.builds(lambda a, b: f"({a}) or ({b})", inner, inner),
        st.builds(lambda a: f"not ({a})", inner),
    )


CONDITIONS = st.recursive(ATOMS, _grown, max_leaves=5)
IDENTS = st.from_regex(r"[a-z][a-z0-9_]{3,10}", fullmatch=True).map(lambda word: f"my_{word}")


def _values(text: str) -> bytes:
    plan = Plan()
    place = plan.add(parse(text))
    return plan.run(BARS)[place].tobytes()


@given(CONDITIONS)
def test_the_normal_form_decides_the_same(text: str) -> None:
    """Three-valued and bit for bit, on every bar; and it is its own normal form."""
    tree = normal(parse(text))
    assert normal(tree) == tree
    plan = Plan()
    one, other = plan.add(parse(text)), plan.add(tree)
    values = plan.run(BARS)
    np.testing.assert_array_equal(values[one], values[other])


@given(CONDITIONS)
def test_equal_digests_decide_the_same(text: str) -> None:
    """A double negation and a doubled part keep the digest and every decision."""
    twin = f"not (not ({text})) and ({text})"
    one = spec(rules=[{**RULE, "entry": text}])
    other = spec(rules=[{**RULE, "entry": twin}])
    assert rule_digest(one) == rule_digest(other)
    assert _values(text) == _values(twin)


@given(CONDITIONS, IDENTS, IDENTS, IDENTS)
def test_renaming_changes_nothing(text: str, rule: str, let: str, name: str) -> None:
    """Ids, let names and the spec's name are not part of the meaning."""
    plain = spec(rules=[{**RULE, "entry": text}])
    named = spec(
        name=name,
        hypothesis=f"A story about {let}.",
        lets=[{"name": let, "expr": text}],
        rules=[{**RULE, "id": rule, "entry": let}],
    )
    assert rule_digest(plain) == rule_digest(named)
    assert shape_digest(plain) == shape_digest(named)
    assert plain.digest != named.digest


@given(st.integers(2, 50), st.integers(2, 50))
def test_values_are_meaning_and_slots_are_not(one: int, other: int) -> None:
    """Two values of a parameter are two rules of one shape."""

    def swept(value: int) -> StrategySpec:
        params: list[dict[str, Any]] = [{"name": "n", "type": "int", "default": value}]
        return spec(rules=[{**RULE, "entry": "close > sma(close,n)"}], params=params)

    assert shape_digest(swept(one)) == shape_digest(swept(other))
    assert (rule_digest(swept(one)) == rule_digest(swept(other))) == (one == other)


@given(CONDITIONS, st.floats(0.001, 0.5))
def test_documents_survive_a_round_trip(text: str, stop: float) -> None:
    """Spec to JSON to spec is the same document with the same digest."""
    first = spec(rules=[{**RULE, "entry": text}], stops=[{"kind": "pct", "value": stop}])
    again = parse_record(StrategySpec, first.model_dump_json())
    assert again == first
    assert again.digest == first.digest
    assert canonical(parse(again.rules[0].entry)) == canonical(parse(text))

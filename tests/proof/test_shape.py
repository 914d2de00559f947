"""What makes the predicate provable: its shape, its connectives, and that tightening is tighter."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.rules import bounds as module
from guardrails.rules.bounds import bounds
from guardrails.rules.integers import LimitInts
from guardrails.rules.logic import PYTHON, both, choose, either, negate
from tests.proof.counter_examples import table
from tests.proof.mutants import FUNCTIONS
from tests.proof.prover import Point, world_of

FLOORS = {"floor_bps"}
"""Limits where a larger number is the tighter one."""


@pytest.mark.parametrize("name", [*FUNCTIONS, "ratchets", "bounds"])
def test_the_predicate_can_be_handed_to_a_prover(name: str) -> None:
    """Operators and the injected connectives only: no loop, no division, no if, no other call."""
    tree = ast.parse(inspect.getsource(getattr(module, name)))
    banned = (
        ast.For, ast.While, ast.If, ast.IfExp, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.And,
        ast.Or, ast.Not, ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.Try, ast.Subscript,
    )  # fmt: skip
    body = [node for statement in tree.body[0].body for node in ast.walk(statement)]  # type: ignore[attr-defined]  # the one function
    assert not [node for node in body if isinstance(node, banned)]
    calls = {ast.unparse(node.func) for node in body if isinstance(node, ast.Call)}
    assert calls <= {"p.And", "p.Or", "p.Not", "p.If", *FUNCTIONS}
    assert not [node for node in body if isinstance(node, ast.Compare) and len(node.ops) > 1]
    numbers = [node.value for node in body if isinstance(node, ast.Constant)]
    assert not [value for value in numbers if isinstance(value, float)]


@given(
    st.lists(st.booleans(), max_size=4),
    st.booleans(), st.integers(-40, 40), st.integers(-40, 40),
)  # fmt: skip
def test_the_connectives_are_pythons_own(
    parts: list[bool], condition: bool, yes: int, no: int
) -> None:
    """And, or, not and if, with the usual empty cases."""
    assert both(*parts) is all(parts)
    assert either(*parts) is any(parts)
    assert negate(condition) is (not condition)
    assert choose(condition, yes, no) == (yes if condition else no)


@pytest.mark.parametrize("strange", [None, 1, "yes", float("nan")])
def test_what_is_not_exactly_true_is_not_true(strange: object) -> None:
    """Anything but True counts as a limit that is not kept."""
    assert both(True, strange) is False  # type: ignore[arg-type]  # that is the point
    assert either(False, strange) is False  # type: ignore[arg-type]
    assert choose(strange, 1, 0) == 0  # type: ignore[arg-type]
    assert negate(strange) is False  # type: ignore[arg-type]


@given(data=st.data())
def test_a_tighter_limit_never_allows_more(data: st.DataObject) -> None:
    """Tighten one number and no row that was broken is kept, wherever money is not negative."""
    name = data.draw(st.sampled_from([one.name for one in fields(LimitInts)]))
    world = world_of(data.draw(st.sampled_from(positive())))
    value = getattr(world.lim, name)
    tight = st.integers(value, value * 2 + 5) if name in FLOORS else st.integers(0, value)
    tighter = world._replace(lim=replace(world.lim, **{name: data.draw(tight)}))
    wide, narrow = (bounds(PYTHON, *one) for one in (world, tighter))
    assert [row for row, before in zip(narrow, wide, strict=True) if row[2] and not before[2]] == []


@cache
def positive() -> list[Point]:
    """Points of the table whose limits, equity and prices are not below zero."""
    return [
        point
        for point in table()
        if min(point["lim"].values()) >= 0
        and min(point["s"][name] for name in ("equity", "peak", "capital")) >= 0
        and min(int(value) for value in point["m"].values()) >= 0
        and point["o"]["price"] >= 0
        and point["o"]["twice_reference"] >= 0
    ]

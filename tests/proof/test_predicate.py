"""The predicate that production runs is sound and complete, and every change of it is found.

The specification stands in `specification.py`, written apart from the code. The prover reads the
production function itself: it is handed the prover's connectives.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from guardrails.rules.bounds import bounds, lowers
from tests.proof.counter_examples import killer, table
from tests.proof.mutants import Mutant, mutants
from tests.proof.prover import (
    GROUPS,
    PROVER,
    PROVERS_WORDS,
    World,
    asked,
    equal,
    promised,
    rows,
    same,
    terms,
    unsatisfiable,
    world_of,
)
from tests.proof.specification import after

WORLD = terms()
LEAST_MUTANTS = 200
EQUIVALENT: dict[str, str] = {}
"""Mutants that no values tell from the original, by name, with the rule that makes them so."""


@cache
def all_mutants() -> tuple[Mutant, ...]:
    """Made once."""
    return tuple(mutants())


@cache
def conditions() -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Rows of the production function and conditions of the specification, as terms."""
    return rows(bounds, WORLD, PROVER), promised(WORLD, PROVERS_WORDS)


def test_the_predicate_is_sound_and_complete() -> None:
    """For all integers a row holds exactly when its condition does: nothing more, nothing less."""
    made, wanted = conditions()
    assert set(made) == set(wanted)
    assert len(made) == 45
    assert [key for key in made if not equal(made[key], wanted[key])] == []


def test_lowering_means_what_the_specification_says() -> None:
    """The exemption of exits is exact: the order ends between flat and where the position was."""
    only_less = after(PROVERS_WORDS, WORLD.o, WORLD.s).only_less
    assert equal(lowers(PROVER, WORLD.o, WORLD.s), only_less)


def test_an_order_can_be_allowed() -> None:
    """The promises can be kept all at once, by an entry and by an exit."""
    made, _ = conditions()
    out = lowers(PROVER, WORLD.o, WORLD.s)
    for side in (out, z3.Not(out)):
        assert asked(*made.values(), side, WORLD.o.qty > 0, WORLD.s.equity > 0).check() == z3.sat


def test_every_row_refuses_something_that_no_other_row_refuses() -> None:
    """No row is empty and none is redundant."""
    made, _ = conditions()
    lonely = [
        key
        for key in made
        if asked(
            z3.Not(made[key]), *(row for other, row in made.items() if other != key)
        ).check()
        != z3.sat
    ]  # fmt: skip
    assert lonely == []


def test_at_least_two_hundred_mutants_are_made_and_every_one_is_killed() -> None:
    """One small change anywhere breaks the promise at a point of the table."""
    points, found = table(), all_mutants()
    alive = [one.name for one in found if killer(one.run, points) is None]
    assert len(found) - len(EQUIVALENT) >= LEAST_MUTANTS
    assert set(alive) == set(EQUIVALENT)


@pytest.mark.parametrize("name", sorted(EQUIVALENT) or ["none"])
def test_what_is_called_equivalent_is_shown_to_be(name: str) -> None:
    """A mutant that survives has the same rows for all integers; today there is none."""
    survivors = [one for one in all_mutants() if one.name == name]
    assert len(survivors) == (0 if name == "none" else 1)
    for one in survivors:
        assert same(rows(one.run, WORLD, PROVER), promised(WORLD, PROVERS_WORDS))


def test_the_prover_kills_without_the_table() -> None:
    """A flipped comparison and a dropped row are told apart by the prover alone."""
    wanted = promised(WORLD, PROVERS_WORDS)
    for rule in ("comparison", "row dropped"):
        one = next(each for each in all_mutants() if each.rule == rule)
        assert not same(rows(one.run, WORLD, PROVER), wanted)


@pytest.mark.parametrize("number", range(len(table())))
def test_the_code_keeps_its_promise_where_a_mutant_broke_it(number: int) -> None:
    """Each counter-example of a killed mutant is a plain case for the code itself."""
    world = world_of(table()[number])
    assert rows(bounds, world) == promised(world)


NUMBERS = st.integers(-3, 20_000)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any numbers in all four groups."""
    point = {
        group: {
            name: draw(st.booleans() if field.type == "bool" else NUMBERS)
            for name, field in kind.__dataclass_fields__.items()
        }
        for group, kind in GROUPS.items()
    }
    return world_of(point)


@given(worlds())
def test_python_and_the_prover_read_the_same_function(world: World) -> None:
    """What was proved is what runs: with numbers both connectives give the same answers."""
    by_prover = rows(bounds, _as_terms(world), PROVER)
    by_python = rows(bounds, world)
    assert {key: z3.is_true(z3.simplify(row)) for key, row in by_prover.items()} == by_python


def _as_terms(world: World) -> World:
    """The same numbers as constants of the prover."""
    made = {}
    for group, kind in GROUPS.items():
        values = getattr(world, group)
        made[group] = kind(
            **{
                name: (z3.BoolVal if field.type == "bool" else z3.IntVal)(getattr(values, name))
                for name, field in kind.__dataclass_fields__.items()
            }
        )
    return World(**made)


def test_the_prover_finds_a_hole_when_there_is_one() -> None:
    """The control that must go red: a row that always holds is not equal to its condition."""
    made, wanted = conditions()
    for key, condition in wanted.items():
        assert not unsatisfiable(z3.Not(condition)), key
    assert not same({**made, next(iter(made)): z3.BoolVal(val=True)}, wanted)

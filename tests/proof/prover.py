"""The prover's side: terms for every integer of the predicate, and questions about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

import z3

from guardrails.rules.bounds import Logic
from guardrails.rules.integers import LimitInts, MarketInts, OrderInts, StateInts
from guardrails.rules.logic import PYTHON
from tests.proof.specification import Conditions, Words, conditions

PROVER = Logic(And=z3.And, Or=z3.Or, Not=z3.Not, If=z3.If)
PROVERS_WORDS = Words(all_of=z3.And, any_of=z3.Or, no=z3.Not, case=z3.If)
PYTHONS_WORDS = Words(
    all_of=lambda *parts: all(parts),
    any_of=lambda *parts: any(parts),
    no=lambda part: not part,
    case=lambda condition, yes, no: yes if condition else no,
)
GROUPS: dict[str, Any] = {"o": OrderInts, "s": StateInts, "m": MarketInts, "lim": LimitInts}
Point = Mapping[str, Mapping[str, Any]]
"""Values by group and field."""

MS = 20_000
"""How long one question may take."""


class World(NamedTuple):
    """The four groups of numbers, or of terms."""

    o: Any
    s: Any
    m: Any
    lim: Any


def terms(suffix: str = "") -> World:
    """One free term for every field."""
    made = {
        group: kind(
            **{
                field.name: (z3.Bool if field.type == "bool" else z3.Int)(
                    f"{group}.{field.name}{suffix}"
                )
                for field in fields(kind)
            }
        )
        for group, kind in GROUPS.items()
    }
    return World(**made)


def world_of(point: Point) -> World:
    """Plain numbers."""
    return World(**{group: kind(**point[group]) for group, kind in GROUPS.items()})


def rows(run: Callable[..., Any], world: World, logic: Logic = PYTHON) -> Conditions:
    """The predicate's rows by code and key."""
    return {(code, key): holds for code, key, holds in run(logic, *world)}


def promised(world: World, words: Words = PYTHONS_WORDS) -> Conditions:
    """The specification's conditions by code and key."""
    return conditions(words, *world)


def unsatisfiable(*claims: Any) -> bool:  # noqa: ANN401
    """True when nothing fulfils all claims; a question without an answer is an error."""
    found = asked(*claims)
    answer = found.check()
    if answer == z3.unknown:
        raise AssertionError(f"the prover does not know: {found.reason_unknown()}")
    return bool(answer == z3.unsat)


def asked(*claims: Any) -> z3.Solver:  # noqa: ANN401
    """A solver that holds these claims."""
    solver = z3.Solver()
    solver.set("timeout", MS)
    solver.add(*claims)
    return solver


def same(first: Conditions, second: Conditions) -> bool:
    """True when both have the same rows and no values tell any of them apart."""
    if set(first) != set(second):
        return False
    return all(equal(first[key], second[key]) for key in first)


def equal(first: Any, second: Any) -> bool:  # noqa: ANN401
    """True when no values tell two conditions apart."""
    if z3.eq(z3.simplify(first), z3.simplify(second)):
        return True
    return unsatisfiable(z3.Xor(first, second))


def point_of(model: z3.ModelRef, world: World) -> dict[str, dict[str, Any]]:
    """The values of a model; what it leaves open is 1 or False."""
    found: dict[str, dict[str, Any]] = {}
    for group, kind in GROUPS.items():
        found[group] = {}
        for field in fields(kind):
            value = model.eval(getattr(getattr(world, group), field.name))
            if field.type == "bool":
                found[group][field.name] = z3.is_true(value)
            else:
                found[group][field.name] = value.as_long() if z3.is_int_value(value) else 1
    return found


def differing(first: Conditions, second: Conditions) -> Iterable[Any]:
    """Claims that hold where the two have different answers, row by row."""
    for key, one in first.items():
        if key in second and not z3.eq(z3.simplify(one), z3.simplify(second[key])):
            yield z3.Xor(one, second[key])

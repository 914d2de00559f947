"""Neighbours of a subject: other numbers, other costs, everything decided one bar later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.backtest.costs import CostModel
from engine.errors import InputError
from engine.gate.subject import Subject
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.spec import Parameter, StrategySpec
from engine.language.sweeps import at_point

STEPS: Final = 3
"""So many steps to both sides."""
_SHARE: Final = 0.1
_DEAREST_BPS: Final = 1_000.0
_DIGITS: Final = 12


def step_of(param: Parameter) -> float:
    """Its own step; else a tenth of its range; else a tenth of its default, one for whole ones."""
    if param.step is not None:
        return param.step
    if param.low is not None and param.high is not None and param.high > param.low:
        step = (param.high - param.low) * _SHARE
    else:
        step = abs(param.default) * _SHARE or _SHARE
    return float(max(1, round(step))) if param.type == "int" else step


def values_around(param: Parameter, steps: int = STEPS) -> tuple[float, ...]:
    """The default and up to `steps` steps to both sides, rising, within its range."""
    low = param.default - 1e18 if param.low is None else min(param.low, param.default)
    high = param.default + 1e18 if param.high is None else max(param.high, param.default)
    step = step_of(param)
    found = [param.default]
    for place in (*range(-steps, 0), *range(1, steps + 1)):
        value = round(param.default + place * step, _DIGITS) + 0.0  # never minus zero
        if low <= value <= high:
            found.append(value)
    return tuple(sorted(set(found)))


def with_values(subject: Subject, values: Mapping[str, float]) -> Subject | None:
    """The subject with these parameters; None where the spec then means nothing (FAST_SLOW)."""
    spec = at_point(subject.spec, values)
    try:
        return replace(subject, spec=spec, compiled=compile_spec(spec))
    except InputError:
        return None


def with_costs(subject: Subject, factor: float) -> Subject:
    """The subject at a multiple of its costs, or as much of it as a cost model allows."""
    return replace(subject, costs=dearer(subject.costs, factor))


def dearer(costs: CostModel, factor: float) -> CostModel:
    """All costs times the factor, or times as much of it as the cost model allows."""
    dearest = max(
        costs.taker_fee_bps, costs.maker_fee_bps, costs.spread_bps, costs.slippage_bps,
        costs.borrow_bps_year / 10,
    )  # fmt: skip
    return costs.scaled(min(factor, _DEAREST_BPS / dearest) if dearest > 0.0 else factor)


def delayed(subject: Subject) -> Subject:
    """The subject with every entry, exit and rank decided one bar later.

    Stops and targets keep their rule and are set at the later decision. It is a spec of its own,
    so its run is a trial like any other.

    Raises:
        InputError: the code of the checker where a decision cannot be delayed.
    """
    spec = _delayed_spec(subject.spec)
    members: dict[str, CompiledSpec] = {
        name: compile_spec(_delayed_spec(member.spec)) for name, member in subject.members.items()
    }
    return replace(subject, spec=spec, compiled=compile_spec(spec), members=members)


def _delayed_spec(spec: StrategySpec) -> StrategySpec:
    rules = tuple(
        rule.model_copy(update={"entry": _later(rule.entry), "exit": _later(rule.exit)})
        for rule in spec.rules
    )
    ranks = spec.cross_section
    if ranks is not None:
        ranks = ranks.model_copy(
            update={"score": _later(ranks.score), "eligible": _later(ranks.eligible)}
        )
    return spec.model_copy(update={"rules": rules, "cross_section": ranks})


def _later(text: str | None) -> str | None:
    return None if text is None else f"({text})[1]"

"""The runs behind a stress study: where scenarios begin, and what each start loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray, IntArray
from engine.data.days import DAY_MS, day_number
from engine.data.panel import Panel
from engine.errors import InputError
from engine.gate.subject import Subject
from engine.research.altering import altered, hit_places
from engine.research.scenarios import Scenario
from engine.research.starts import start_rows
from engine.research.variants import with_costs
from engine.research.watching import RunMany, Watch
from engine.text import did_you_mean

AFTER_BARS: Final = 20
"""Bars after a scenario in which a loss still belongs to it."""


class Loss(NamedTuple):
    """Of one start: fractions of the equity before it."""

    row: int
    loss: float
    extra: float
    held: bool
    ruined: bool


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What all scenarios share; `held` is signed exposure, shape (s, n)."""

    subject: Subject
    panel: Panel
    base: BacktestResult
    held: FloatArray
    run_many: RunMany
    starts: int


def begins_of(world: World, scenario: Scenario) -> IntArray:
    """Rows at which a scenario begins, the named one among them; none where it does not apply."""
    for symbol in scenario.symbols:
        if symbol not in world.panel.symbols:
            near = did_you_mean(symbol, list(world.panel.symbols))
            raise InputError(
                "SCENARIO_SYMBOL", "the run has no such instrument", value=symbol,
                hint=f"one of {', '.join(near or world.panel.symbols)}",
            )  # fmt: skip
    named = named_row(world, scenario)
    if inapplicable(world, scenario):
        return np.empty(0, dtype=np.int64)
    warmup = world.subject.compiled.warmup
    rule = world.subject.compiled.rule_digest
    drawn = start_rows(
        world.base, world.panel, scenario.duration_bars, warmup, world.starts, rule
    )  # fmt: skip
    return drawn if named is None else np.union1d(drawn, [named])


def named_row(world: World, scenario: Scenario) -> int | None:
    """The row of the day that a scenario names.

    Raises:
        InputError: SCENARIO_START when it would not fit there.
    """
    if scenario.start is None:
        return None
    panel = world.panel
    row = int(np.searchsorted(panel.time, day_number(scenario.start) * DAY_MS))
    last = len(panel) - scenario.duration_bars
    if not 1 <= row <= last:
        first_day, last_day = (
            str(np.datetime64(int(panel.time[each]), "ms").astype("datetime64[D]"))
            for each in (1, max(last, 1))
        )
        raise InputError(
            "SCENARIO_START", "the scenario does not fit into these bars", value=scenario.start,
            hint=f"name a day from {first_day} to {last_day}, or none",
        )  # fmt: skip
    return row


def inapplicable(world: World, scenario: Scenario) -> str:
    """Why a scenario says nothing about this market; empty when it does."""
    places = hit_places(world.panel, scenario)
    kinds = {world.panel.each[place].instrument.kind for place in places}
    if scenario.kind == "correlation_one" and len(places) < 2:  # noqa: PLR2004 - one moves as one
        return "ONE_SYMBOL"
    if scenario.kind == "funding" and "perpetual" not in kinds:
        return "NOT_PERPETUAL"
    return ""


def losses_of(
    world: World, scenario: Scenario, begins: IntArray, watch: Watch
) -> list[Loss] | None:
    """One loss for each start, fewer when stopped; None when the run failed."""
    if scenario.kind == "cost" and len(begins):
        return _dear_losses(world, scenario, begins)
    places = _struck(world, scenario)
    losses = []
    for row in watch.each(begins.tolist()):
        end = min(row + scenario.duration_bars + AFTER_BARS, len(world.panel))
        shown = world.panel if end == len(world.panel) else world.panel.before(
            int(world.panel.time[end])
        )  # fmt: skip
        held = world.held[:, row - 1]
        costs = world.subject.costs
        struck = altered(shown, scenario, row, held.tolist(), costs=costs, hit=places)
        if scenario.kind == "spread":
            costs = costs.model_copy(update={"spread": "quoted"})
        losses.append(_loss(world, world.subject.run(struck, costs=costs), row, end))
    return losses


def _struck(world: World, scenario: Scenario) -> tuple[int, ...]:
    """Places that are hit: funding is a matter of perpetuals."""
    return tuple(
        place
        for place in hit_places(world.panel, scenario)
        if scenario.kind != "funding" or world.panel.each[place].instrument.kind == "perpetual"
    )


def _dear_losses(world: World, scenario: Scenario, begins: IntArray) -> list[Loss] | None:
    """Costs have no day on which they begin: one run at the higher ones, looked at in stretches."""
    answered = world.run_many([with_costs(world.subject, scenario.size)])
    if not answered:
        return []
    result = answered[0]
    if result is None:
        return None
    n = len(world.panel)
    return [
        _loss(world, result, row, min(row + scenario.duration_bars + AFTER_BARS, n))
        for row in begins.tolist()
    ]


def _loss(world: World, result: BacktestResult, row: int, end: int) -> Loss:
    from_ms, to_ms = int(world.panel.time[row]), int(world.panel.time[end - 1])
    lost, left = _fall(result, from_ms, to_ms)
    usual, _ = _fall(world.base, from_ms, to_ms)
    held = bool((world.held[:, row - 1] != 0.0).any())
    return Loss(row, lost, lost - usual, held, left <= 0.0)


def _fall(result: BacktestResult, from_ms: int, to_ms: int) -> tuple[float, float]:
    """Deepest fall below the last equity before a stretch, and the least equity inside it."""
    first, stop = np.searchsorted(result.time, (from_ms, to_ms + 1)).tolist()
    before = float(result.equity[first - 1]) if first else result.start_equity
    least = float(result.equity[first:stop].min()) if stop > first else before
    return (max(0.0, 1.0 - least / before) if before > 0.0 else 0.0), least

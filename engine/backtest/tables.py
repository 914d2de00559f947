"""Decisions as tables for the bar loop: rules, targets, programs and the columns they read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.backtest.layout import (
    AIM_WIDTH,
    CLOSE_ORDER,
    LIMIT_ORDER,
    MARKET,
    MAX_TARGETS,
    STOP_ORDER,
)
from engine.backtest.tape import spread_flags, spread_levels
from engine.data.bars import BoolArray, FloatArray
from engine.data.panel import Panel
from engine.errors import InputError
from engine.language.decisions import Decisions, OrderKind, RuleDecisions
from engine.language.program import COLUMN, CONSTANT, Program

ORDER_KINDS: dict[OrderKind, int] = {
    "market_next_open": MARKET,
    "stop": STOP_ORDER,
    "limit": LIMIT_ORDER,
    "market_on_close": CLOSE_ORDER,
}


class Columns:
    """Level columns of all instruments, one block each; equal columns are stored once."""

    def __init__(self, panel: Panel) -> None:
        """Start empty."""
        self.panel = panel
        self.blocks: list[FloatArray] = []
        self._known: dict[tuple[int, ...], int] = {}

    def add(self, each: list[FloatArray | None]) -> int:
        """Number of a column given per instrument; -1 when it holds nothing."""
        parts = [part for part in each if part is not None]
        if len(parts) < len(each) or all(bool(np.isnan(part).all()) for part in parts):
            return -1
        key = tuple(id(part) for part in parts)
        if key not in self._known:
            self._known[key] = len(self.blocks)
            spread = [spread_levels(self.panel, place, part) for place, part in enumerate(parts)]
            self.blocks.append(spread[0] if len(spread) == 1 else np.concatenate(spread))
        return self._known[key]

    def joined(self) -> FloatArray:
        """All blocks in one row; one cell when there is none."""
        if len(self.blocks) == 1:
            return self.blocks[0]
        return np.concatenate(self.blocks) if self.blocks else np.full(1, np.nan)


class Tables:
    """Rules, targets, programs and flags of one run, built from the decisions per instrument."""

    def __init__(self, panel: Panel, each: tuple[Decisions, ...]) -> None:
        """Build everything."""
        self.panel, self.each = panel, each
        self.columns = Columns(panel)
        self.rules: list[float] = []
        self.aims: list[float] = []
        self.code: list[int] = []
        self.constants: list[float] = []
        self.leaves: list[NDArray[np.uint8]] = []
        self.lagged = False
        self.slots = 1
        for number in range(len(each[0].rules)):
            self._rule([decisions.rules[number] for decisions in each])
        self.weight = self.columns.add([decisions.weight for decisions in each])
        self._adds()

    def _adds(self) -> None:
        adds = [decisions.adds for decisions in self.each]
        self.add_column, self.add_program = -1, (0, 0)
        found = [add for add in adds if add is not None]
        if len(found) == len(adds):
            self.add_column = self.columns.add(
                [None if add.when is None else add.when.astype(np.float64) for add in found]
            )
            self.add_program = self.program([add.program for add in found])

    def program(self, each: list[Program | None]) -> tuple[int, int]:
        """Rows (from, to) of a program given per instrument; (0, 0) when there is none."""
        programs = [program for program in each if program is not None]
        if len(programs) < len(each):
            return 0, 0
        begin, first = len(self.code) // 2, programs[0]
        base = len(self.constants)
        self.constants += first.constants
        self.lagged = self.lagged or first.lagged
        places = [
            self._always([program.columns[k] for program in programs])
            for k in range(len(first.columns))
        ]
        for op, argument in first.code:
            shifted = places[argument] if op == COLUMN else argument
            self.code += [op, base + argument if op == CONSTANT else shifted]
        return begin, len(self.code) // 2

    def _always(self, each: list[FloatArray]) -> int:
        """A column that a program reads must exist, even when nothing of it is known."""
        number = self.columns.add(list(each))
        if number < 0:
            number = len(self.columns.blocks)
            self.columns.blocks.append(np.full(len(self.panel) * len(each), np.nan))
        return number

    def _rule(self, each: list[RuleDecisions]) -> None:
        first = each[0]
        if len(first.targets) > MAX_TARGETS:
            raise InputError(
                "TARGETS_TOO_MANY",
                f"a rule may have {MAX_TARGETS} targets",
                value=len(first.targets),
                hint="leave some out",
            )
        slot = 0
        if first.order != "market_next_open":
            slot, self.slots = self.slots, self.slots + 1
        aims = self._targets(each)
        exits = self.program([rule.exit_program for rule in each])
        trails = self.program([rule.trail_program for rule in each])
        trail = self.columns.add([rule.trail for rule in each])
        fraction = first.trailing_fraction
        moving_aims = any(target.program is not None for target in first.targets)
        programs = exits[1] > exits[0] or trails[1] > trails[0] or first.breakeven_r > 0.0
        moving = 2 if programs or moving_aims else int(trail >= 0 or fraction > 0)
        row = [
            first.direction, ORDER_KINDS[first.order], slot,
            self.columns.add([rule.price for rule in each]), first.valid_bars,
            self._leave(each), self.columns.add([rule.stop for rule in each]), trail,
            1.0 - first.direction * fraction if fraction > 0.0 else 0.0,
            first.breakeven_r, first.time_bars, first.max_loss_fraction, *exits, *trails, *aims,
            moving,
        ]  # fmt: skip
        self.rules += [float(cell) for cell in row]

    def _targets(self, each: list[RuleDecisions]) -> tuple[int, int]:
        begin = len(self.aims) // AIM_WIDTH
        for k, target in enumerate(each[0].targets):
            number = self.columns.add([rule.targets[k].level for rule in each])
            rows = self.program([rule.targets[k].program for rule in each])
            self.aims += [float(number), target.multiple, target.fraction, *map(float, rows)]
        return begin, len(self.aims) // AIM_WIDTH

    def _leave(self, each: list[RuleDecisions]) -> int:
        """Number of the exit column: 1 signal, 2 regime over; -1 when it never says anything."""
        parts = []
        for place, rule in enumerate(each):
            flags = spread_flags(self.panel, place, rule.exit).view(np.uint8)
            if rule.regime_end is not None:
                over = spread_flags(self.panel, place, rule.regime_end)
                flags = np.where(flags == 1, flags, over * np.uint8(2)).astype(np.uint8)
            parts.append(flags)
        block = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if not block.any():
            return -1
        self.leaves.append(block)
        return len(self.leaves) - 1

    def leave(self) -> NDArray[np.uint8]:
        """All exit columns in one row."""
        if len(self.leaves) == 1:
            return self.leaves[0]
        return np.concatenate(self.leaves) if self.leaves else np.zeros(1, dtype=np.uint8)

    @property
    def variants(self) -> int:
        """4 when an entry depends on the last trade of its side, else 1."""
        return 4 if any(rule.enter_won is not None for rule in self.each[0].rules) else 1

    def wants(self) -> NDArray[np.int8]:
        """Market entry of each close: +-(rule + 1), 0 for none; one block per variant."""
        blocks = [
            self._wants(place, variant)
            for variant in range(self.variants)
            for place in range(len(self.each))
        ]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def _wants(self, place: int, variant: int) -> NDArray[np.int8]:
        """Of several rules of a side the first counts; two opposite entries at once give none."""
        decisions, n = self.each[place], len(self.panel.each[place])
        sides = {1: np.zeros(n, dtype=np.int8), -1: np.zeros(n, dtype=np.int8)}
        for number in reversed(range(len(decisions.rules))):
            rule = decisions.rules[number]
            if rule.order == "market_next_open":
                fires = fires_of(rule, variant)
                sides[rule.direction][fires] = number + 1
        wants = sides[1] - sides[-1]
        wants[(sides[1] > 0) & (sides[-1] > 0)] = 0
        wants[: decisions.warmup] = 0
        if n == len(self.panel):
            return wants
        rows = self.panel.rows[place]
        return np.where(rows >= 0, wants[np.maximum(rows, 0)], 0).astype(np.int8)

    def place(self) -> NDArray[np.int8]:
        """Orders of slots 1.. decided at each close: rule + 1; one block per variant and slot."""
        if self.slots == 1:
            return np.zeros(1, dtype=np.int8)
        blocks = []
        for variant in range(self.variants):
            for number, first in enumerate(self.each[0].rules):
                if first.order == "market_next_open":
                    continue
                for where, decisions in enumerate(self.each):
                    fires = fires_of(decisions.rules[number], variant)
                    fires[: decisions.warmup] = False
                    flags = spread_flags(self.panel, where, fires)
                    blocks.append(flags.astype(np.int8) * np.int8(number + 1))
        return np.concatenate(blocks)


def fires_of(rule: RuleDecisions, variant: int) -> BoolArray:
    """Entries of a rule without its exits; bits of the variant: last long won, last short won."""
    won = bool(variant & (1 if rule.direction > 0 else 2))
    enter = rule.enter_won if won and rule.enter_won is not None else rule.enter
    return enter & ~rule.exit

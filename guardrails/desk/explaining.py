"""Why long, short or flat at a bar: the rules' comparisons with their values, and the nearest flip.

Train bars only: what a rule does on the holdout is nothing that anybody may look at. Nothing is
measured here, so no trial is counted; the position is the simulator's, without its money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from engine.backtest.forms import run_spec
from engine.data.panel import panel_of
from engine.errors import AccessError, InputError
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.needs import symbols_of
from engine.language.nodes import Call, walk
from engine.language.spec import StrategySpec
from engine.language.trace import Flip, explain, nearest_flip
from engine.language.view import View
from guardrails.desk.panels import dataset_of, train_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.backtest.costs import CostModel
    from engine.backtest.result import BacktestResult, Trade
    from engine.data.bars import Bars
    from engine.data.dataset import Dataset
    from engine.data.panel import Panel
    from engine.data.store import DatasetStore
    from engine.language.decisions import Decisions
    from engine.language.phrasing import Language
    from engine.signals import RuleValue

Position = Literal["long", "short", "flat"]
_DAY: Final = timedelta(days=1)
_ELSEWHERE: Final = frozenset({"sym", "cs_rank", "cs_zscore"})
"""Operators that look at other markets."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A spec at the close of one bar.

    Attributes:
        dataset: which bars, e.g. `GOOG:1d`.
        opened, closed: of the bar, UTC.
        warm: False while no rule may act yet.
        position: after what was done in this bar.
        enters, leaves: ids of the rules that decide to enter, or to leave what they hold.
        weight: share of equity that a ranking decides at this close, None where it decides none.
        values: every comparison of the rules.
        flips: the comparison nearest to turning each entry while flat, else the exit of what is
            held; none where no comparison alone would do.
    """

    dataset: str
    opened: datetime
    closed: datetime
    warm: bool
    position: Position
    enters: tuple[str, ...]
    leaves: tuple[str, ...]
    weight: float | None
    values: tuple[RuleValue, ...]
    flips: tuple[Flip, ...]

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "dataset": self.dataset,
            "bar_open": self.opened.isoformat(),
            "bar_close": self.closed.isoformat(),
            "warm": self.warm,
            "position": self.position,
            "enters": list(self.enters),
            "leaves": list(self.leaves),
            "weight": self.weight,
            "values": [value.model_dump(mode="json") for value in self.values],
            "nearest_flips": [
                {"path": flip.path, **flip.value.model_dump(mode="json"), "distance": flip.distance}
                for flip in self.flips
            ],
        }


def explained(  # noqa: PLR0913, PLR0917 - what, on which bars, when, at which costs, in which words
    spec: StrategySpec,
    dataset: Dataset,
    datasets: DatasetStore,
    at: datetime | None,
    costs: CostModel,
    language: Language,
    count: Callable[[StrategySpec], object],
) -> Explained:
    """The spec at the last train bar that opened by `at` (None: the last train bar).

    Of a pair its first leg is explained, else the dataset's market. Other markets that the spec
    needs are taken from the newest datasets that fit.

    Raises:
        InputError: EXPLAIN_FORM for an ensemble, BAR_BEFORE_DATA, DATASET_UNKNOWN.
        AccessError: BAR_SEALED when `at` lies behind the train bars.
        SpecError: the first finding of the checker that is an error.
    """
    compiled = compile_spec(spec)
    if spec.ensemble is not None:
        raise InputError(
            "EXPLAIN_FORM", "an ensemble has no rules of its own", value="/ensemble",
            hint="explain its members, each by its name",
        )  # fmt: skip
    panel = _panel(compiled, dataset, datasets)
    symbol = dataset.instrument.symbol if spec.pair is None else spec.pair.y
    place = panel.symbols.index(symbol)
    row = _row(panel.each[place], dataset, at)
    known = panel.before(int(panel.each[place].time[row]) + 1)
    decided = _decided(compiled, known, place)
    # What is held tells how the rule has done: it is a trial like any other.
    count(_on_these(spec, known))
    result = run_spec(compiled, known, costs)
    held = next((one for one in result.trades if _open_in(one, symbol)), None)
    view, rules = View.each(known)[place], decided.rules
    bars, state = view.bars, _state(view.bars, result, held)
    return Explained(
        dataset=f"{symbol}:{bars.timeframe.value}",
        opened=_moment(bars.time[-1]),
        closed=_moment(bars.close_time[-1]),
        warm=row >= compiled.warmup,
        position="flat" if held is None else held.side,
        enters=tuple(rule.rule for rule in rules if rule.enter[-1] and not rule.exit[-1]),
        leaves=tuple(rule.rule for rule in rules if rule.exit[-1] and _of(rule.rule, held)),
        weight=_weight(decided),
        values=explain(compiled, view, -1, language, state),
        flips=_flips(compiled, view, held, language),
    )


def _panel(compiled: CompiledSpec, dataset: Dataset, datasets: DatasetStore) -> Panel:
    """Train bars of every market that the spec needs; the dataset's alone where that will do."""
    spec, alone = compiled.spec, panel_of([datasets.train(dataset).bars])
    symbols = symbols_of(spec, compiled.trees)
    if len(symbols) <= 1:
        return alone
    try:
        chosen = [dataset_of(datasets, one, spec.timeframe, (dataset.id,)) for one in symbols]
    except InputError:
        if _looks_elsewhere(compiled):
            raise
        return alone
    return train_panel(datasets, chosen)


def _looks_elsewhere(compiled: CompiledSpec) -> bool:
    """Whether what is decided on one market depends on others."""
    return (
        compiled.spec.pair is not None
        or compiled.spec.cross_section is not None
        or any(
            isinstance(node, Call) and node.name in _ELSEWHERE
            for tree in compiled.trees.values()
            for node in walk(tree)
        )
    )


def _on_these(spec: StrategySpec, panel: Panel) -> StrategySpec:
    """The spec on the markets that are looked at: what is run is what is counted."""
    kept = tuple(symbol for symbol in spec.universe.symbols if symbol in panel.symbols)
    if kept == spec.universe.symbols:
        return spec
    universe = {**spec.universe.model_dump(), "symbols": kept}
    return StrategySpec.model_validate({**dict(spec), "universe": universe})


def _decided(compiled: CompiledSpec, panel: Panel, place: int) -> Decisions:
    if compiled.spec.pair is not None:
        return compiled.decide_pair(panel)[0]
    return compiled.decide_all(panel)[place]


def _weight(decided: Decisions) -> float | None:
    """What a ranking decides at the last close."""
    if not decided.ranked or decided.weight is None or decided.resize is None:
        return None
    weight = float(decided.weight[-1])
    return weight if decided.resize[-1] and np.isfinite(weight) else None


def _open_in(trade: Trade, symbol: str) -> bool:
    return trade.exit_reason == "open" and trade.symbol == symbol


def _of(rule: str, held: Trade | None) -> bool:
    """Whether the open position is this rule's."""
    return held is not None and held.rule == rule


def _state(bars: Bars, result: BacktestResult, held: Trade | None) -> dict[str, float]:
    """Trade state of an open position of one unit, by its names in the language."""
    if held is None:
        return {}
    row = int(np.searchsorted(bars.time, result.time[held.entry_bar]))
    side = 1.0 if held.side == "long" else -1.0
    return {
        "entry_price": held.entry_price,
        "bars_held": float(len(bars) - row),
        "highest_since_entry": float(bars.high[row:].max()),
        "lowest_since_entry": float(bars.low[row:].min()),
        "open_return": side * (float(bars.close[-1]) / held.entry_price - 1),
        "side": side,
    }


def _row(bars: Bars, dataset: Dataset, at: datetime | None) -> int:
    if at is None:
        return len(bars) - 1
    moment = int(at.timestamp() * 1000)
    if moment >= int((dataset.train_to + _DAY).timestamp() * 1000):
        raise AccessError(
            "BAR_SEALED", "this bar lies behind the train bars, where only the gate looks",
            value=f"{at:%Y-%m-%d}", hint=f"take a day up to {dataset.train_to:%Y-%m-%d}",
        )  # fmt: skip
    row = int(np.searchsorted(bars.time, moment, side="right")) - 1
    if row < 0:
        raise InputError(
            "BAR_BEFORE_DATA", "the bars begin later", value=f"{at:%Y-%m-%d}",
            hint=f"take a day from {dataset.train_from:%Y-%m-%d} on",
        )  # fmt: skip
    return row


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _flips(
    compiled: CompiledSpec, view: View, held: Trade | None, language: Language
) -> tuple[Flip, ...]:
    """Of each entry while flat, of the exit of the rule that holds a position otherwise."""
    role = "entry" if held is None else "exit"
    paths = [
        f"/rules/{place}/{role}"
        for place, rule in enumerate(compiled.spec.rules)
        if held is None or (_of(rule.id, held) and rule.exit is not None)
    ]
    if "/cross_section/eligible" in compiled.trees:
        paths.append("/cross_section/eligible")
    found = (nearest_flip(compiled, view, -1, language, path) for path in paths)
    return tuple(flip for flip in found if flip is not None)

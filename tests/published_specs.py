"""The published acceptance strategies as specs: test data, one JSON file each, and their loader.

Beside it: the path suite as panels for a spec of any form, and the prefix test over a panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.data.bars import Bars
from engine.data.panel import Panel, panel_of
from engine.data.paths import path_suite
from engine.language.analysis import analyse
from engine.language.compiler import CompiledSpec
from engine.language.needs import symbols_of
from engine.language.spec import StrategySpec, read_spec
from engine.language.view import View

FOLDER: Final = Path(__file__).parent / "published"
NUMBERS: Final = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 18, 20, 22, 23, 25, 28, 29, 30, 31, 32,
)  # fmt: skip
"""Numbers of the acceptance list; they are not consecutive."""
EXPRESSIONS: Final = frozenset({
    "entry", "exit", "price", "expr", "when", "until", "score", "eligible", "add_when",
})  # fmt: skip
"""Fields of a spec that hold an expression."""


@cache
def published() -> dict[str, StrategySpec]:
    """Every published strategy by the name of its file, in the order of the list."""
    return {path.stem: read_spec(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}


def expressions(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a dumped spec
    """Every expression of a dumped spec, in the order of the document."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in EXPRESSIONS and isinstance(value, str):
                yield value
            else:
                yield from expressions(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from expressions(value)


def suite_panels(spec: StrategySpec, bars: int) -> Iterator[Panel]:
    """The sixteen paths of the suite for every market of a spec; all can be sold short."""
    symbols = symbols_of(spec, analyse(spec).trees)
    for world in path_suite(spec.timeframe, symbols, bars):
        yield panel_of([_shortable(one) for one in world.values()])


def _shortable(bars: Bars) -> Bars:
    return replace(bars, instrument=bars.instrument.model_copy(update={"shorts_allowed": True}))


def prefix_changes(compiled: CompiledSpec, panel: Panel, cuts: range) -> dict[str, int]:
    """What changes when the panel ends at time number `cut`: name -> first such cut.

    Every step of the plan and every array of the decisions is compared, bit for bit.
    """
    whole = dict(_arrays(compiled, panel))
    found: dict[str, int] = {}
    for cut in cuts:
        for name, part in _arrays(compiled, panel.before(int(panel.time[cut]))):
            if name not in found and whole[name][: len(part)].tobytes() != part.tobytes():
                found[name] = cut
    return found


def _arrays(compiled: CompiledSpec, panel: Panel) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for place, view in enumerate(View.each(panel)):
        for step, values in zip(compiled.plan.steps, compiled.plan.run(view), strict=True):
            yield f"{place} {step.text}", values
    if compiled.spec.pair is not None:
        yield from _arrays_of(compiled.decide_pair(panel), "pair")
        return
    for place, decided in enumerate(compiled.decide_all(panel)):
        yield from _arrays_of(decided, f"{place} decisions")


def _arrays_of(part: object, name: str) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array inside a record of arrays, named by its place."""
    if isinstance(part, np.ndarray):
        yield name, part
    elif isinstance(part, tuple):
        for place, one in enumerate(part):
            yield from _arrays_of(one, f"{name}/{place}")
    elif is_dataclass(part):
        for field in fields(part):
            yield from _arrays_of(getattr(part, field.name), f"{name}/{field.name}")

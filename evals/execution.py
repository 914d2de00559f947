"""Score C: does the draft enter and leave on exactly the bars that the case says?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from engine.errors import PeakError
from engine.language.spec import PositionSide
from engine.market import Timeframe
from evals.case import Expect
from evals.drafted import USUAL_SYMBOL, DraftedSpec
from evals.path_suite import Frame, Series, gold, joined, never, same_condition


@dataclass(frozen=True, slots=True)
class Match:
    """One side and role (or one regime) of a case: whether it matched, and why not."""

    what: str
    matched: bool
    why: str = ""


def matches(expect: Expect, drafted: DraftedSpec | None) -> list[Match]:
    """Every scored side and role; without a draft none of them matches.

    An expectation that this engine cannot run yet is a failure with that reason.
    """
    return [_tried(what, compare) for what, compare in _comparisons(expect, drafted)]


def share(found: list[Match]) -> float | None:
    """Share of sides and roles that match; None when none is scored."""
    return sum(one.matched for one in found) / len(found) if found else None


def _tried(what: str, compare: Callable[[], bool]) -> Match:
    try:
        matched = compare()
    except PeakError as error:
        return Match(what, matched=False, why=f"{error.code}: {error.message}"[:200])
    return Match(what, matched, "" if matched else "differs on the path suite")


def _comparisons(
    expect: Expect, drafted: DraftedSpec | None
) -> Iterator[tuple[str, Callable[[], bool]]]:
    for side in expect.entry:
        yield f"entry {side}", partial(_entry, expect, drafted, side)
    for side in expect.exit:
        yield f"exit {side}", partial(_exit, expect, drafted, side)
    for text in expect.regimes:
        name, _, when = text.partition(":")
        yield f"regime {name.strip()}", partial(_regime, expect, drafted, when.strip())


def frame_of(expect: Expect, drafted: DraftedSpec | None) -> Frame:
    """Where series are compared: as the case says, else as the draft does."""
    own = drafted.frame if drafted is not None else None
    symbol = expect.symbols[0] if expect.symbols else own.symbol if own else USUAL_SYMBOL
    return Frame(expect.timeframe or (own.timeframe if own else Timeframe.D1), symbol)


def _gold(texts: tuple[str, ...], role: str, word: str, frame: Frame) -> Series:
    parts = [gold(text, role, frame.timeframe) for text in texts]
    return joined(word, parts) if parts else never()


def _entry(expect: Expect, drafted: DraftedSpec | None, side: PositionSide) -> bool:
    frame = frame_of(expect, drafted)
    expected = _gold(expect.entry[side], "entry", "and", frame)
    return drafted is not None and same_condition(expected, drafted.entry(side), frame)


def _exit(expect: Expect, drafted: DraftedSpec | None, side: PositionSide) -> bool:
    """The exit itself, or the exit together with the conditions that the case calls stops."""
    frame = frame_of(expect, drafted)
    expected = _gold(expect.exit[side], "exit", "or", frame)
    if drafted is None:
        return False
    given = drafted.exit(side)
    if same_condition(expected, given, frame):
        return True
    stops = tuple(one.expr for one in expect.stop if one.kind == "condition" and one.expr)
    whole = (*expect.exit[side], *stops)
    return bool(stops) and same_condition(_gold(whole, "exit", "or", frame), given, frame)


def _regime(expect: Expect, drafted: DraftedSpec | None, when: str) -> bool:
    """Whether any regime of the draft, by whatever name, is this condition."""
    frame = frame_of(expect, drafted)
    expected = gold(when, "when", frame.timeframe)
    return drafted is not None and any(
        same_condition(expected, given, frame) for given in drafted.regimes()
    )

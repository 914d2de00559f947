# ruff: noqa: E501 - a regular expression stays on one line
"""Two legs traded against each other, in words -> pair and its z-score bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from copilot.offline.operands import Frame
from copilot.offline.scan import NUM, UNIT, Scan
from copilot.offline.symbols import mark
from copilot.offline.timeframes import unit_of
from copilot.offline.tree import Condition, Operand, Tree, number
from engine.language.spec import Pair

_TRIGGER: Final = rf"pairs? ?(?:trad\w*|strateg\w*|handel)|paar ?handel\w*|spread(?: trad\w*)?(?: between| of| zwischen| von)?|stat(?:istical)? ?arb\w*|ratio (?:between|of)|verhältnis (?:zwischen|von)|(?:long|short) {mark(0)}[^.;]{{0,20}}(?:short|long) {mark(1)}"
_Z: Final = r"(?:z ?score|z ?wert|standard deviations?|standardabweichung\w*|sigma|std|sd)"


@dataclass(frozen=True, slots=True)
class PairFound:
    """The two legs, entry and exit of the long side, and what was assumed."""

    pair: Pair
    entry: Tree
    exit: Tree
    assumed: tuple[tuple[str, str], ...]


def read_pair(scan: Scan, symbols: tuple[str, ...], frame: Frame) -> PairFound | None:
    """A pair when two instruments are named and the text speaks of their spread."""
    if len(symbols) != 2 or not scan.has(_TRIGGER):  # noqa: PLR2004 - two legs
        return None
    assumed: list[tuple[str, str]] = []
    window = scan.find(
        rf"(?P<n>\d+) ?(?P<u>{UNIT})(?! (?:stop|hold|max))|{_Z}[^.;,\d-]{{0,14}}\(?(?P<n2>\d{{2,4}})\)?"
    )
    bars = (
        frame.bars(float(window["n"] or window["n2"]), unit_of(window["u"] or "bar"))
        if window
        else 60
    )
    if window is None:
        assumed.append(("/pair/lookback", "60"))
    level = scan.find(
        rf"(?P<k>{NUM}) ?{_Z}|{_Z}[^.;]{{0,24}}?(?:above|over|beyond|below|under|at|exceeds|über|unter|bei|von|>|<|of)[^.;\d]{{0,6}}-?(?P<k2>{NUM})(?!\d|\.\d| ?{UNIT})|(?:entry|einstieg|enter)[^.;\d]{{0,14}}-?(?P<k3>{NUM})(?!\d|\.\d| ?{UNIT})"
    )
    size = float(level["k"] or level["k2"] or level["k3"]) if level else 2.0
    if level is None:
        assumed.append(("/rules/0/entry", "2"))
    out = scan.find(
        rf"(?:exit|out|close|ausstieg|raus|schließ\w*|flat)[^.;\d]{{0,20}}-?(?P<n>{NUM})(?!\d|\.\d| ?{UNIT})"
    )
    back = float(out["n"]) if out else 0.0
    if out is None:
        assumed.append(("/rules/0/exit", "0"))
    zscore = Operand(f"zscore(spread,{max(2, bars)})", "centred", "zscore")
    pair = Pair(y=symbols[0], x=symbols[1], hedge="log_ols", lookback=max(2, bars))
    assumed.append(("/pair/hedge", "log_ols"))
    return PairFound(
        pair,
        Condition(zscore, "<", number(-abs(size))),
        Condition(zscore, ">", number(-abs(back))),
        tuple(assumed),
    )

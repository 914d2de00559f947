"""What people are told about looks: how many were taken, shown and are left, and the next cap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.data.dataset import Window
from engine.gate.looks import LookRow, look_number, looks_left, on_window
from engine.gate.statistics import cap_of_look
from engine.market import Name
from engine.quantities import Ratio
from engine.records import Digest, Record

Figures = Literal["none", "sealed", "shown", "revealed", "published"]
"""The state of a look's figures towards people; the copilot is never given any before closing."""
Count = Annotated[int, Field(ge=0)]


class LookSeen(Record):
    """One look as people see it: for whom, when, with which end; `by` asked for its figures."""

    look_id: str
    k: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    candidate: Digest
    lineage_id: str
    verdict: Literal["PASS", "FAIL", "INELIGIBLE"] | None
    figures: Figures
    by: Name | None = None


class LooksView(Record):
    """The looks of one window.

    `seen` of the `taken` looks had their figures shown to people; `left` is the family's number
    for the calendar year; `next_k` and `next_cap` are what the next look is held to; after a
    reveal of one more it would be `cap_after_reveal`.
    """

    window: Window
    open: bool
    taken: Count
    seen: Count
    left: Count
    next_k: Annotated[int, Field(ge=1)]
    next_cap: Ratio
    cap_after_reveal: Ratio
    looks: tuple[LookSeen, ...]


def figures_of(row: LookRow, open_windows: Sequence[Window]) -> Figures:
    """Who may see a look's figures; `open_windows` are the open windows of its markets.

    When all windows of a look are closed its days are train and its figures published.
    """
    if row.outcome is None:
        return "none"
    if not set(row.request.windows) & set(open_windows):
        return "published"
    if row.shown:
        return "shown"
    return "sealed" if row.revealed is None else "revealed"


def looks_view(
    rows: Sequence[LookRow], window: Window, now: datetime, open_windows: Sequence[Window]
) -> LooksView:
    """The looks of one window for people; `rows` are all looks of its family."""
    here = on_window(rows, window)
    number = look_number(rows, window)
    return LooksView(
        window=window,
        open=window in open_windows,
        taken=len(here),
        seen=sum(row.seen for row in here),
        left=looks_left(rows, now.year, window.family),
        next_k=number,
        next_cap=cap_of_look(number),
        cap_after_reveal=cap_of_look(number + 1),
        looks=tuple(_seen(row, open_windows) for row in here),
    )


def _seen(row: LookRow, open_windows: Sequence[Window]) -> LookSeen:
    return LookSeen(
        look_id=row.look_id,
        k=row.k,
        at=row.request.at,
        candidate=row.request.candidate_digest,
        lineage_id=row.request.lineage_id,
        verdict=None if row.outcome is None else row.outcome.verdict,
        figures=figures_of(row, open_windows),
        by=None if row.revealed is None else row.revealed.person,
    )

"""Knowledge cutoffs: may a model of the lineage have read the holdout?

A model that has read the news of the holdout's years can draft a rule that fits them. The holdout
is clear when it starts at least 90 days after the latest cutoff of all models that touched the
idea. A drafter without a memory is no model, and people alone are none either.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from engine.data.days import day_number
from engine.records import Record

DISTANCE_DAYS: Final = 90
LATER_DAYS: Final = 250
"""Days that the part after the cutoff needs to be judged alone."""
UNKNOWN: Final = "unknown"

_DAY: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


class CutoffEvidence(Record):
    """What the models of a lineage may know of the holdout.

    Attributes:
        state: clear of it, overlapping it, unknown, or clear only from a day inside it
            (straddles): then that part is judged alone too, and must pass.
        later_from: UTC day number from which the window is clear; None unless it straddles.
        latest: the latest cutoff as ISO date, empty without a model or when one is unknown.
        models: how many models touched the idea.
    """

    state: Literal["clear", "overlap", "unknown", "straddles"]
    later_from: int | None = None
    latest: str = ""
    models: int = 0

    @property
    def research_grade(self) -> bool:
        """Whether the certificate is research grade whatever the later part says: never live."""
        return self.state in {"overlap", "unknown"}


def cutoff_evidence(
    models: Sequence[tuple[str, str]], first: int, last: int, days: Iterable[int] | None = None
) -> CutoffEvidence:
    """Whether a holdout is clear of what models know.

    Args:
        models: (name, cutoff) of every model of the lineage: ISO date, year and month (its last
            day counts), or "unknown".
        first: UTC day number of the holdout's first day.
        last: of its last day.
        days: UTC days of the holdout that have a bar; None: every day has one.
    """
    known = [cutoff_day(cutoff) for _, cutoff in models]
    if not known:
        return CutoffEvidence(state="clear")
    if any(day is None for day in known):
        return CutoffEvidence(state="unknown", models=len(models))
    latest = max(day for day in known if day is not None)
    clear_from = latest + DISTANCE_DAYS
    text = (date(1970, 1, 1) + timedelta(days=latest)).isoformat()
    if clear_from <= first:
        return CutoffEvidence(state="clear", latest=text, models=len(models))
    later = sum(day >= clear_from for day in (range(first, last + 1) if days is None else days))
    if later < LATER_DAYS:
        return CutoffEvidence(state="overlap", latest=text, models=len(models))
    return CutoffEvidence(state="straddles", later_from=clear_from, latest=text, models=len(models))


def cutoff_day(text: str) -> int | None:
    """UTC day number of a cutoff; a month counts to its end; None when it cannot be told."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    if not 1 <= month <= 12 or year < 1970:  # noqa: PLR2004 - months of a year, first day number
        return None
    last = calendar.monthrange(year, month)[1]
    day = int(found[3]) if found[3] else last
    return day_number(f"{year:04d}-{month:02d}-{day:02d}") if 1 <= day <= last else None

"""A whole check of a spec: its document, whether its rules fire, and whether data are enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.language.checker import CheckReport, check
from engine.language.firing import never_fires, suite_for
from engine.language.speclints import history_finding, sweep_size
from engine.language.sweeps import MOST_POINTS, Point, refused_points

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.language.findings import SpecFinding
    from engine.language.spec import StrategySpec


def full_check(spec: StrategySpec, dataset: Dataset | None = None) -> CheckReport:
    """What the checker says, NEVER_FIRES on the path suite, and HISTORY_SHORT for a dataset.

    The suite is run only for a spec without errors; firing there tells nothing about any market.
    """
    report = check(spec)
    if not report.ok:
        return report
    found = (*report.findings, *_beyond(spec, report.warmup_bars, dataset))
    ok = all(one.level == "warning" for one in found)
    return report.model_copy(update={"findings": found, "ok": ok})


def _beyond(spec: StrategySpec, warmup: int, dataset: Dataset | None) -> Iterator[SpecFinding]:
    short = None if dataset is None else history_finding(warmup, dataset.rows)
    if short is not None:
        yield short
    yield from never_fires(spec, suite_for(spec))


@dataclass(frozen=True, slots=True)
class SweepCheck:
    """The points of a sweep, and those at which the spec would be refused.

    Attributes:
        points: all of them; the first 2,000 are looked at.
        refused: point and the codes of its errors.
    """

    points: int
    refused: tuple[tuple[Point, tuple[str, ...]], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "points": self.points,
            "refused": [
                {"point": dict(point), "codes": list(codes)} for point, codes in self.refused
            ],
        }


def sweep_check(spec: StrategySpec, report: CheckReport) -> SweepCheck:
    """Where a spec that is right at its defaults is refused inside its own sweep."""
    points = sweep_size(spec.params)
    if not report.ok or points == 1:
        return SweepCheck(points)
    return SweepCheck(points, tuple(refused_points(spec, MOST_POINTS)))

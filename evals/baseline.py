"""Figures against the committed baseline: what got worse, in words.

`baseline.json` holds bounds by key: `drafting`, `leaks`, or `drafting/<name of the cases file>`,
which wins. `least` and `most` bound figures by their dotted path; `failed` names the cases that are
known to fail, so that a newly failing one is seen even when the figures hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from engine.errors import InputError
from engine.records import Record, parse_record

BASELINE: Final = Path(__file__).parent / "baseline.json"
_SLACK: Final = 1e-9
_MAX_BYTES: Final = 1_000_000
_LEAST: Final = ("action", "slot_f1", "execution_match", "validity", "passed", "cases")
_MOST: Final = ("over_asking", "over_assuming", "silent_assumptions", "forbidden", "not_run")

Figures = Mapping[str, Any]


class Bounds(Record):
    """What a suite must reach; `failed` None: no list of known failures is kept."""

    least: dict[str, int | float] = Field(default_factory=dict)
    most: dict[str, int | float] = Field(default_factory=dict)
    failed: tuple[str, ...] | None = None


class Baseline(Record):
    """Bounds by key."""

    suites: Annotated[dict[str, Bounds], Field(min_length=1)]


def load(path: Path = BASELINE) -> Baseline:
    """The committed baseline.

    Raises:
        InputError: BASELINE_MISSING, or a JSON_* or RECORD_* code.
    """
    if not path.is_file():
        raise InputError("BASELINE_MISSING", "there is no baseline", value=path.name)
    return parse_record(Baseline, path.read_bytes(), _MAX_BYTES)


def figure(figures: Figures, path: str) -> float | None:
    """The figure at a dotted path such as `by_kind.precise.slot_f1`; None when it is not there."""
    value: Any = figures
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value if isinstance(value, int | float) else None


def regressions(figures: Figures, baseline: Baseline, suite: str, name: str = "") -> list[str]:
    """Sentences about everything that is worse than the baseline; empty when nothing is.

    name: of the cases file. Bounds of a known file must all be measured; those of the suite hold
    for any file, so a figure about cases that it lacks is not asked for.
    """
    own = baseline.suites.get(f"{suite}/{name}") if name else None
    bounds = own or baseline.suites.get(suite)
    if bounds is None:
        return [f"the baseline has no bounds for {suite}"]
    known = own is not None or not name
    return [*_bounded(figures, bounds, known=known), *_newly_failed(figures, bounds)]


def _bounded(figures: Figures, bounds: Bounds, *, known: bool) -> Iterator[str]:
    for path, bound in bounds.least.items():
        value = figure(figures, path)
        if value is None and known:
            yield f"{path} was not measured"
        elif value is not None and value < bound - _SLACK:
            yield f"{path} is {value:g}, at least {bound:g} is expected"
    for path, bound in bounds.most.items():
        value = figure(figures, path)
        if value is None and known:
            yield f"{path} was not measured"
        elif value is not None and value > bound + _SLACK:
            yield f"{path} is {value:g}, at most {bound:g} is expected"


def _newly_failed(figures: Figures, bounds: Bounds) -> Iterator[str]:
    if bounds.failed is None:
        return
    for case in figures.get("failed", []):
        if case["id"] not in bounds.failed:
            yield f"{case['id']} failed and did not before: {'; '.join(case['reasons'])}"


def measured(figures: Figures) -> Bounds:
    """Bounds that hold exactly these figures of the drafting suite, its kinds included."""
    paths = [("", figures), *((f"by_kind.{n}.", f) for n, f in figures["by_kind"].items())]
    return Bounds(
        least={f"{at}{n}": f[n] for at, f in paths for n in _LEAST if f.get(n) is not None},
        most={f"{at}{n}": f[n] for at, f in paths for n in _MOST if f.get(n) is not None},
        failed=tuple(case["id"] for case in figures["failed"]),
    )


def write(path: Path, key: str, bounds: Bounds) -> None:
    """Put bounds into the file under a key, everything else as it is.

    Raises:
        InputError: as `load`.
    """
    suites = {name: _short(one) for name, one in load(path).suites.items()} | {key: _short(bounds)}
    text = json.dumps({"suites": suites}, indent=1, ensure_ascii=True, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _short(bounds: Bounds) -> dict[str, Any]:
    return bounds.model_dump(mode="json", exclude_defaults=True)

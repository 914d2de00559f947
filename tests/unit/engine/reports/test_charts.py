"""Pictures: inside their frame, round ticks, nothing but shapes and classes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.charts import (
    HEIGHT,
    WIDTH,
    Panel,
    equity_picture,
    linear_ticks,
    log_ticks,
    time_ticks,
)
from engine.reports.data import ReportData

ReportOf = Callable[[str], ReportData]


def _stamp(year: int, month: int = 1) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("name", ["plain", "sealed", "open"])
def test_the_picture_is_wellformed_and_inside_its_frame(name: str, report_of: ReportOf) -> None:
    """Every point of every line lies in the view box."""
    data = report_of(name)
    root = ET.fromstring(str(equity_picture(data, "en")))  # noqa: S314 - our own text
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    lines = root.findall("{*}polyline")
    assert [line.get("class") for line in lines] == ["held", "equity"]
    for line in lines:
        for point in (line.get("points") or "").split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_zones_are_shaded_and_named(report_of: ReportOf) -> None:
    """Two panels each; a sealed zone is called so in both languages."""
    sealed = report_of("sealed")
    english, german = (str(equity_picture(sealed, language)) for language in ("en", "de"))
    assert english.count('class="zone sealed"') == english.count('class="zone train"') == 2
    assert "holdout, sealed" in english
    assert "Holdout, versiegelt" in german


def test_the_picture_holds_no_style_script_or_address(report_of: ReportOf) -> None:
    """Classes and presentation attributes only; the name space is the one address."""
    data = report_of("open")
    picture = str(equity_picture(data, "en")).replace("http://www.w3.org/2000/svg", "")
    assert re.search(r"style=|<script|href|url\(|//", picture) is None


def test_a_ruined_account_can_be_drawn(report_of: ReportOf) -> None:
    """Zero has no logarithm; the line ends at the floor of the picture."""
    data = report_of("plain")
    ends = (0.0, -50.0)
    equity = data.equity.model_copy(update={"value": (*data.equity.value[:-2], *ends)})
    ET.fromstring(str(equity_picture(data.model_copy(update={"equity": equity}), "en")))  # noqa: S314 - our own text


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.0, 1.0, [0.0, 0.25, 0.5, 0.75, 1.0]), (-0.3, 0.0, [-0.3, -0.2, -0.1, 0.0])],
)
def test_linear_ticks(low: float, high: float, ticks: list[float]) -> None:
    """Round values inside the range."""
    assert linear_ticks(low, high) == pytest.approx(ticks)


@given(st.floats(1e-3, 1e9), st.floats(1.001, 1e6))
def test_log_ticks_are_few_and_inside(low: float, factor: float) -> None:
    """Never more lines than can be told apart, none outside, at least one."""
    high = low * factor
    ticks = log_ticks(low, high)
    assert 1 <= len(ticks) <= 9
    assert all(low * (1 - 1e-9) <= tick <= high * (1 + 1e-9) for tick in ticks)
    assert ticks == sorted(set(ticks))


def test_log_ticks_of_a_wide_range() -> None:
    """Powers of ten and their 2 and 5."""
    assert log_ticks(9_000.0, 120_000.0) == [10_000.0, 20_000.0, 50_000.0, 100_000.0]


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (_stamp(2004, 8), _stamp(2013, 3), ["2006", "2008", "2010", "2012"]),
        (_stamp(2020), _stamp(2020, 5), ["2020-01", "2020-02", "2020-03", "2020-04", "2020-05"]),
    ],
)
def test_time_ticks(first: int, last: int, labels: list[str]) -> None:
    """Years for long spans, months for short ones."""
    assert [label for _, label in time_ticks(first, last)] == labels


@given(st.floats(-1e9, 1e9))
def test_a_panel_keeps_every_value_inside(value: float) -> None:
    """What lies outside the range is drawn at its edge; equal ratios are equal steps."""
    panel = Panel(0, 10, 10.0, 1_000.0, 20.0, 100.0, log=True)
    assert 20.0 <= panel.y(value) <= 120.0
    assert panel.y(100.0) == pytest.approx(70.0)
    assert math.isclose(panel.x(5), (panel.x(0) + panel.x(10)) / 2)

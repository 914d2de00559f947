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
from markupsafe import Markup

from engine.reports.charts import (
    equity_picture,
    exposure_picture,
    fan_picture,
    price_picture,
    rolling_picture,
    share,
    underwater_picture,
)
from engine.reports.data import Curve, Language, ReportData
from engine.reports.plotting import (
    WIDTH,
    Panel,
    broken_line,
    linear_ticks,
    log_ticks,
    time_ticks,
)
from engine.reports.studies import Studies

ReportOf = Callable[[str], ReportData]


def _stamp(year: int, month: int = 1) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)


def _price(data: ReportData, language: Language) -> Markup:
    return price_picture(data, data.prices[0], language)


PICTURES: tuple[Callable[[ReportData, Language], Markup], ...] = (
    equity_picture, underwater_picture, rolling_picture, _price, exposure_picture,
)  # fmt: skip


@pytest.mark.parametrize("name", ["plain", "sealed", "open"])
@pytest.mark.parametrize("draw", PICTURES)
def test_pictures_are_wellformed_and_inside_their_frame(
    draw: Callable[[ReportData, Language], Markup], name: str, report_of: ReportOf
) -> None:
    """Every point of every line lies in the view box; the picture says what it shows."""
    root = ET.fromstring(str(draw(report_of(name), "en")))  # noqa: S314 - our own text
    width, height = (float(part) for part in (root.get("viewBox") or "").split()[2:])
    assert width == WIDTH
    lines = root.findall("{*}polyline")
    for line in lines:
        for point in (line.get("points") or "").split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height
    assert root.get("aria-label")
    assert lines or root.findall("{*}path")


def test_the_equity_picture_has_strategy_and_benchmark(report_of: ReportOf) -> None:
    """Buy and hold below, the strategy above it."""
    root = ET.fromstring(str(equity_picture(report_of("open"), "en")))  # noqa: S314 - our own text
    lines = root.findall("{*}polyline")
    assert [line.get("class") for line in lines] == ["held", "equity"]


def test_trend_labels_are_a_strip_below_the_equity(report_of: ReportOf) -> None:
    """One bar for each stretch; none where nobody labelled."""
    assert str(equity_picture(report_of("studied"), "en")).count('class="trend-up"') == 1
    assert "trend-" not in str(equity_picture(report_of("plain"), "en"))


def test_zones_are_shaded_and_named(report_of: ReportOf) -> None:
    """A sealed zone is called so in both languages."""
    sealed = report_of("sealed")
    english, german = (str(equity_picture(sealed, language)) for language in ("en", "de"))
    assert english.count('class="zone sealed"') == english.count('class="zone train"') == 1
    assert "holdout, sealed" in english
    assert "Holdout, versiegelt" in german


@pytest.mark.parametrize("draw", PICTURES)
def test_pictures_hold_no_style_script_or_address(
    draw: Callable[[ReportData, Language], Markup], report_of: ReportOf
) -> None:
    """Classes and presentation attributes only; the name space is the one address."""
    picture = str(draw(report_of("open"), "en")).replace("http://www.w3.org/2000/svg", "")
    assert re.search(r"style=|<script|href|url\(|//", picture) is None


def test_the_five_worst_drawdowns_are_numbered(report_of: ReportOf) -> None:
    """One number at each trough."""
    data = report_of("open")
    assert str(underwater_picture(data, "en")).count("mark-number") == len(data.falls) > 0


def test_entries_exits_and_stops_are_drawn(report_of: ReportOf) -> None:
    """A triangle for each entry, a cross for each exit, a line for each stop in sight."""
    data = report_of("plain")
    root = ET.fromstring(str(_price(data, "en")))  # noqa: S314 - our own text
    paths = {path.get("class"): path.get("d") or "" for path in root.findall("{*}path")}
    closed = sum(trade.reason != "open" for trade in data.trades)
    assert paths["enter-long"].count("z") == len(data.trades)
    assert paths["leave"].count("M") == closed
    assert 0 < paths["stop-line"].count("M") <= len(data.trades)


def test_a_rolling_line_stops_at_the_border_of_a_zone(report_of: ReportOf) -> None:
    """Train and holdout are two lines, not one across the gap."""
    data = report_of("open")
    panel = Panel(0, 10, -1.0, 1.0, 0.0, 10.0)
    stamps = [int(zone.first.timestamp() * 1000) + 1 for zone in data.zones]
    curve = Curve(time=tuple(stamps), value=(0.0, 0.5))
    assert str(broken_line(panel, curve, data.zones, "equity")).count("<polyline") == 2


def test_the_fan_is_two_bands_around_a_line(studies: Studies) -> None:
    """5 to 95 and 25 to 75 percent, the median between."""
    found = studies.monte_carlo
    assert found is not None
    root = ET.fromstring(str(fan_picture(found, "de")))  # noqa: S314 - our own text
    assert [band.get("class") for band in root.findall("{*}polygon")] == ["fan-1", "fan-2"]


def test_shares_on_an_axis_are_short() -> None:
    """No decimals where there are none."""
    assert (share(-0.05, "en"), share(0.125, "de")) == ("-5%", "12,5\u00a0%")


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

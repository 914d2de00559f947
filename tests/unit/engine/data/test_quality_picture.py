"""The quality picture: everything on one page, nothing fetched, nothing from outside unescaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.quality import quality_report
from engine.data.quality_picture import quality_html, quality_svg, sparkline
from engine.market import Timeframe

MakeBars = Callable[..., Bars]


@pytest.fixture
def odd(make_bars: MakeBars) -> Bars:
    """Hours with a hole of 50 bars, a dead stretch and a split."""
    bars = make_bars(2_000, timeframe=Timeframe.H1)
    keep = np.setdiff1d(np.arange(2_000), np.arange(600, 650))
    still = (np.arange(2_000) >= 1_000) & (np.arange(2_000) < 1_040)
    half = np.where(np.arange(2_000) < 1_500, 1.0, 0.5)
    names = ("open", "high", "low", "close")
    prices = {n: np.where(still, bars.close[1_000], getattr(bars, n)) * half for n in names}
    return replace(bars, **prices).take(keep)


def test_every_oddity_is_drawn(odd: Bars) -> None:
    """A band for the hole, one for the dead stretch, marks for the way out of it and the split."""
    svg = quality_svg(odd)
    found = {kind: svg.count(f'class="{kind}"') for kind in ("price", "gap", "stale", "far")}
    assert found == {"price": 1, "gap": 1, "stale": 1, "far": 2}


def test_a_clean_market_has_a_line_alone(make_bars: MakeBars) -> None:
    """Nothing odd, nothing marked."""
    svg = quality_svg(make_bars(500))
    assert "polyline" in svg
    assert all(f'class="{kind}"' not in svg for kind in ("gap", "stale", "far"))


def test_the_page_stands_alone(odd: Bars) -> None:
    """No script, no address, no style attribute; all observations in words; small."""
    page = quality_html(odd, quality_report(odd), "BTC/USDT:1h")
    assert not re.search(r"https?:|<script|src=|href=| style=|@import|url\(", page)
    for code in ("GAPS", "LONGEST_GAP", "DUPLICATES", "ZERO_VOLUME", "STALE_RUN", "OUTLIERS"):
        assert code in page
    assert len(page) < 100_000


def test_a_title_is_text(make_bars: MakeBars) -> None:
    """Markup in a name is shown, not obeyed."""
    bars = make_bars(50)
    page = quality_html(bars, quality_report(bars), "<img src=x>")
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


@pytest.mark.parametrize("count", [1, 2])
def test_the_shortest_data_have_a_picture(make_bars: MakeBars, count: int) -> None:
    """One bar and two bars divide by nothing."""
    bars = make_bars(count)
    assert "polyline" in quality_svg(bars)
    assert len(sparkline(bars)[0]) == 60


def test_a_sparkline_shows_level_and_holes(odd: Bars) -> None:
    """Blocks for the close, an x below where bars are absent."""
    line, holes = sparkline(odd, 40)
    assert len(line) == len(holes) == 40
    assert holes.strip() == "x" or set(holes.strip()) <= {"x", " "}
    assert set(line) <= set("▁▂▃▄▅▆▇█ ")

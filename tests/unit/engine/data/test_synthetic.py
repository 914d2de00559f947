"""Synthetic bars: the same seed gives the same bytes, and each law shows what it is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from engine.data.bars import Bars, FloatArray
from engine.data.instruments import instrument_for
from engine.data.quality import quality_report
from engine.data.synthetic import (
    Frame,
    crash,
    dead_calm,
    garch_t,
    gbm,
    jumps,
    regime_switching,
)
from engine.errors import DataError
from engine.market import Timeframe

Generator = Callable[..., Bars]
LAWS = [gbm, garch_t, regime_switching, jumps, crash, dead_calm]
EACH = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
BTC = Frame(instrument_for("BTC/USDT"), Timeframe.D1, 5_000)


def steps(bars: Bars) -> FloatArray:
    """Log returns close to close."""
    return np.diff(np.log(bars.close))


def kurtosis(values: FloatArray) -> float:
    """Fourth moment over squared variance: 3 for a normal law."""
    centred = values - values.mean()
    return float((centred**4).mean() / (centred**2).mean() ** 2)


@EACH
def test_a_seed_is_a_path(law: Generator) -> None:
    """The same seed repeats the bytes, another seed, symbol or timeframe does not."""
    frame = BTC._replace(bars=300)
    make = partial(law, share=0.5) if law is dead_calm else law
    path = make(frame, 7)
    assert path.digest == make(frame, 7).digest
    others = [
        make(frame, 8),
        make(frame._replace(instrument=instrument_for("ETH/USDT")), 7),
        make(frame._replace(timeframe=Timeframe.H1), 7),
    ]
    assert all((path.close != other.close).any() for other in others)


@EACH
def test_synthetic_bars_say_so(law: Generator) -> None:
    """Origin `synthetic`: a run on them is not a trial; their length is what was asked."""
    path = law(BTC._replace(bars=120), 1)
    assert (path.origin, len(path)) == ("synthetic", 120)


@EACH
def test_one_bar_is_enough_and_none_is_refused(law: Generator) -> None:
    """The shortest path has one bar; BARS_EMPTY below."""
    make = partial(law, length=1) if law is crash else law
    assert len(make(BTC._replace(bars=1), 1)) == 1
    with pytest.raises(DataError) as caught:
        make(BTC._replace(bars=0), 1)
    assert caught.value.code == "BARS_EMPTY"


@pytest.mark.parametrize("symbol", ["BTC/USDT", "EUR/USD", "SPY"])
@pytest.mark.parametrize("timeframe", ["15m", "4h", "1d", "1w", "1M"])
def test_bars_follow_the_calendar(symbol: str, timeframe: str) -> None:
    """No bar outside the sessions, none missing inside: the quality report finds no gap."""
    frame = Frame(instrument_for(symbol), Timeframe(timeframe), 600)
    report = quality_report(gbm(frame, 3))
    gaps = next(item for item in report.items if item.code == "GAPS")
    assert gaps.severity == "ok"


def test_gbm_has_its_mean_and_sigma() -> None:
    """Steps are normal; the mean is the drift less half the variance."""
    made = steps(gbm(BTC._replace(bars=100_000), 1, drift=0.002, sigma=0.02))
    assert abs(made.std() / 0.02 - 1) < 0.01
    assert abs(made.mean() - (0.002 - 0.0002)) < 3 * 0.02 / 316
    assert abs(kurtosis(made) - 3) < 0.1


def test_garch_clusters_and_has_fat_tails() -> None:
    """Squared steps are correlated, the tails are heavier than normal; gbm shows neither."""
    wild, tame = steps(garch_t(BTC, 2)), steps(gbm(BTC, 2))

    def clustering(values: FloatArray) -> float:
        squares = np.abs(values)
        return float(np.corrcoef(squares[1:], squares[:-1])[0, 1])

    assert clustering(wild) > 0.1 > abs(clustering(tame))
    assert kurtosis(wild) > 4.5


def test_regimes_last_as_long_as_asked() -> None:
    """With two opposite regimes, long stays give long trends; constant change gives none."""
    laws = ((0.02, 0.001), (-0.02, 0.001))

    def changes(stay: float) -> int:
        path = regime_switching(BTC, 4, regimes=laws, stay=stay)
        return int((np.diff(np.sign(steps(path))) != 0).sum())

    assert 60 < changes(0.98) < 140
    assert changes(0.0) > 4_900


def test_jumps_open_beyond_the_last_close() -> None:
    """About one bar in fifty opens far from the close before, without a price between."""
    path = jumps(BTC, 5, share=0.02, size=0.2)
    gaps = np.abs(np.log(path.open[1:] / path.close[:-1]))
    assert 50 < int((gaps > 0.05).sum()) < 100
    assert float(np.median(gaps)) < 0.002


def test_a_crash_falls_by_its_depth() -> None:
    """The fall has the depth asked, begins with a gap, and what follows is wilder."""
    path = crash(BTC._replace(bars=1_000), 6, depth=0.5, at=0.6, length=8)
    assert path.close[607] / path.close[599] == pytest.approx(0.5, abs=1e-6)
    assert path.open[600] / path.close[599] < 0.85
    assert steps(path)[608:640].std() > 1.5 * steps(path)[:599].std()


def test_dead_calm_does_not_move() -> None:
    """One price and no volume; with a share, so many bars move by one step."""
    still = dead_calm(BTC, 1)
    prices = {*still.open, *still.high, *still.low, *still.close}
    assert prices == {100.0}
    assert set(still.volume.tolist()) == {0.0}
    ticking = dead_calm(BTC, 1, share=0.1)
    assert 400 < int((steps(ticking) != 0).sum()) < 600


@pytest.mark.parametrize(
    "make",
    [
        partial(gbm, sigma=0.0),
        partial(gbm, sigma=float("nan")),
        partial(garch_t, alpha=0.2, beta=0.8),
        partial(garch_t, freedom=2.0),
        partial(regime_switching, regimes=((0.0, 0.01),)),
        partial(regime_switching, stay=1.5),
        partial(jumps, share=-0.1),
        partial(crash, depth=1.0),
        partial(crash, at=0.999, length=50),
        partial(dead_calm, step=1.0),
    ],
    ids=lambda make: f"{make.func.__name__}-{'-'.join(make.keywords)}",
)
def test_senseless_parameters_are_refused(make: Generator) -> None:
    """SYNTHETIC_PARAMETER names the parameter's bounds."""
    with pytest.raises(DataError) as caught:
        make(BTC, 1)
    assert caught.value.code == "SYNTHETIC_PARAMETER"

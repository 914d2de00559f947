"""Decay: each code fires where it must and stays silent where it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.errors import InputError
from engine.gate.basis import CertificateBasis, CertifiedKeys
from engine.gate.certificate import MODES, issue, reissue, renew, valid
from engine.gate.decay import HORIZONS, Observed, decayed, drawdown_limit, endings, forecast
from engine.gate.findings import GateCode
from engine.gate.forward import ForwardEvidence, forward_evidence
from engine.gate.report import Certificate
from engine.seeds import stream

NOW = datetime(2024, 6, 1, tzinfo=UTC)
CODE = "c" * 64
MEAN, SD = 0.00126, 0.01
TRAIN = stream("tests/decay", 9).standard_normal(1_250) * SD + MEAN
TRAIN += MEAN - TRAIN.mean()
POINTS = forecast(TRAIN, "a" * 64)
BASIS = CertificateBasis(
    trials=100, look=1, alpha=0.002676, train_mean=MEAN, train_sd=SD, promised_mean=MEAN,
    keys=CertifiedKeys(
        train_raw=0.01, train_excess=0.02, holdout_raw=0.02, holdout_excess=0.03, gate=0.004
    ),
    grade="full", forecast=POINTS, train_run="1" * 64, holdout_run="2" * 64,
)  # fmt: skip
CERTIFICATE = Certificate(
    serial="0" * 64, candidate_digest="a" * 64, spec_digest="b" * 64, rule_digest="d" * 64,
    dataset_id="e" * 64, cost_digest="f" * 64, code_digest=CODE, criteria_digest="9" * 64,
    report_digest="8" * 64, trial_number=7, tier="paper", modes=MODES["paper"], issued_at=NOW,
    expires_at=NOW + timedelta(days=180), basis=BASIS,
)  # fmt: skip


def forward_of(mean: float, days: int, seed: int = 1) -> ForwardEvidence:
    """A forward record with this daily mean and the train deviation."""
    x = stream("tests/forward", seed).standard_normal(days) * SD
    return forward_evidence((x - x.mean() + mean).tolist(), 30, SD, MEAN)


GOOD = Observed(forward=forward_of(MEAN, 120), fills=40, realised_cost=9.0, modelled_cost=5.0)


def codes(observed: Observed) -> list[GateCode]:
    """Codes of the endings."""
    return [one.code for one in decayed(BASIS, observed)]


def test_a_promise_that_is_kept_ends_nothing() -> None:
    """Half a year as certified, costs below twice the model: no code."""
    assert codes(GOOD) == []
    assert endings(CERTIFICATE, GOOD, NOW + timedelta(days=170), CODE) == ()


def test_a_fall_beyond_the_forecast_ends_it() -> None:
    """DECAY_DRAWDOWN just above the 99 % quantile for the elapsed days, silent just below."""
    limit = drawdown_limit(POINTS, 63)
    for above, expected in ((1e-4, [GateCode.DECAY_DRAWDOWN]), (-1e-4, [])):
        fallen = ForwardEvidence(days=63, closed_trades=9, e=1.0, drawdown=limit + above)
        assert codes(Observed(forward=fallen)) == expected


def test_a_dead_edge_ends_it() -> None:
    """DECAY_EDGE once the evidence against half the promise reaches 20, silent below."""
    for decay, expected in ((20.0, [GateCode.DECAY_EDGE]), (19.99, [])):
        record = ForwardEvidence(days=63, closed_trades=9, e=1.0, decay=decay)
        assert codes(Observed(forward=record)) == expected
    losing = forward_of(-0.002, 252)
    assert GateCode.DECAY_EDGE in codes(Observed(forward=losing))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fills": 20, "realised_cost": 10.1, "modelled_cost": 5.0}, [GateCode.COST_REALISED]),
        ({"fills": 20, "realised_cost": 10.0, "modelled_cost": 5.0}, []),
        ({"fills": 19, "realised_cost": 99.0, "modelled_cost": 5.0}, []),
        ({"mismatches": 1}, [GateCode.FORWARD_MISMATCH]),
        ({"mismatches": 0}, []),
        ({"restated": ("e" * 64,)}, [GateCode.DATA_RESTATED]),
        ({"restated": ()}, []),
        ({"disagrees": True}, [GateCode.ENGINE_DISAGREES]),
        ({"disagrees": False}, []),
    ],
)
def test_costs_fills_and_data(changes: dict[str, object], expected: list[GateCode]) -> None:
    """Each code at its border, with the twin that stays silent."""
    observed = Observed.model_validate({"forward": GOOD.forward, **changes})
    assert codes(observed) == expected


@pytest.mark.parametrize(
    ("days", "code", "expected"),
    [
        (179, CODE, ()),
        (180, CODE, (GateCode.EXPIRED,)),
        (10, "7" * 64, (GateCode.CODE_CHANGED,)),
    ],
)
def test_the_calendar_and_the_code(days: int, code: str, expected: tuple[GateCode, ...]) -> None:
    """Expiry and new code end it without any record."""
    found = endings(CERTIFICATE, None, NOW + timedelta(days=days), code)
    assert tuple(one.code for one in found) == expected


def test_the_forecast_halves_the_mean_and_widens_with_time() -> None:
    """Ten horizons, the same bytes again, other draws under another name."""
    assert [point.days for point in POINTS] == list(HORIZONS)
    assert forecast(TRAIN, "a" * 64) == POINTS
    assert forecast(TRAIN, "b" * 64) != POINTS
    widths = [point.high - point.low for point in POINTS]
    falls = [point.drawdown for point in POINTS]
    assert widths == sorted(widths)
    assert falls == sorted(falls)
    year = next(point for point in POINTS if point.days == 252)
    middle = np.exp(252 * (MEAN / 2 - SD**2 / 2)) - 1
    assert year.low < middle < year.high
    spread = 2.326 * SD * np.sqrt(252)
    assert year.high == pytest.approx((1 + middle) * np.exp(spread) - 1, rel=0.12)


def test_the_limit_lies_between_its_points() -> None:
    """It rises with the elapsed days and ends at the last horizon."""
    limits = [drawdown_limit(POINTS, days) for days in (0, 5, 30, 100, 400, 504, 2_000)]
    assert limits == sorted(limits)
    assert limits[0] == POINTS[0].drawdown
    assert limits[-1] == POINTS[-1].drawdown


def test_few_returns_give_no_forecast() -> None:
    """FORECAST_IMPOSSIBLE below twenty days."""
    with pytest.raises(InputError) as caught:
        forecast(TRAIN[:19], "a" * 64)
    assert caught.value.code == "FORECAST_IMPOSSIBLE"


def test_honest_edges_are_seldom_revoked_and_dead_ones_sometimes() -> None:
    """Over a year of fat-tailed days: a kept promise 3 % at most, a dead edge far more."""
    random = stream("tests/decay", 10)
    ended = {}
    for mean in (MEAN, 0.0):
        x = random.standard_t(5, (150, 252)) / np.sqrt(5 / 3) * SD + mean
        records = [forward_evidence(path.tolist(), 30, SD, MEAN) for path in x]
        ended[mean] = sum(bool(codes(Observed(forward=record))) for record in records) / 150
    assert ended[MEAN] <= 0.03
    assert ended[0.0] >= 0.05


def test_a_good_record_renews_for_another_term() -> None:
    """Same tier and figures; the forward record keeps its first day."""
    later = NOW + timedelta(days=170)
    renewed = renew(CERTIFICATE, GOOD.forward, later)
    assert renewed.expires_at == later + timedelta(days=180)
    assert (renewed.tier, renewed.basis) == (CERTIFICATE.tier, CERTIFICATE.basis)
    assert renewed.renews == CERTIFICATE.digest
    assert renewed.forward_start == NOW
    assert renew(renewed, GOOD.forward, later + timedelta(days=9)).forward_start == NOW
    assert renewed.digest != CERTIFICATE.digest


@pytest.mark.parametrize(
    ("mean", "days", "ends", "mismatches"),
    [(-0.0001, 60, 0, 0), (MEAN, 0, 0, 0), (MEAN, 60, 1, 0), (MEAN, 60, 0, 1)],
)
def test_a_bad_record_is_not_renewed(mean: float, days: int, ends: int, mismatches: int) -> None:
    """RENEWAL_REFUSED: mean at or below 0, no days, decay, fills that differ."""
    record = forward_of(mean, days) if days else forward_evidence((), 0, SD)
    with pytest.raises(InputError) as caught:
        renew(CERTIFICATE, record, NOW, ends=ends, mismatches=mismatches)
    assert caught.value.code == "RENEWAL_REFUSED"


def test_new_code_with_the_same_trades_needs_no_look() -> None:
    """Reissued under the new code, for the old term; refused when one run differs."""
    later = NOW + timedelta(days=20)
    again = reissue(CERTIFICATE, "7" * 64, "1" * 64, "2" * 64, later)
    assert again.expires_at == CERTIFICATE.expires_at
    assert valid(again, later, "7" * 64) is None
    assert valid(CERTIFICATE, later, "7" * 64) is GateCode.CODE_CHANGED
    for runs in (("1" * 64, "3" * 64), ("3" * 64, "2" * 64)):
        with pytest.raises(InputError) as caught:
            reissue(CERTIFICATE, "7" * 64, *runs, later)
        assert caught.value.code == "RECOMPUTATION_DIFFERS"
    bare = CERTIFICATE.model_copy(update={"basis": None})
    with pytest.raises(InputError):
        reissue(bare, "7" * 64, "1" * 64, "2" * 64, later)
    assert callable(issue)

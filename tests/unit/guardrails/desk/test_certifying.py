"""After the issue: forward records, the daily job that only takes away, renewal, revocation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.data.bars import Bars, bars_of
from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.gate.basis import CertificateBasis, CertifiedKeys, ForecastPoint
from engine.gate.candidate import Candidate
from engine.gate.certificate import MODES
from engine.gate.decay import Observed
from engine.gate.findings import GateCode
from engine.gate.identity import code_digest
from engine.gate.report import Certificate, GateReport
from engine.language.spec import read_spec
from engine.ledger import Lineage
from engine.market import Instrument, Timeframe
from engine.records import Digest
from engine.seeds import stream
from guardrails.desk.certifying import JOB, Certifying, without_fills
from guardrails.desk.forwarding import Forward, Forwarding, is_restated
from guardrails.desk.standing import Standing
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.journal import of_kind
from guardrails.tickets import SignedCertificate

START = datetime(2020, 1, 1, tzinfo=UTC)
ISSUED = START + timedelta(days=1_100)
NOW = ISSUED + timedelta(days=120)
COIN = Instrument(symbol="COIN/USD", base="COIN", quote="USD")
CHEAP = CostModel(taker_fee_bps=1.0, maker_fee_bps=1.0, spread_bps=1.0, slippage_bps=0.5)
SPEC = {
    "name": "held",
    "family": "other",
    "timeframe": "1d",
    "universe": {"symbols": ["COIN/USD"]},
    "rules": [
        {
            "id": "one",
            "side": "long",
            "entry": "close > close[1]",
            "exit": "close < close[1]",
        }
    ],
    "stops": [{"kind": "pct", "value": 0.2}],
    "sizing": {"kind": "fixed_fraction", "value": 0.5, "max_position_frac": 0.6},
}


def market(days: int, drift: float = 0.0, bend: int | None = None) -> Bars:
    """A walk with this drift after the issue; `bend` restates one bar's close."""
    steps = stream("tests/certifying", "coin").standard_normal(2_000) * 0.01
    steps[1_100:] += drift
    close = 100 * np.exp(np.cumsum(steps[:days]))
    if bend is not None:
        close[bend] *= 1.001
    opened = np.concatenate(([100.0], close[:-1]))
    time = int(START.timestamp()) * 1000 + np.arange(days) * 86_400_000
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) / 1.002
    return bars_of(COIN, Timeframe.D1, time, opened, high, low, close, np.ones(days))


def sign(digest: Digest) -> str:
    """A signature's form, without a key."""
    return (digest * 2)[:128]


class House:
    """A store with one certified strategy whose market goes on after the issue."""

    def __init__(self, folder: Path, drift: float = 0.002, bend: int | None = None) -> None:
        """Register the market up to the issue and, unless it never moved on, up to now."""
        self.clock = FixedClock(NOW)
        self.database = open_database(folder / "desk.db", desk_metadata, "desk", self.clock)
        self.candidates = CandidateStore(self.database)
        self.certificates = CertificateStore(self.database)
        self.datasets = DatasetStore(folder / "datasets")
        end = START + timedelta(days=999)
        self.first = self.datasets.register(market(1_100), window_end=end)
        self.later = self.datasets.register(market(1_220, drift, bend))
        self.candidate = Candidate(
            spec=read_spec(json.dumps(SPEC)), dataset_id=self.first.id, costs=CHEAP,
            lineage=Lineage(lineage_id="chat-1"), created_at=ISSUED,
        )  # fmt: skip
        self.candidates.add(self.candidate, None, "tests")
        self.certificate = self.certified()

    def certified(self, **changes: object) -> Certificate:
        """A certificate of the candidate."""
        point = ForecastPoint(days=252, low=-0.3, high=0.6, drawdown=0.06)
        keys = CertifiedKeys(
            train_raw=0.01, train_excess=0.01, holdout_raw=0.02, holdout_excess=0.02, gate=0.002
        )
        basis = CertificateBasis(
            trials=9, look=1, keys=keys, train_mean=0.0005, train_sd=0.005,
            promised_mean=0.0005, forecast=(point,), train_run="1" * 64, holdout_run="2" * 64,
        )  # fmt: skip
        fields: dict[str, object] = {
            "serial": "0" * 64, "candidate_digest": self.candidate.digest,
            "spec_digest": self.candidate.spec.digest, "rule_digest": "d" * 64,
            "dataset_id": self.first.id, "cost_digest": CHEAP.digest,
            "code_digest": code_digest(), "criteria_digest": "9" * 64, "report_digest": "8" * 64,
            "trial_number": 7, "tier": "paper", "modes": MODES["paper"], "issued_at": ISSUED,
            "expires_at": ISSUED + timedelta(days=180), "basis": basis,
        }  # fmt: skip
        return Certificate.model_validate({**fields, **changes})

    def issue(self, certificate: Certificate | None = None) -> Certificate:
        """Store a certificate with the candidate's verdict."""
        certificate = certificate or self.certificate
        report = GateReport(
            candidate_digest=self.candidate.digest, spec_digest=certificate.spec_digest,
            rule_digest="d" * 64, dataset_id=self.first.id, cost_digest=CHEAP.digest,
            code_digest=code_digest(), criteria_digest="9" * 64, verdict="PASS", tier="paper",
            findings=(), trials=9,
        )  # fmt: skip
        signed = SignedCertificate(certificate=certificate, signature=sign(certificate.digest))
        self.candidates.judged(self.candidate.digest, report, signed)
        return certificate

    @property
    def forwarding(self) -> Forwarding:
        """Forward records."""
        return Forwarding(self.candidates, self.datasets)

    def certifying(self, **fills: object) -> Certifying:
        """The use cases; `fills` are what the fills of paper trading show."""

        def observe(certificate: Certificate, forward: Forward) -> Observed:
            seen = without_fills(certificate, forward)
            return Observed.model_validate({**dict(seen), **fills})

        return Certifying(self.certificates, self.forwarding, self.clock, sign, observe)

    def journal(self, kind: str) -> list[dict[str, str]]:
        """Payloads of a kind of journal row."""
        with self.database.read() as connection:
            return [
                json.loads(row.payload) | {"by": row.actor} for row in of_kind(connection, kind)
            ]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A good certificate."""
    found = House(tmp_path)
    found.issue()
    return found


def test_the_record_starts_flat_on_the_day_after_the_issue(house: House) -> None:
    """120 days of the newest data, closed trades of that time only, a deterministic e-value."""
    first = house.forwarding.of(house.certificate)
    assert first.evidence.days == 120
    assert 0 < first.evidence.closed_trades < 60
    assert first.restated == ()
    assert house.forwarding.of(house.certificate) == first


def test_a_market_that_has_not_moved_on_gives_an_empty_record(house: House) -> None:
    """Issued after the last bar: no day, e is 1."""
    fresh = house.certified(issued_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=9))
    assert house.forwarding.of(fresh).evidence.days == 0
    assert house.forwarding.of(fresh).evidence.e == 1.0


def test_a_record_needs_frozen_figures(house: House) -> None:
    """CERTIFICATE_WITHOUT_BASIS for an old certificate."""
    with pytest.raises(InputError) as caught:
        house.forwarding.of(house.certified(basis=None))
    assert caught.value.code == "CERTIFICATE_WITHOUT_BASIS"


def test_the_daily_job_leaves_a_good_certificate_alone(house: House) -> None:
    """Nothing is revoked, nothing is written, nothing is promoted."""
    (checked,) = house.certifying().check_all()
    assert checked.endings == ()
    (standing,) = house.certifying().listed()
    assert (standing.ended, standing.certificate) == (None, house.certificate)
    assert house.journal("certificate.revoked") == []


@pytest.mark.parametrize(
    ("fills", "code"),
    [
        ({"mismatches": 1}, "FORWARD_MISMATCH"),
        ({"fills": 20, "realised_cost": 5.0, "modelled_cost": 2.0}, "COST_REALISED"),
        ({"disagrees": True}, "ENGINE_DISAGREES"),
    ],
)
def test_the_daily_job_revokes_what_decayed(
    house: House, fills: dict[str, object], code: str
) -> None:
    """With its code, in the journal, by the job; the second run finds nothing left to do."""
    certifying = house.certifying(**fills)
    (checked,) = certifying.check_all()
    assert [one.code.value for one in checked.endings] == [code]
    assert house.journal("certificate.revoked") == [
        {"certificate": house.certificate.digest, "code": code, "by": JOB}
    ]
    assert certifying.listed()[0].ended is GateCode.REVOKED
    assert certifying.check_all() == ()


def test_a_collapse_is_revoked_by_its_drawdown(tmp_path: Path) -> None:
    """A market that falls 1 % a day after the issue."""
    house = House(tmp_path, drift=-0.01)
    house.issue()
    (checked,) = house.certifying().check_all()
    assert GateCode.DECAY_DRAWDOWN in {one.code for one in checked.endings}


def test_restated_bars_end_a_certificate(tmp_path: Path) -> None:
    """DATA_RESTATED when the newest data hold another close on a certified day."""
    house = House(tmp_path, bend=500)
    house.issue()
    (checked,) = house.certifying().check_all()
    assert GateCode.DATA_RESTATED in {one.code for one in checked.endings}
    same, bent = market(600), market(700, bend=500)
    assert is_restated(same, bent)
    assert not is_restated(same, market(700))


def test_missing_data_end_nothing(house: House) -> None:
    """A certificate whose record cannot be collected is reported, not revoked."""
    bare = house.certified(basis=None, serial="5" * 64)
    checked = house.certifying().checked(bare)
    assert checked.observed is None
    assert checked.endings == ()
    assert checked.problem.startswith("CERTIFICATE_WITHOUT_BASIS")


def test_a_good_record_is_renewed_without_a_look(house: House) -> None:
    """A new term and serial, signed and journalled; the record keeps its start."""
    certifying = house.certifying()
    signed = certifying.renewed(certifying.find(house.certificate.digest[:10]), "person-1")
    fresh = signed.certificate
    assert fresh.expires_at == NOW + timedelta(days=180)
    assert fresh.forward_start == ISSUED
    assert house.certificates.get(fresh.digest) == signed
    assert house.journal("certificate.renewed") == [
        {"certificate": fresh.digest, "renews": house.certificate.digest, "by": "person-1"}
    ]
    assert house.forwarding.of(fresh) == house.forwarding.of(house.certificate)


def test_a_losing_record_is_not_renewed(tmp_path: Path) -> None:
    """RENEWAL_REFUSED when the forward mean is negative, and nothing is stored."""
    house = House(tmp_path, drift=-0.002)
    house.issue()
    certifying = house.certifying()
    with pytest.raises(InputError) as caught:
        certifying.renewed(certifying.find(house.certificate.digest), "person-1")
    assert caught.value.code == "RENEWAL_REFUSED"
    assert len(certifying.listed()) == 1


def test_a_revoked_certificate_is_not_renewed(house: House) -> None:
    """Revocation is for good."""
    certifying = house.certifying()
    certifying.revoke(house.certificate.digest, GateCode.REVOKED, "person-1")
    with pytest.raises(InputError) as caught:
        certifying.renewed(certifying.find(house.certificate.digest), "person-1")
    assert caught.value.code == "RENEWAL_REFUSED"


@pytest.mark.parametrize("named", ["", "zz", "f" * 64])
def test_an_unknown_certificate_is_refused(house: House, named: str) -> None:
    """CERTIFICATE_UNKNOWN for none and for an empty beginning."""
    with pytest.raises(InputError) as caught:
        house.certifying().find(named)
    assert caught.value.code == "CERTIFICATE_UNKNOWN"


def test_the_newest_data_of_the_market_are_taken(house: House) -> None:
    """The dataset that reaches furthest, of the same symbol and timeframe."""
    assert isinstance(house.later, Dataset)
    assert house.later.last > house.first.last
    assert house.later.family == house.first.family


def again(house: House, **changes: object) -> Certificate:
    """What another PASS of the same run would be certified with today."""
    fresh = {"serial": "f" * 64, "issued_at": NOW, "expires_at": NOW + timedelta(days=180)}
    return house.certified(**{**fresh, **changes})


def test_a_first_pass_is_certified_and_a_repeated_one_gets_no_more_time(tmp_path: Path) -> None:
    """The same tier under the same code keeps the certificate that is there."""
    house = House(tmp_path)
    standing = Standing(house.database, house.datasets, house.clock)
    assert standing.settled(house.candidate, again(house)) == again(house)
    first = house.issue()
    assert standing.settled(house.candidate, again(house)) == first
    house.clock.advance(61 * 86_400.0)
    assert standing.settled(house.candidate, again(house)) is None


def test_a_better_tier_is_certified_anew(tmp_path: Path) -> None:
    """Testnet after paper is new evidence; paper after testnet is not."""
    house = House(tmp_path)
    house.issue()
    standing = Standing(house.database, house.datasets, house.clock)
    better = again(house, tier="testnet", modes=MODES["testnet"])
    assert standing.settled(house.candidate, better) == better
    house.issue(better)
    assert standing.settled(house.candidate, again(house)) == better


def test_under_new_code_the_time_that_was_left_is_left(tmp_path: Path) -> None:
    """A recomputation is no renewal: the end stays, and after it there is nothing."""
    house = House(tmp_path)
    first = house.issue(house.certified(code_digest="7" * 64))
    standing = Standing(house.database, house.datasets, house.clock)
    settled = standing.settled(house.candidate, again(house))
    assert settled is not None
    assert (settled.expires_at, settled.code_digest) == (first.expires_at, code_digest())
    house.clock.advance(61 * 86_400.0)
    assert standing.settled(house.candidate, again(house)) is None


def test_a_revoked_run_is_not_certified_again_on_the_same_windows(tmp_path: Path) -> None:
    """Asking for another tier is no way back; the next window asks anew."""
    house = House(tmp_path)
    first = house.issue()
    house.certificates.revoke(first.digest, GateCode.DECAY_EDGE.value, JOB)
    standing = Standing(house.database, house.datasets, house.clock)
    better = again(house, tier="testnet", modes=MODES["testnet"])
    assert standing.settled(house.candidate, better) is None
    next_window = house.candidate.model_copy(update={"windows": ("coin from 2024-01-01",)})
    assert standing.settled(next_window, better) == better

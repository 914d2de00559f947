"""Signals: what a certified spec decides at the close of the latest bar the market has shown.

The same compiled spec as in the backtest decides on the bars up to the market's present; nothing
later is in reach. A signal is stored once, by digest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

import numpy as np

from engine.data.bars import Bars
from engine.data.store import DatasetStore
from engine.errors import AccessError, InputError
from engine.language.availability import unsignalled_parts
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.decisions import Decisions, RuleDecisions
from engine.language.spec import Sizing
from engine.language.trace import explain
from engine.quantities import from_float
from engine.signals import Signal
from guardrails.ports import MarketView
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.database import Database
from guardrails.store.signals import SignalStore
from guardrails.tickets import SignedCertificate

Action = Literal["enter_long", "exit_long"]


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate with what it stands for, ready to decide."""

    signed: SignedCertificate
    compiled: CompiledSpec
    bars: Bars


def _close(bars: Bars, index: int) -> datetime:
    return datetime.fromtimestamp(int(bars.close_time[index]) / 1000, UTC)


def _entering(decided: Decisions, index: int) -> RuleDecisions | None:
    """The long rule that decides an entry at this close; the first one counts."""
    for rule in decided.rules:
        if rule.direction > 0 and rule.enter[index] and not rule.exit[index]:
            return rule
    return None


def _action(decided: Decisions, index: int) -> Action | None:
    if index < decided.warmup:
        return None
    if _entering(decided, index) is not None:
        return "enter_long"
    return "exit_long" if bool(decided.exits(1)[index]) else None


def risk_share(sizing: Sizing, reference: float, stop: float | None) -> float:
    """Share of equity lost at the stop that the spec's own sizing asks for."""
    value = sizing.value or 0.0
    if sizing.kind == "risk_per_trade" or stop is None:
        return value
    return value * abs(reference - stop) / reference


class Signalling:
    """Finds signals of certified specs, and keeps them."""

    def __init__(  # noqa: PLR0913, PLR0917 - the ports of one use case
        self,
        database: Database,
        candidates: CandidateStore,
        certificates: CertificateStore,
        datasets: DatasetStore,
        market: MarketView,
        check: Callable[[SignedCertificate], str | None],
    ) -> None:
        """`check` answers why a certificate does not hold now, or None."""
        self._signals = SignalStore(database)
        self._candidates = candidates
        self._certificates = certificates
        self._datasets = datasets
        self._market = market
        self._check = check

    def certified(self, certificate_digest: str) -> Certified:
        """What a valid certificate stands for.

        Raises:
            InputError: CERTIFICATE_UNKNOWN.
            AccessError: the code why it does not hold (CERT_EXPIRED, CERT_REVOKED, ...).
        """
        signed = self._certificates.get(certificate_digest)
        if signed is None:
            raise InputError(
                "CERTIFICATE_UNKNOWN", "there is no such certificate", value=certificate_digest,
                hint="submit the strategy to the gate first",
            )  # fmt: skip
        code = self._check(signed)
        if code is not None:
            raise AccessError(
                code, "the certificate does not hold any more", value=certificate_digest[:16],
                hint="submit the strategy to the gate again",
            )  # fmt: skip
        stored = self._candidates.get(signed.certificate.candidate_digest)
        dataset = self._datasets.find(signed.certificate.dataset_id)
        compiled = compile_spec(stored.candidate.spec)
        carried = next(unsignalled_parts(compiled.spec, compiled.trees), None)
        if carried is not None:
            raise InputError(
                "SIGNAL_FORM", "signals cannot carry a part of this strategy yet", value=carried,
                hint="trade a strategy without it; the gate can still judge this one",
            )  # fmt: skip
        return Certified(signed, compiled, self._datasets.prices(dataset))

    def last_entry(self, certificate_digest: str) -> datetime | None:
        """Close time of the last forward bar with an entry and at least one bar after it."""
        certified = self.certified(certificate_digest)
        dataset = self._datasets.find(certified.signed.certificate.dataset_id)
        if dataset.forward_from is None:
            return None
        entries = certified.compiled.decide(certified.bars).entries(1)
        forward = certified.bars.time >= int(dataset.forward_from.timestamp() * 1000)
        rows = np.flatnonzero(entries & forward)
        rows = rows[rows < len(certified.bars) - 1]
        return _close(certified.bars, int(rows[-1])) if len(rows) else None

    def scan(self, certificate_digest: str, actor: str) -> Signal | None:
        """The signal of the latest bar that has closed, stored; None when nothing is decided."""
        certified = self.certified(certificate_digest)
        now = self._market.market_now()
        if now is None:
            return None
        closed = certified.bars.close_time <= int(now.timestamp() * 1000)
        bars = certified.bars.slice(0, int(closed.sum()))
        if len(bars) == 0:
            return None
        decided = certified.compiled.decide(bars)
        action = _action(decided, len(bars) - 1)
        if action is None:
            return None
        signal = _signal(certified, bars, decided, action)
        self._signals.keep(signal, actor)
        return signal

    def get(self, digest: str) -> Signal:
        """One signal; InputError SIGNAL_UNKNOWN otherwise."""
        return self._signals.get(digest)


def _price(value: float, step: Decimal) -> Decimal | None:
    return from_float(value, step) if np.isfinite(value) else None


def _trail(rule: RuleDecisions | None) -> Decimal | None:
    if rule is None or not rule.trailing_fraction:
        return None
    return Decimal(repr(rule.trailing_fraction))


def planned_levels(rule: RuleDecisions, reference: float, index: int) -> tuple[float, float]:
    """Fixed stop and nearest target of a long entry decided at this close, NaN for none."""
    stop = float(rule.stop[index])
    trails = [float(rule.trail[index])]
    if rule.trailing_fraction:
        trails.append(reference * (1.0 - rule.trailing_fraction))
    first = float(np.fmax.reduce([stop, *trails]))
    aims = [
        float(aim.level[index])
        if aim.level is not None
        else reference + aim.multiple * abs(reference - first)
        for aim in rule.targets
    ]
    return stop, float(np.fmin.reduce([*aims, np.nan]))


def _signal(certified: Certified, bars: Bars, decided: Decisions, action: Action) -> Signal:
    last = len(bars) - 1
    rule = _entering(decided, last)
    stop, target = (np.nan, np.nan)
    if rule is not None:
        stop, target = planned_levels(rule, float(bars.close[last]), last)
    step = bars.instrument.price_step
    reference = float(bars.close[last])
    entering = action == "enter_long"
    certificate = certified.signed.certificate
    sizing = decided.sizing
    return Signal(
        certificate_digest=certificate.digest,
        spec_digest=certificate.spec_digest,
        dataset_id=certificate.dataset_id,
        symbol=bars.instrument.symbol,
        venue=bars.instrument.venue,
        timeframe=bars.timeframe,
        action=action,
        target_exposure=1.0 if entering else 0.0,
        bar_close=_close(bars, last),
        reference_price=from_float(reference, step),
        stop_price=_price(stop, step) if entering else None,
        target_price=_price(target, step) if entering else None,
        trail_fraction=_trail(rule),
        risk_fraction=risk_share(sizing, reference, stop if np.isfinite(stop) else None),
        max_position_fraction=sizing.max_position_frac,
        trace=explain(certified.compiled, bars, last, "en"),
    )

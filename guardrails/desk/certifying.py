"""Certifying: the daily job that ends certificates, renewals, and revocation by hand.

The job needs no person and only takes away: it revokes what shows decay and leaves the rest. It
never lengthens a term and never raises a tier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.clock import Clock
from engine.errors import DataError, InputError
from engine.gate.certificate import renew, valid
from engine.gate.decay import Ending, Observed, endings
from engine.gate.findings import GateCode
from engine.gate.identity import code_digest
from engine.gate.report import Certificate
from engine.records import Digest
from guardrails.desk.forwarding import Forward, Forwarding
from guardrails.store.candidates import CertificateStore
from guardrails.tickets import SignedCertificate

JOB: Final = "certificates"
"""Who revokes in the journal when no person did."""

Observe = Callable[[Certificate, Forward], Observed]
"""Adds what the fills show (costs, replays) to a forward record."""


def without_fills(_certificate: Certificate, forward: Forward) -> Observed:
    """An observation of a certificate that has not been traded, in paper or otherwise."""
    return Observed(forward=forward.evidence, restated=forward.restated)


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate with what it is worth now; `ended` is the code why it holds no longer."""

    certificate: Certificate
    ended: GateCode | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the daily job found: the observation (None without data) and every ending."""

    certificate: Certificate
    observed: Observed | None
    endings: tuple[Ending, ...]
    problem: str = ""


class Certifying:
    """The life of certificates after their issue."""

    def __init__(
        self,
        certificates: CertificateStore,
        forwarding: Forwarding,
        clock: Clock,
        sign: Callable[[Digest], str],
        observe: Observe = without_fills,
    ) -> None:
        """`sign` signs renewals with the desk's key; `observe` adds what fills show."""
        self._certificates = certificates
        self._forwarding = forwarding
        self._clock = clock
        self._sign = sign
        self._observe = observe

    def listed(self) -> tuple[Standing, ...]:
        """Every certificate, newest first."""
        now = self._clock.now()
        return tuple(self._standing(one.certificate, now) for one in self._certificates.list())

    def _standing(self, certificate: Certificate, now: datetime) -> Standing:
        revoked = self._certificates.revoked(certificate.digest)
        return Standing(certificate, valid(certificate, now, code_digest(), revoked=revoked))

    def find(self, named: str) -> Standing:
        """A certificate by its digest or the beginning of it.

        Raises:
            InputError: CERTIFICATE_UNKNOWN when none or several begin like this.
        """
        known = self.listed()
        fitting = [one for one in known if one.certificate.digest.startswith(named)]
        if len(fitting) != 1 or not named:
            raise InputError(
                "CERTIFICATE_UNKNOWN", f"{len(fitting)} certificates begin like this", value=named,
                hint="`peak certificates list` shows all",
            )  # fmt: skip
        return fitting[0]

    def checked(self, certificate: Certificate) -> Checked:
        """What holds against a certificate now; changes nothing."""
        now = self._clock.now()
        try:
            observed = self._observe(certificate, self._forwarding.of(certificate))
        except (InputError, DataError) as error:
            found = endings(certificate, None, now, code_digest())
            return Checked(certificate, None, found, f"{error.code}: {error.message}")
        return Checked(certificate, observed, endings(certificate, observed, now, code_digest()))

    def check_all(self) -> tuple[Checked, ...]:
        """The daily job: check what still holds, revoke what shows decay, one row for each.

        Expiry and new code need no revocation: they end a certificate by themselves.
        """
        found = []
        for standing in self.listed():
            if standing.ended is not None:
                continue
            checked = self.checked(standing.certificate)
            if checked.endings:
                self.revoke(standing.certificate.digest, checked.endings[0].code, JOB)
            found.append(checked)
        return tuple(found)

    def revoke(self, digest: Digest, code: GateCode, actor: str) -> None:
        """End a certificate for good, journalled with its code."""
        self._certificates.revoke(digest, code.value, actor)

    def renewed(self, standing: Standing, actor: str) -> SignedCertificate:
        """A certificate for another term, signed and stored; the old one runs out by itself.

        Raises:
            InputError: RENEWAL_REFUSED with the reason, also for one that is revoked or under other
                code; CERTIFICATE_WITHOUT_BASIS.
        """
        certificate = standing.certificate
        if standing.ended not in {None, GateCode.EXPIRED}:
            raise InputError(
                "RENEWAL_REFUSED", f"the certificate is not renewed: {standing.ended}",
                value=certificate.digest[:16], hint="submit it as a candidate again",
            )  # fmt: skip
        observed = self._observe(certificate, self._forwarding.of(certificate))
        now = self._clock.now()
        ends = [
            one
            for one in endings(certificate, observed, now, code_digest())
            if one.code is not GateCode.EXPIRED
        ]
        fresh = renew(
            certificate, observed.forward, now, ends=len(ends), mismatches=observed.mismatches
        )
        signed = SignedCertificate(certificate=fresh, signature=self._sign(fresh.digest))
        self._certificates.add_renewal(signed, actor)
        return signed

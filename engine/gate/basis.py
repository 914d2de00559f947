"""Basis of a certificate: the figures it was issued on, frozen, so that decay can be measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.quantities import Ratio
from engine.records import Digest, Record

Grade = Literal["full", "research"]
"""research: a model may have read the holdout; never live."""
Share = Annotated[Ratio, Field(ge=0, le=1)]


class CertifiedKeys(Record):
    """The keys a certificate stands on: p_IS and p_O of both series, and p_gate."""

    train_raw: Share
    train_excess: Share
    holdout_raw: Share
    holdout_excess: Share
    gate: Share


class ForecastPoint(Record):
    """What half the promised mean leads to after so many trading days.

    low, high: 1 % and 99 % quantile of the compounded return, fractions of one. drawdown: 99 %
    quantile of the deepest fall until then, a positive fraction of one.
    """

    days: Annotated[int, Field(ge=1)]
    low: Ratio
    high: Ratio
    drawdown: Share


class CertificateBasis(Record):
    """The figures behind a certificate.

    Attributes:
        others: further datasets it was judged on.
        ledger_head: of the chain when the trials were counted.
        trials, look: N and k.
        alpha: level of this look over the market's lifetime; live compares with it.
        keys: see `CertifiedKeys`.
        grade: full, or research.
        train_mean, train_sd: of daily net returns on train, fractions of one.
        promised_mean: mean of daily net returns on train and holdout together.
        forecast: quantiles of `engine.gate.decay.forecast`, days rising.
        train_run, holdout_run: digests of both runs; new code that gives the same bytes needs no
            new look.
    """

    others: tuple[Digest, ...] = ()
    ledger_head: Digest | None = None
    trials: Annotated[int, Field(ge=1)]
    look: Annotated[int, Field(ge=1)]
    alpha: Share | None = None
    keys: CertifiedKeys
    grade: Grade = "research"
    train_mean: Ratio
    train_sd: Annotated[Ratio, Field(gt=0)]
    promised_mean: Ratio
    forecast: Annotated[tuple[ForecastPoint, ...], Field(min_length=1)]
    train_run: Digest
    holdout_run: Digest

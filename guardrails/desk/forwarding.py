"""Forwarding: what a certified strategy did after its certificate, from the newest bars we have.

The certified spec runs on the bars that came after the certificate's first day: flat at the start,
warmed up on everything before, under the certified costs. It writes no trial: it answers nothing a
search could ask, because nothing can be chosen by it any more. Bars are append-only too: if the
newest dataset of a market does not hold the certified bars as they were, the data were restated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.backtest.returns import daily_net
from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.data.panel import panel_of
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.gate.forward import ForwardEvidence, forward_evidence
from engine.gate.report import Certificate
from engine.gate.subject import Subject
from engine.market import Timeframe
from engine.records import Digest
from guardrails.store.candidates import CandidateStore


@dataclass(frozen=True, slots=True)
class Forward:
    """The forward record of a certificate.

    restated: certified datasets whose bars are different in the newest data.
    """

    evidence: ForwardEvidence
    restated: tuple[Digest, ...] = ()


def newest(datasets: DatasetStore, certified: Dataset) -> Dataset:
    """The dataset of the same market and timeframe that reaches furthest."""
    same = [
        one
        for one in datasets.datasets()
        if one.family == certified.family
        and one.timeframe is certified.timeframe
        and one.instrument.symbol == certified.instrument.symbol
    ]
    return max([certified, *same], key=lambda one: one.last)


def is_restated(certified: Bars, now: Bars) -> bool:
    """Whether bars that were certified are missing now, or have other prices or volumes."""
    _, mine, theirs = np.intersect1d(
        certified.time, now.time, assume_unique=True, return_indices=True
    )
    if len(mine) < int((certified.time >= now.time[0]).sum()):
        return True
    columns = ("open", "high", "low", "close", "volume")
    return any(
        not np.array_equal(getattr(certified, name)[mine], getattr(now, name)[theirs])
        for name in columns
    )


class Forwarding:
    """Forward records of certificates, from the desk's datasets."""

    def __init__(self, candidates: CandidateStore, datasets: DatasetStore) -> None:
        """Read specs from the candidates and bars from the datasets."""
        self._candidates = candidates
        self._datasets = datasets

    def of(self, certificate: Certificate) -> Forward:
        """The record since the certificate's first day; empty when there is no bar after it.

        Raises:
            InputError: CERTIFICATE_WITHOUT_BASIS for one whose figures were not frozen;
                CANDIDATE_UNKNOWN, DATASET_UNKNOWN.
        """
        basis = certificate.basis
        if basis is None:
            raise InputError(
                "CERTIFICATE_WITHOUT_BASIS", "nothing was frozen that a record could be held to",
                value=certificate.serial, hint="submit the strategy to the gate again",
            )  # fmt: skip
        named = (certificate.dataset_id, *basis.others)
        certified = [self._datasets.find(one) for one in named]
        latest = [newest(self._datasets, one) for one in certified]
        bars = [self._datasets.prices(one) for one in latest]
        restated = tuple(
            old.id
            for old, new, now in zip(certified, latest, bars, strict=True)
            if old.id != new.id and is_restated(self._datasets.prices(old), now)
        )
        returns, trades = self._run(certificate, bars)
        evidence = forward_evidence(returns, trades, basis.train_sd, basis.promised_mean)
        return Forward(evidence, restated)

    def _run(self, certificate: Certificate, bars: list[Bars]) -> tuple[list[float], int]:
        """Daily net returns and closed trades from the first bar that opens after the issue."""
        panel = panel_of(bars)
        start = int(certificate.forward_start.timestamp() * 1000)
        first = int(np.searchsorted(panel.time, start, side="left"))
        if first >= len(panel):
            return [], 0
        candidate = self._candidates.get(certificate.candidate_digest).candidate
        subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
        result = subject.run(panel, first=first)
        _, net = daily_net(result)
        if panel.timeframe.seconds < Timeframe.D1.seconds:
            net = net[:-1]  # the last day may not be over
        return [float(one) for one in net], len(result.closed)

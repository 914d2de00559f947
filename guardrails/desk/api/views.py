"""What the API shows of stored things, by role: plain JSON-ready data."""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.gate.report import for_copilot
from engine.records import utc_text
from guardrails.store.candidates import StoredCandidate

Json = dict[str, object]


def dataset_view(dataset: Dataset) -> Json:
    """A dataset for lists: what it is and where its zones lie."""
    return {
        "dataset_id": dataset.id,
        "ref": dataset.ref,
        "symbol": dataset.instrument.symbol,
        "timeframe": dataset.timeframe,
        "family": dataset.family,
        "rows": dataset.rows,
        "first": dataset.first,
        "last": dataset.last,
        "train_from": dataset.train_from,
        "train_to": dataset.train_to,
        "holdout_from": dataset.holdout_from,
        "holdout_to": dataset.holdout_to,
        "forward_from": dataset.forward_from,
    }


def copilot_dataset_view(dataset: Dataset) -> Json:
    """A dataset for the copilot: nothing of it beyond train is dated or counted.

    `last` is the last train day: where the data really end is nothing it may know.
    """
    return {
        "dataset_id": dataset.id,
        "symbol": dataset.instrument.symbol,
        "timeframe": dataset.timeframe,
        "first": utc_text(dataset.first),
        "last": utc_text(dataset.train_to),
        "train_from": utc_text(dataset.train_from),
        "train_to": utc_text(dataset.train_to),
    }


def _progress(stored: StoredCandidate) -> Json:
    return {
        "candidate_id": stored.candidate_id,
        "status": stored.status,
        "progress": {"stage": stored.stage, "share": stored.share},
        "error": stored.error,
    }


def copilot_candidate_view(stored: StoredCandidate) -> Json:
    """A candidate for the copilot: its own response, without the fields it must not have."""
    verdict = None if stored.report is None else for_copilot(stored.report)
    return _progress(stored) | {"verdict": verdict}


def candidate_view(stored: StoredCandidate) -> Json:
    """A candidate for people."""
    report = stored.report
    return _progress(stored) | {
        "name": stored.candidate.spec.name,
        "spec_digest": stored.candidate.spec.digest,
        "dataset_id": stored.candidate.dataset_id,
        "submitted_by": stored.submitted_by,
        "created_at": stored.created_at,
        "lineage_id": stored.candidate.lineage.lineage_id,
        "verdict": None if report is None else report.verdict,
        "asked": stored.candidate.tier,
        "tier": None if report is None else report.tier,
        "grade": None if report is None else report.grade,
        "keys": None if report is None else report.keys,
        "trials": None if report is None else report.trials,
        "looks_left": None if report is None else report.looks_left,
        "earlier": None if report is None else report.earlier,
        "findings": [] if report is None else list(report.findings),
        "facts": [] if report is None else list(report.facts),
        "certificate": stored.certificate_digest,
        "report": f"/reports/{stored.candidate_id}.html" if report else None,
    }

"""Trials as runs of an MLflow store: one way, and never a second truth.

The one home of `mlflow` (extra `mlflow`). A trial is one run, named by its number and known by a
tag, so a second export writes only what is new; the gate's word is brought up to date.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

PREFIX: Final = "peak-trade"
KEY_TAG: Final = "peak.key"
"""Digest of what makes a trial the same trial, in any installation."""
_PAGE: Final = 1_000
_QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # a folder is what was asked for: nothing but files, one folder for each run
    "MLFLOW_ALLOW_FILE_STORE": "true",
    # a server that does not answer is told after seconds, not after minutes
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
_TRIALS: Final = frozenset({"backtest", "portfolio_backtest", "sweep", "walk_forward"})


@dataclass(frozen=True, slots=True)
class Exported:
    """How many runs were written, how many were there before, and where."""

    written: int
    known: int
    where: str

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return asdict(self)


def tracking_address(target: str) -> str:
    """A tracking address: one with a scheme stays, anything else is a folder of this machine."""
    return target if "://" in target else Path(target).expanduser().resolve().as_uri()


def export_trials(rows: Sequence[Mapping[str, Any]], target: str) -> Exported:
    """Write the trials among these rows of the registry as runs.

    Args:
        rows: experiments as `peak experiments list --json` gives them.
        target: a folder, or the address of a tracking server.

    Raises:
        InputError: EXTRA_MISSING without the extra `mlflow`.
        UnavailableError: MLFLOW_FAILED when the store refuses or does not answer.
    """
    make_client, fault = _library()
    trials = [row for row in rows if row["type"] in _TRIALS]
    written = 0
    try:
        client = make_client(tracking_uri=tracking_address(target))
        known: dict[str, dict[str, Run]] = {}
        for row in reversed(trials):
            market = ", ".join(row["families"])
            place = _experiment(client, market)
            if place not in known:
                known[place] = _runs(client, place)
            found = known[place].get(str(row["key"]))
            if found is None:
                _write(client, place, row)
                written += 1
            else:
                _refresh(client, found, row)
    except fault as error:
        raise UnavailableError(
            "MLFLOW_FAILED", f"the MLflow store refused: {error}"[:300], value=target,
            hint="see that it answers and may be written",
        ) from error  # fmt: skip
    return Exported(written, len(trials) - written, target)


def _library() -> tuple[type[MlflowClient], type[Exception]]:
    """The client's class and the fault it raises."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient
    except ImportError as error:
        raise InputError(
            "EXTRA_MISSING", "this needs the extra `mlflow`", value="mlflow",
            hint="`make setup EXTRAS=mlflow`",
        ) from error  # fmt: skip
    return MlflowClient, MlflowException


def _experiment(client: MlflowClient, market: str) -> str:
    name = f"{PREFIX}/{market}"
    found = client.get_experiment_by_name(name)
    return str(client.create_experiment(name) if found is None else found.experiment_id)


def _runs(client: MlflowClient, place: str) -> dict[str, Run]:
    """Runs of ours by the id of their trial."""
    found: dict[str, Run] = {}
    token: str | None = None
    while True:
        part = client.search_runs([place], max_results=_PAGE, page_token=token)
        found |= {run.data.tags[KEY_TAG]: run for run in part if KEY_TAG in run.data.tags}
        token = part.token
        if not token:
            return found


def _tags(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        KEY_TAG: str(row["key"]),
        "peak.trial": str(row["id"]),
        "peak.type": str(row["type"]),
        "peak.source": str(row["source"]),
        "peak.status": str(row["status"]),
        "peak.markets": ", ".join(row["markets"]),
        "peak.strategy": str(row["strategy"]),
        "peak.verdict": str(row["verdict"] or ""),
        "peak.tier": str(row["tier"] or ""),
        "peak.zone": "train",
    }


def _write(client: MlflowClient, place: str, row: Mapping[str, Any]) -> None:
    at = int(datetime.fromisoformat(str(row["at"])).timestamp() * 1_000)
    name = f"{row['strategy'] or row['type']} #{row['id']}"
    run = client.create_run(place, start_time=at, tags=_tags(row), run_name=name)
    for key, value in row["params"].items():
        client.log_param(run.info.run_id, key, value)
    for key, value in row["figures"].items():
        if value is not None:
            client.log_metric(run.info.run_id, f"train.{key}", float(value), timestamp=at)
    failed = row["status"] in {"open", "error", "cancelled"}
    client.set_terminated(run.info.run_id, status="FAILED" if failed else "FINISHED", end_time=at)


def _refresh(client: MlflowClient, run: Run, row: Mapping[str, Any]) -> None:
    for key, value in _tags(row).items():
        if run.data.tags.get(key) != value:
            client.set_tag(run.info.run_id, key, value)

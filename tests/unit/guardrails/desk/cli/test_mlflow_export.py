"""Trials in an MLflow file store: one run each, written once, never read back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, UnavailableError
from guardrails.desk.cli.mlflow_export import KEY_TAG, export_trials, tracking_address

pytest.importorskip("mlflow", reason="make test-all installs the extra mlflow")


def _row(number: int, **changes: object) -> dict[str, Any]:
    return {
        "id": str(number), "key": f"{number:064d}", "type": "sweep",
        "at": "2026-01-15T12:00:00.000Z", "markets": ["GOOG"], "families": ["goog-usd"],
        "strategy": "trend", "params": {"fast": 5.0}, "status": "ok", "source": "sweep",
        "figures": {"sharpe": 1.25, "profit_factor": None}, "verdict": None, "tier": None,
        **changes,
    }  # fmt: skip


def _runs(folder: Path) -> list[Any]:
    from mlflow.tracking import MlflowClient  # noqa: PLC0415 - after importorskip

    client = MlflowClient(tracking_uri=tracking_address(str(folder)))
    places = [one.experiment_id for one in client.search_experiments()]
    return sorted(client.search_runs(places), key=lambda run: str(run.data.tags[KEY_TAG]))


def test_a_trial_is_a_run(tmp_path: Path) -> None:
    """Name, params, train figures, tags and time; an undefined figure is left out."""
    done = export_trials([_row(2), _row(1, status="error")], str(tmp_path))
    assert done.as_dict() == {"written": 2, "known": 0, "where": str(tmp_path)}
    failed, finished = _runs(tmp_path)
    assert finished.info.run_name == "trend #2"
    assert finished.data.params == {"fast": "5.0"}
    assert finished.data.metrics == {"train.sharpe": 1.25}
    assert finished.data.tags["peak.zone"] == "train"
    assert finished.info.start_time == 1_768_478_400_000
    assert (finished.info.status, failed.info.status) == ("FINISHED", "FAILED")


def test_a_second_export_writes_only_what_is_new(tmp_path: Path) -> None:
    """Known runs stay, but the gate's word on them is brought up to date."""
    export_trials([_row(1)], str(tmp_path))
    again = export_trials([_row(1, verdict="PASS", tier="paper"), _row(2)], str(tmp_path))
    assert (again.written, again.known) == (1, 1)
    first, second = _runs(tmp_path)
    assert (first.data.tags["peak.verdict"], first.data.tags["peak.tier"]) == ("PASS", "paper")
    assert second.data.tags["peak.verdict"] == ""


def test_only_trials_are_exported(tmp_path: Path) -> None:
    """Signals and fills are no runs of a tracking store."""
    rows = [_row(1), _row(2, type="forward_signal", key=None)]
    assert export_trials(rows, str(tmp_path)).written == 1


def test_markets_are_experiments(tmp_path: Path) -> None:
    """Each market has an experiment of its own."""
    export_trials([_row(1), _row(2, families=["btc-usdt"])], str(tmp_path))
    assert len({run.info.experiment_id for run in _runs(tmp_path)}) == 2


def test_an_address_stays_and_a_folder_becomes_one(tmp_path: Path) -> None:
    """What has a scheme is an address, all else a folder."""
    assert tracking_address("http://127.0.0.1:5000") == "http://127.0.0.1:5000"
    assert tracking_address(str(tmp_path)) == tmp_path.resolve().as_uri()


def test_a_store_that_refuses_is_named(tmp_path: Path) -> None:
    """A scheme that nobody speaks is a fault with a code."""
    with pytest.raises(UnavailableError) as caught:
        export_trials([_row(1)], "nosuch://place")
    assert caught.value.code == "MLFLOW_FAILED"
    assert export_trials([_row(1)], str(tmp_path)).written == 1


def test_without_the_extra_the_hint_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is told with the command that installs it."""
    for name in [one for one in sys.modules if one.split(".")[0] == "mlflow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(InputError) as caught:
        export_trials([_row(1)], "anywhere")
    assert (caught.value.code, caught.value.hint) == ("EXTRA_MISSING", "`make setup EXTRAS=mlflow`")

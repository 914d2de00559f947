"""Research works without sealed bars: they are taken away, and nothing but the gate notices."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api_world import GOOG_SPEC
from tests.integration.cli.conftest import Peak
from tests.needs import ROOT

CODE = """
import sys
from pathlib import Path
from engine.data.store import DatasetStore
store = DatasetStore(Path(sys.argv[1]))
dataset = store.find("GOOG:1d")
train = store.train(dataset)
print(len(train.bars), dataset.train_rows)
for word in (None, "look-1", True, object()):
    try:
        store.holdout(dataset, word)
    except Exception as error:
        print(getattr(error, "code", type(error).__name__))
"""


@pytest.fixture
def blind(peak: Peak) -> Path:
    """An installation whose sealed folders are gone; the datasets folder."""
    peak.json("data", "list")
    datasets = peak.root / "datasets"
    for folder in datasets.glob("*/sealed"):
        shutil.rmtree(folder)
    return datasets


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec file."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(GOOG_SPEC))
    return path


def test_people_research_without_sealed_bars(peak: Peak, blind: Path, spec: Path) -> None:
    """A backtest needs none; the chart of all prices is what notices that they are gone."""
    assert blind.is_dir()
    done = peak.json("backtest", spec, "--data", "GOOG:1d")
    assert done["trials"] == 1
    assert peak.fault("data", "check", "GOOG:1d", code=4)["code"] == "DATA_CORRUPT"


def test_research_code_gets_no_holdout(peak: Peak, tmp_path: Path) -> None:
    """In a process of its own: train opens, the holdout is LOOK_PERMIT_INVALID for any word."""
    peak.json("data", "list")
    script = tmp_path / "research.py"
    script.write_text(CODE)
    done = subprocess.run(
        [sys.executable, str(script), str(peak.root / "datasets")],
        check=True, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        timeout=60,
    )  # fmt: skip
    train, *refused = done.stdout.split("\n")[:-1]
    assert train == "1387 1387"
    assert refused == ["LOOK_PERMIT_INVALID"] * 4


def test_sealed_files_are_their_owners(peak: Peak) -> None:
    """0700 and 0600, whatever command wrote them."""
    peak.json("data", "list")
    folders = list((peak.root / "datasets").glob("*/sealed"))
    assert len(folders) == 2
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert {file.stat().st_mode & 0o777 for f in folders for file in f.iterdir()} == {0o600}

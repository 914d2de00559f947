"""`peak strategy export`: source text on the way out, a new file, or a refusal with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.export.targets import TARGETS, export
from engine.language import library
from guardrails.desk.cli.main import app

NAME = "ma_crossover_btc_moderate"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder of its own."""
    return tmp_path / "state"


def peak(state: Path, *words: object) -> Result:
    """Run `peak strategy export`."""
    arguments = ["strategy", "export", *map(str, words)]
    return CliRunner().invoke(app, arguments, env={"PEAK_DEPLOYMENT__STATE_DIR": str(state)})


@pytest.mark.parametrize("target", TARGETS)
def test_the_source_goes_to_standard_output(state: Path, target: str) -> None:
    """Without --out the text itself is printed, byte for byte."""
    done = peak(state, NAME, "--to", target)
    assert done.exit_code == 0
    assert done.stdout == export(library.load(NAME), target)


def test_a_program_gets_one_object(state: Path) -> None:
    """--json carries source, digest and that nothing is certified."""
    told = json.loads(peak(state, NAME, "--to", "pine", "--json").stdout)
    assert told["source"].startswith("//@version=6")
    assert told["digest"] == library.load(NAME).digest
    assert told["certified"] is False


def test_a_file_is_written_once(state: Path, tmp_path: Path) -> None:
    """--out makes a new file and never writes over one that is there."""
    out = tmp_path / "strategy.pine"
    assert peak(state, NAME, "--to", "pine", "--out", out).exit_code == 0
    assert out.read_text() == export(library.load(NAME), "pine")
    again = peak(state, NAME, "--to", "pine", "--out", out)
    assert again.exit_code == 2
    assert "FILE_NOT_WRITTEN" in again.stderr


def test_a_refusal_names_the_part(state: Path, tmp_path: Path) -> None:
    """A spec with a part that the target cannot express ends with its pointer and nothing else."""
    document = library.load(NAME).model_dump(mode="json")
    document["rules"][0]["entry"] = "close > vwap_session()"
    spec = tmp_path / "mine.json"
    spec.write_text(json.dumps(document))
    done = peak(state, spec, "--to", "backtesting", "--json")
    assert done.exit_code == 2
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["value"]) == ("EXPORT_NOT_POSSIBLE", "/rules/0/entry")


def test_an_unknown_target_is_refused(state: Path) -> None:
    """The nearest target is named."""
    done = peak(state, NAME, "--to", "fretrade")
    assert done.exit_code == 2
    assert "did you mean freqtrade?" in done.stderr

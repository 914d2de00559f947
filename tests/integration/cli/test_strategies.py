"""`peak strategy`: what there is, in words, and whether it can be run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.language import library
from tests.api_world import GOOG_SPEC
from tests.integration.cli.conftest import Peak


def written(folder: Path, name: str = "mine", **changes: object) -> Path:
    """A spec file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(GOOG_SPEC | changes))
    return path


def test_the_library_and_ones_own(peak: Peak) -> None:
    """The list holds every library spec and the files of the strategies folder."""
    written(peak.root / "strategies")
    found = {row["name"]: row["from"] for row in peak.json("strategy", "list")["strategies"]}
    assert found == {"mine": "own"} | dict.fromkeys(library.names(), "library")
    assert "mine" in peak("strategy", "list").stdout


def test_show_speaks_both_languages(settled: Peak) -> None:
    """The rules in plain German or English; another language is LANGUAGE_UNKNOWN."""
    name = "rsi_momentum_goog_demo"
    assert any(
        "Kauf" in line for line in settled.json("strategy", "show", name, "--lang", "de")["words"]
    )
    assert any(
        "buy" in line for line in settled.json("strategy", "show", name, "--lang", "en")["words"]
    )
    assert settled.fault("strategy", "show", name, "--lang", "fr")["code"] == "LANGUAGE_UNKNOWN"


def test_the_settings_choose_the_language(peak: Peak) -> None:
    """Without `--lang` a command speaks the installation's language."""
    peak.env["PEAK_DEPLOYMENT__LANGUAGE"] = "de"
    assert "Kauf" in peak("strategy", "show", "rsi_momentum_goog_demo").stdout


def test_a_name_that_is_nearly_right(settled: Peak) -> None:
    """SPEC_UNKNOWN with the nearest name."""
    error = settled.fault("strategy", "show", "rsi_momentum_goog")
    assert error["code"] == "SPEC_UNKNOWN"
    assert "rsi_momentum_goog_demo" in error["hint"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "JSON_INVALID"),
        (b"[]", "RECORD_INVALID"),
        (b'{"name": "x", "name": "y"}', "JSON_KEY_REPEATED"),
        (b'{"name": NaN}', "JSON_NOT_FINITE"),
        (b"\xff\xfe\x00", "FILE_UNREADABLE"),
        (b" " * 1_000_001, "FILE_TOO_LARGE"),
    ],
)
def test_a_file_that_is_no_spec(settled: Peak, tmp_path: Path, content: bytes, code: str) -> None:
    """What cannot be read as a spec is refused with a code, never with a traceback."""
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    error = settled.fault("strategy", "check", path)
    assert error["code"] == code
    assert "b'" not in error["value"]


def test_a_file_that_is_not_there(settled: Peak, tmp_path: Path) -> None:
    """FILE_NOT_FOUND with the file that was probably meant."""
    written(tmp_path)
    error = settled.fault("strategy", "check", tmp_path / "mien.json")
    assert error["code"] == "FILE_NOT_FOUND"
    assert "mine.json" in error["hint"]


def test_check_finds_all_problems_at_once(settled: Peak, tmp_path: Path) -> None:
    """A spec with errors is answered with each of them and exit code 1; a sound one with 0."""
    rules = [GOOG_SPEC["rules"][0] | {"entry": "clse > 1 and rsi(close, 2) < close"}]
    done = settled("strategy", "check", written(tmp_path, rules=rules))
    assert done.exit_code == 1
    assert "not ok" in done.stdout
    found = settled.json("strategy", "check", tmp_path / "mine.json", code=1)
    assert len(found["findings"]) >= 2
    assert settled.json("strategy", "check", "rsi_momentum_goog_demo")["ok"] is True

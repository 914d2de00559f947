"""The composition root and the one-shot draft."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.secrets import CopilotSecrets, create_secrets, new_token
from config.settings import CopilotSettings
from copilot.app import open_model, read_boot
from copilot.app_draft import draft_once
from engine.clock import SystemClock
from engine.errors import PeakError
from tests.copilot_world import spec_data
from tests.needs import ROOT


def boot_file(folder: Path, **changed: object) -> Path:
    """A boot file as the supervisor writes it, with its secrets beside it."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    create_secrets(secrets, CopilotSecrets(desk_token=new_token(), relay_token=new_token()))
    data = {
        "settings": CopilotSettings().model_dump(mode="json"), "secrets": str(secrets),
        "desk_url": "http://127.0.0.1:1", "folder": str(folder / "copilot"), "port": 0,
    } | changed  # fmt: skip
    path = folder / "copilot.boot.json"
    path.write_text(json.dumps(data))
    return path


def test_a_boot_file_is_read(tmp_path: Path) -> None:
    """Settings, secrets of this process, desk, folder, port."""
    boot = read_boot(boot_file(tmp_path))
    assert boot.settings == CopilotSettings()
    assert boot.folder == tmp_path / "copilot"
    assert boot.secrets.desk_token.get_secret_value() not in repr(boot)


@pytest.mark.parametrize("raw", ["", "{}", "[]", '{"settings": {}}'])
def test_a_wrong_boot_file_stops_the_start(tmp_path: Path, raw: str) -> None:
    """With a code."""
    path = tmp_path / "boot.json"
    path.write_text(raw)
    with pytest.raises(PeakError) as caught:
        read_boot(path)
    assert caught.value.code in {"BOOT_INVALID", "JSON_INVALID"}


def test_without_an_endpoint_there_is_no_model() -> None:
    """Then the offline drafter answers; with one the adapter is made."""
    with open_model(CopilotSettings(), "", SystemClock()) as none:
        assert none is None
    chosen = CopilotSettings(base_url="http://127.0.0.1:9/v1", model="m")
    with open_model(chosen, "k", SystemClock()) as model:
        assert model is not None
        assert model.name == "m"


def test_one_draft_without_desk_and_server() -> None:
    """Reply, findings, words, drafter and language as JSON."""
    answer = json.loads(draft_once("RSI(14) unter 30 kaufen, BTC 4h"))
    assert set(answer) == {"reply", "findings", "words", "drafter", "language"}
    assert (answer["drafter"], answer["language"], answer["reply"]["status"]) == (
        "offline",
        "de",
        "draft",
    )
    assert answer["words"]


def test_a_given_spec_is_changed() -> None:
    """The text is read as a later turn."""
    answer = json.loads(draft_once("make the stop 5%", json.dumps(spec_data())))
    assert answer["reply"]["spec"]["stops"][0]["value"] == 0.05


def drafted(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: it refuses to run beside the desk's modules."""
    command = [sys.executable, "-m", "copilot", "draft", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "code"), [("20/50 EMA cross on BTC", 0), ("Make me rich.", 1), ("Go live now.", 1)]
)
def test_the_command_says_by_its_exit_code_whether_there_is_a_draft(text: str, code: int) -> None:
    """0 with a draft, 1 with a question or a refusal; JSON in any case."""
    done = drafted("--text", text)
    assert done.returncode == code
    assert "status" in json.loads(done.stdout)["reply"]


def test_a_spec_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Exit code 2 and the fault as JSON on stderr."""
    path = tmp_path / "spec.json"
    path.write_text("{}")
    done = drafted("--text", "x", "--spec-in", str(path))
    assert done.returncode == 2
    assert json.loads(done.stderr)["error"]["code"] == "RECORD_INVALID"

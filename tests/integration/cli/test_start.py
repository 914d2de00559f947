"""Starting `peak`: cheap help, usage errors with a code, settings, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardrails.desk.cli.main import run
from tests.integration.cli.conftest import Peak
from tests.needs import ROOT

LIGHT = {
    "annotated_doc", "attr", "config", "engine", "guardrails", "markdown_it", "mdurl", "pygments",
    "rich", "shellingham", "typer",
}  # fmt: skip
"""What `peak --help` may load: typer, rich, and what those two load."""


def test_help_loads_typer_and_rich_alone() -> None:
    """`peak --help` starts nothing heavy: no numbers, no store, no web, no settings library."""
    code = (
        "import sys\nsys.argv = ['peak', '--help']\n"
        "from guardrails.desk.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(','.join(sorted(names - set(sys.stdlib_module_names))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name for name in done.stdout.splitlines()[-1].split(",") if name[0] != "_"}
    assert loaded <= LIGHT


def test_every_command_has_help(peak: Peak) -> None:
    """Each command says what it does; none needs an installation for that."""
    shown = peak("--help").stdout
    for name in (
        "serve", "demo", "login", "logout", "draft", "chat", "backtest", "gate", "report",
        "kill", "rearm", "doctor", "version", "data", "strategy", "tickets", "audit",
    ):  # fmt: skip
        assert name in shown
        assert peak(name, "--help").exit_code == 0
    assert not peak.root.exists()


def said_by_run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of the entry point with these words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["peak", *words])
        with pytest.raises(SystemExit) as left:
            run()
    output = capsys.readouterr()
    return int(left.value.code or 0), output.out, output.err


@pytest.mark.parametrize(
    ("words", "named", "hint"),
    [
        (["bactest"], "backtest", "peak --help"),
        (["backtest"], "spec", "peak backtest --help"),
        (["audit", "tail", "--limti", "3"], "--limti", "peak audit tail --help"),
        (["audit", "tail", "--limit", "0"], "--limit", "peak audit tail --help"),
        (["audit", "tail", "--limit", "many"], "--limit", "peak audit tail --help"),
        (["version", "extra"], "extra", "peak version --help"),
        (["data", "import", "x.csv", "--symbol", "SPY"], "--timeframe", "peak data import --help"),
    ],
)
def test_a_command_line_that_cannot_be_read(
    words: list[str], named: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """USAGE_INVALID with what is wrong and where the help stands, exit code 2; JSON on demand."""
    code, _, errors = said_by_run(words, capsys)
    assert code == 2
    assert errors.startswith("USAGE_INVALID")
    assert named in errors
    assert hint in errors
    code, output, _ = said_by_run([*words, "--json"], capsys)
    assert code == 2
    assert json.loads(output.splitlines()[-1])["error"]["code"] == "USAGE_INVALID"


def test_a_password_is_never_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt option beside a password does not print the password."""
    words = ["login", "--name", "x", "--password", "very-secret", "--jsno"]
    _, output, errors = said_by_run(words, capsys)
    assert "very-secret" not in output + errors


def test_no_words_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`peak` and `peak data` alone answer with their help."""
    for words in ([], ["data"]):
        code, output, errors = said_by_run(words, capsys)
        assert code == 2
        assert "Usage" in output + errors
        assert "USAGE_INVALID" not in errors


@pytest.mark.parametrize("command", [("data", "list"), ("gate", "x"), ("kill",), ("serve",)])
def test_an_unknown_setting_stops_every_command(peak: Peak, command: tuple[str, ...]) -> None:
    """CONFIG_UNKNOWN_KEY with the nearest name and no traceback; the right name passes."""
    peak.env["PEAK_DESK__POORT"] = "8800"
    error = peak.fault(*command)
    assert error["code"] == "CONFIG_UNKNOWN_KEY"
    assert error["value"] == "PEAK_DESK__POORT"
    assert "PEAK_DESK__PORT" in error["hint"]
    peak.env = {"PEAK_DESK__PORT": "8800"}
    assert peak("data", "list").exit_code == 0


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("PEAK_DESK__PORT", "many", "CONFIG_VALUE_INVALID"),
        ("PEAK_PROFILE", "papre", "CONFIG_PROFILE_UNKNOWN"),
        ("PEAK_CONFIG", "/no/such/file.toml", "CONFIG_FILE_MISSING"),
        ("PEAK_DEPLOYMENT__MODE", "live", "MODE_NOT_AVAILABLE"),
    ],
)
def test_a_wrong_setting_is_named(peak: Peak, variable: str, value: str, code: str) -> None:
    """A setting that cannot be is refused with its code and value; nothing is created."""
    peak.env[variable] = value
    error = peak.fault("data", "list")
    assert error["code"] == code
    assert value in error["value"]
    assert not peak.root.exists()


def test_a_folder_that_refuses(peak: Peak, tmp_path: Path) -> None:
    """MACHINE_REFUSED instead of a traceback when the state folder cannot be made."""
    (tmp_path / "file").write_text("not a folder")
    peak.root = tmp_path / "file" / "state"
    error = peak.fault("data", "list", code=3)
    assert error["code"] == "MACHINE_REFUSED"


def test_version_names_the_licence(peak: Peak) -> None:
    """Version and licence, in text and as JSON."""
    assert peak.json("version")["licence"] == "AGPL-3.0-or-later"
    assert "AGPL-3.0-or-later" in peak("version").stdout


def test_ctrl_c_ends_a_command_with_130(peak: Peak) -> None:
    """An interrupted gate says so in one line, leaves no half verdict, and can be repeated."""
    command = peak.command("gate", "rsi_momentum_goog_demo", "--json")
    with subprocess.Popen(
        command, env=os.environ | peak.environment(), cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        database = peak.root / "desk.db"
        deadline = time.monotonic() + 30
        while not database.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(output.splitlines()[-1])["error"]["code"] == "INTERRUPTED"
    assert "Traceback" not in errors
    assert peak.json("gate", "rsi_momentum_goog_demo")["verdict"] == "PASS"

"""`peak certificates` on an installation of its own: empty lists, unknown names, one object."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guardrails.desk.cli.main import app


@pytest.fixture
def peak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line with a state folder of its own."""
    monkeypatch.setenv("PEAK_DEPLOYMENT__STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_a_new_installation_has_no_certificate(peak: CliRunner) -> None:
    """List and check answer one JSON object with nothing in it."""
    listed = peak.invoke(app, ["certificates", "list", "--json"])
    assert json.loads(listed.stdout) == {"certificates": []}
    checked = peak.invoke(app, ["certificates", "check", "--json"])
    assert json.loads(checked.stdout) == {"checked": [], "revoked": []}
    assert checked.exit_code == 0


@pytest.mark.parametrize("command", ["show", "renew", "revoke"])
def test_an_unknown_certificate_is_an_input_fault(peak: CliRunner, command: str) -> None:
    """CERTIFICATE_UNKNOWN, exit code 2."""
    found = peak.invoke(app, ["certificates", command, "abc", "--json"])
    assert found.exit_code == 2
    assert "CERTIFICATE_UNKNOWN" in found.output

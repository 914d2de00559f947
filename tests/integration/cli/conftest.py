"""`peak` in this process with a state folder of its own, and as a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from guardrails.desk.cli.main import app
from tests.needs import ROOT

STATE = "PEAK_DEPLOYMENT__STATE_DIR"


@dataclass
class Peak:
    """The command line of one installation."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variables that make this the installation in question."""
        return {STATE: str(self.root), **self.env}

    def __call__(self, *arguments: object, said: str | None = None) -> Result:
        """Run a command in this process; `said` is what a person types."""
        words = [str(one) for one in arguments]
        return CliRunner().invoke(app, words, input=said, env=self.environment())

    def json(self, *arguments: object, code: int = 0) -> Any:  # noqa: ANN401 - JSON
        """The JSON object in the last line of a command with `--json`."""
        done = self(*arguments, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout.splitlines()[-1])

    def fault(self, *arguments: object, code: int = 2) -> Mapping[str, str]:
        """The error of a command, the same in text and JSON."""
        error: Mapping[str, str] = self.json(*arguments, code=code)["error"]
        text = self(*arguments)
        assert text.exit_code == code
        assert error["code"] in text.stderr
        assert error["hint"] in text.stderr
        return error

    def process(self, *arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401
        """Run the real script in a process of its own."""
        return subprocess.run(
            self.command(*arguments),
            env=os.environ | self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            **more,
        )

    @staticmethod
    def command(*arguments: object) -> list[str]:
        """The words that start the real script."""
        return [
            sys.executable, "-c", "from guardrails.desk.cli.main import run; run()",
            *[str(one) for one in arguments],
        ]  # fmt: skip


@pytest.fixture
def peak(tmp_path: Path) -> Peak:
    """`peak` on a new, empty installation."""
    return Peak(tmp_path / "state")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Peak:
    """`peak` on an installation that several tests read; none of them may change it."""
    made = Peak(tmp_path_factory.mktemp("settled"))
    made("data", "list")
    return made

"""Set-up: repeated when interrupted, free when done, clear when something is missing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from config import bootstrap
from config.bootstrap import SetupError, set_up
from config.ownership import HOME


class Machine:
    """Notes the commands of a set-up and plays their effect; `broken` words make one fail."""

    def __init__(self, root: Path) -> None:
        """A checkout with the three locks and a project file."""
        self.commands: list[str] = []
        self.broken: tuple[str, ...] = ()
        self.root = root
        for name in (*bootstrap.LOCKS.values(), bootstrap.BOOTSTRAP_LOCK, "pyproject.toml"):
            (root / name).write_text(f"content of {name}")

    def run(self, command: Sequence[str]) -> bool:
        """Play one command."""
        line = " ".join(command).replace(str(self.root), "")
        self.commands.append(line)
        if any(word in line for word in self.broken):
            return False
        if "-m venv" in line:
            python = self.root / ".venv" / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        return True

    def set_up(self, kind: str = "core", *, use_uv: bool = True) -> list[str]:
        """The commands that one set-up ran, byte-compiling left out."""
        self.commands = []
        set_up(kind, root=self.root, use_uv=use_uv, run=self.run)
        return [line for line in self.commands if "compileall" not in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which everything works."""
    return Machine(tmp_path)


def test_a_bare_machine_gets_environment_tools_packages_and_project(machine: Machine) -> None:
    """Four steps in this order, everything by hash."""
    venv, uv, lock, project = machine.set_up()
    assert "-m venv" in venv
    assert "--require-hashes" in uv
    assert bootstrap.BOOTSTRAP_LOCK in uv
    assert lock.startswith("/.venv/bin/uv pip install")
    assert "--no-deps --require-hashes --only-binary :all: -r /requirements.lock" in lock
    assert "--no-deps --no-build-isolation -e" in project


def test_the_second_time_costs_nothing(machine: Machine) -> None:
    """Stamps say that every step is done."""
    machine.set_up()
    assert machine.set_up() == []


def test_a_changed_lock_is_installed_again(machine: Machine) -> None:
    """The stamp holds the lock's digest, not only its name."""
    machine.set_up()
    (machine.root / "requirements.lock").write_text("another")
    (again,) = machine.set_up()
    assert "/requirements.lock" in again


def test_the_larger_set_holds_the_core(machine: Machine) -> None:
    """After `dev` nothing is left to do for `core`; the other way round there is."""
    machine.set_up("dev")
    assert machine.set_up("core") == []
    machine.root.joinpath(".venv", ".peak-stamps", "requirements-dev.lock").unlink()
    assert len(machine.set_up("dev")) == 1


def test_an_interrupted_step_is_repeated(machine: Machine) -> None:
    """No stamp without a finished installation."""
    machine.broken = ("requirements.lock",)
    with pytest.raises(SetupError, match="package index"):
        machine.set_up()
    machine.broken = ()
    assert any("requirements.lock" in line for line in machine.set_up())


def test_pip_takes_over_where_uv_cannot_be_had(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without uv pip installs the same lock with the same flags, and one line says so."""
    machine.broken = (bootstrap.BOOTSTRAP_LOCK,)
    lines = machine.set_up()
    assert not any("bin/uv" in line for line in lines)
    assert "-m pip install" in lines[2]
    assert "--no-deps --require-hashes" in lines[2]
    assert "going on with pip" in capsys.readouterr().err


def test_pip_takes_over_where_uv_fails(machine: Machine) -> None:
    """An index that only pip is configured for still works."""
    machine.broken = ("bin/uv",)
    lines = machine.set_up()
    assert "-m pip install" in lines[3]
    assert "-m pip install" in lines[-1]


def test_pip_alone_can_be_asked_for(machine: Machine) -> None:
    """`make setup UV=no` never starts uv."""
    assert not any("uv" in line for line in machine.set_up(use_uv=False))


def test_a_moved_checkout_gets_a_new_environment(machine: Machine) -> None:
    """Scripts hold absolute paths, so an environment made elsewhere is thrown away."""
    machine.set_up()
    (machine.root / ".venv" / ".peak-home").write_text("/elsewhere")
    (machine.root / ".venv" / "old").touch()
    machine.set_up()
    assert not (machine.root / ".venv" / "old").exists()


def test_a_working_environment_of_ones_own_is_kept(machine: Machine) -> None:
    """An environment that somebody made by hand is filled, not deleted."""
    machine.run(["python3", "-m", "venv"])
    assert "-m pip --version" in machine.set_up()[0]
    assert not any("-m venv" in line for line in machine.commands)


def test_half_an_environment_is_made_again(machine: Machine) -> None:
    """A first start that was cut off before pip was there begins anew."""
    machine.run(["python3", "-m", "venv"])
    machine.broken = ("pip --version",)
    assert any("-m venv" in line for line in machine.set_up())


def test_the_split_python_of_debian_is_explained(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ensurepip the sentence names the package to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        machine.set_up()


def test_the_command_line_answers_1_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step that fails is a sentence and exit code 1, never a traceback."""

    def fails(*_args: object, **_named: object) -> None:
        raise SetupError("something is missing")

    monkeypatch.setattr(bootstrap, "set_up", fails)
    assert bootstrap.main(["core"]) == 1
    assert capsys.readouterr().err == "setup: something is missing\n"


def test_it_needs_nothing_but_the_standard_library() -> None:
    """It starts on a Python without site-packages, as on a bare machine."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "config.bootstrap", "--help"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_that_does_not_start_is_a_failed_step() -> None:
    """A missing program is False, an existing one its exit code."""
    assert not bootstrap.execute(["/nonexistent/program"])
    assert bootstrap.execute([sys.executable, "-c", "pass"])
    assert not bootstrap.execute([sys.executable, "-c", "raise SystemExit(3)"])

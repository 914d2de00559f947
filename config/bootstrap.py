"""`make setup`: a working `.venv` on a machine that has nothing but make and Python.

Runs with the machine's own Python, so nothing outside the standard library is imported.
Everything comes from a lock by hash. A stamp with the lock's digest says that a step is done: an
interrupted set-up is repeated, a finished one costs nothing, and the core is never installed over
the larger set.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from config.ownership import PACKAGES

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final = {
    "core": "requirements.lock",
    "dev": "requirements-dev.lock",
    "all": "requirements-all.lock",
}
"""Kinds of set-up, each holding the ones before it."""
BOOTSTRAP_LOCK: Final = "requirements-bootstrap.lock"

STDERR: Final = 2

Run = Callable[[Sequence[str]], bool]
"""Executes a command in the checkout; True when it ended well."""


class SetupError(Exception):
    """The set-up cannot go on; the text says what is missing and what to do."""


def say(text: str) -> None:
    """One line of progress, to stderr: stdout belongs to the command that follows."""
    sys.stderr.write(f"setup: {text}\n")
    sys.stderr.flush()


def execute(command: Sequence[str]) -> bool:
    """Run a command in the checkout; all it prints goes to stderr."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - only the fixed commands of this file
            command, cwd=ROOT, env=env, check=False, stdout=STDERR
        )
    except OSError as error:
        say(f"{command[0]} does not start: {error.strerror}")
        return False
    return done.returncode == 0


def set_up(kind: str, *, root: Path = ROOT, use_uv: bool = True, run: Run = execute) -> None:
    """Bring `.venv` to the lock of `kind` (core, dev, all) and install the project into it.

    Raises:
        SetupError: with one sentence for the person at the terminal.
    """
    venv = root / ".venv"
    _environment(root, venv, run)
    kinds = list(LOCKS)
    enough = [LOCKS[name] for name in kinds[kinds.index(kind) :]]
    if not any(_is_stamped(venv, root / lock) for lock in enough):
        say(f"installing the locked packages of {LOCKS[kind]} (about a minute the first time)")
        _install_lock(root, venv, LOCKS[kind], uv=use_uv and _uv(root, venv, run), run=run)
        _stamp(venv, root / LOCKS[kind])
    if not _is_stamped(venv, root / "pyproject.toml"):
        _install_project(root, venv, run)
        _stamp(venv, root / "pyproject.toml")
    folders = [str(root / name) for name in PACKAGES]
    run([_python(venv), "-m", "compileall", "-q", *folders])


def _environment(root: Path, venv: Path, run: Run) -> None:
    """A virtual environment that works here; one that was moved or half made is made anew."""
    home = venv / ".peak-home"
    if _works(venv, home, root, run):
        home.write_text(str(root), encoding="utf-8")
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            "this Python has no venv: Debian and Ubuntu keep it in a package of its own; run "
            f"'apt-get install python3-venv' (or python{version}-venv) and call make again"
        )
    say(f"making {venv.name} with Python {sys.version.split()[0]}")
    if venv.exists():
        shutil.rmtree(venv)
    if not run([sys.executable, "-m", "venv", str(venv)]):
        raise SetupError("the virtual environment could not be made; the lines above say why")
    home.write_text(str(root), encoding="utf-8")


def _works(venv: Path, home: Path, root: Path, run: Run) -> bool:
    """True for an environment with pip whose scripts point to where it lies now."""
    if not Path(_python(venv)).exists():
        return False
    if home.exists():
        return home.read_text(encoding="utf-8") == str(root)
    return run([_python(venv), "-m", "pip", "--version"])


def _uv(root: Path, venv: Path, run: Run) -> bool:
    """True when uv is in the environment; without it pip does the same work more slowly."""
    lock = root / BOOTSTRAP_LOCK
    if _is_stamped(venv, lock):
        return True
    if run(_pip(venv, "--require-hashes", "--only-binary", ":all:", "-r", str(lock))):
        _stamp(venv, lock)
        return True
    say("uv cannot be had on this machine; going on with pip, which takes longer")
    return False


def _install_lock(root: Path, venv: Path, lock: str, *, uv: bool, run: Run) -> None:
    flags = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(root / lock)]
    if uv and run(_uv_install(venv, "--compile-bytecode", *flags)):
        return
    if uv:
        say("uv could not install it; trying pip")
    if not run(_pip(venv, *flags)):
        raise SetupError(
            f"the packages of {lock} could not be installed; the lines above say why. The first "
            "set-up needs a connection to a package index"
        )


def _install_project(root: Path, venv: Path, run: Run) -> None:
    """The project itself, editable, built by the locked build tool and no other."""
    flags = ["--no-deps", "--no-build-isolation", "-e", str(root)]
    if _is_stamped(venv, root / BOOTSTRAP_LOCK) and run(_uv_install(venv, *flags)):
        return
    if not run(_pip(venv, *flags)):
        raise SetupError("the project could not be installed; the lines above say why")


def _python(venv: Path) -> str:
    return str(venv / "bin" / "python")


def _pip(venv: Path, *flags: str) -> list[str]:
    return [_python(venv), "-m", "pip", "install", "--quiet", "--no-input", *flags]


def _uv_install(venv: Path, *flags: str) -> list[str]:
    uv = str(venv / "bin" / "uv")
    return [uv, "pip", "install", "--quiet", "--python", _python(venv), *flags]


def _stamp_of(venv: Path, file: Path) -> Path:
    return venv / ".peak-stamps" / file.name


def _is_stamped(venv: Path, file: Path) -> bool:
    stamp = _stamp_of(venv, file)
    return stamp.exists() and stamp.read_text(encoding="ascii") == _digest(file)


def _stamp(venv: Path, file: Path) -> None:
    stamp = _stamp_of(venv, file)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(_digest(file), encoding="ascii")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of the set-up: 0 done, 1 a step failed."""
    parser = argparse.ArgumentParser(prog="config.bootstrap", description="Set up .venv by lock.")
    parser.add_argument("kind", choices=sorted(LOCKS), help="core; dev for tests; all adds oracles")
    parser.add_argument("--no-uv", action="store_true", help="install with pip alone")
    options = parser.parse_args(arguments)
    try:
        set_up(options.kind, use_uv=not options.no_uv)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

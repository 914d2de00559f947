"""A report as PDF, printed by headless Chromium when the machine has one.

Chromium runs as a child process with a profile of its own that is deleted afterwards, with name
resolution switched off and a time limit. The file appears whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.errors import InputError, UnavailableError

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_S: Final = 60.0
_HEAD: Final = b"%PDF-"
_FLAGS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "FONTCONFIG_PATH", "FONTCONFIG_FILE")


def find_chromium(path: str | None = None) -> str:
    """The program that prints.

    Args:
        path: folders to look in, separated like PATH; None: the process's own PATH.

    Raises:
        UnavailableError: CHROMIUM_MISSING.
    """
    for name in PROGRAMS:
        found = shutil.which(name, path=path)
        if found is not None:
            return found
    raise UnavailableError(
        "CHROMIUM_MISSING", "no Chromium was found that could print the report",
        value=", ".join(PROGRAMS),
        hint="install the package `chromium`, or print the HTML file with any browser",
    )  # fmt: skip


def write_pdf(
    page: str, target: Path, *, program: str | None = None, timeout_s: float = TIMEOUT_S
) -> Path:
    """Print a page of ours into a file; returns the file.

    Args:
        page: self-contained HTML.
        target: the PDF; its folder must exist.
        program: the browser; None: the one that is found.
        timeout_s: seconds until the browser is ended.

    Raises:
        UnavailableError: CHROMIUM_MISSING, PDF_FAILED.
        InputError: FOLDER_MISSING.
    """
    if not target.parent.is_dir():
        raise InputError(
            "FOLDER_MISSING", "there is no such folder for the PDF", value=target.parent,
            hint="make the folder first",
        )  # fmt: skip
    browser = program or find_chromium()
    with tempfile.TemporaryDirectory(prefix="peak-pdf-", ignore_cleanup_errors=True) as room:
        folder = Path(room)
        source, printed = folder / "report.html", folder / "report.pdf"
        source.write_text(page, encoding="utf-8")
        said = _print(browser, source, printed, timeout_s)
        raw = printed.read_bytes() if printed.is_file() else b""
    if not raw.startswith(_HEAD):
        raise _failed(said or "nothing was printed")
    return _put(target, raw)


def _print(browser: str, source: Path, printed: Path, timeout_s: float) -> str:
    """Run the browser to its end; what it said last, for the error message."""
    command = [
        browser, *_FLAGS, f"--user-data-dir={source.parent / 'profile'}",
        f"--print-to-pdf={printed}", source.as_uri(),
    ]  # fmt: skip
    if os.geteuid() == 0:  # Chromium refuses to start as root inside its own sandbox
        command.insert(1, "--no-sandbox")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(source.parent), "XDG_RUNTIME_DIR": str(source.parent)}
    try:
        child = subprocess.Popen(  # noqa: S603 - a fixed program on a file of our own
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=environment, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _failed(str(error.strerror)) from error
    try:
        _, said = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise _failed(f"no answer within {timeout_s:g} seconds") from error
    finally:
        _end(child)
    return said.decode(errors="replace").strip()[-200:]


def _end(child: subprocess.Popen[bytes]) -> None:
    """The browser and its helpers share a process group of their own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stderr is not None:
        child.stderr.close()


def _failed(why: str) -> UnavailableError:
    return UnavailableError(
        "PDF_FAILED", "the browser did not print the report", value=why,
        hint="print the HTML file with any browser",
    )  # fmt: skip


def _put(target: Path, raw: bytes) -> Path:
    part = target.with_name(f"{target.name}.part")
    with part.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return target

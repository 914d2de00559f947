"""One writer per file: an advisory lock held for as long as a process owns a store."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from config.private_files import private_folder
from engine.errors import UnavailableError


class FileLock:
    """An exclusive lock on a file; freed by the system when the process dies."""

    def __init__(self, path: Path, code: str, message: str, hint: str) -> None:
        """Lock `path`; when somebody holds it the fault has this code, message and hint."""
        self.path = path
        self._fault = (code, message, hint)
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock or raise UnavailableError with the holder's process id."""
        private_folder(self.path.parent)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode(errors="replace").strip()
            os.close(handle)
            code, message, hint = self._fault
            raise UnavailableError(code, message, value=holder, hint=hint) from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def free(self) -> None:
        """Give the lock back; freeing twice is harmless."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        """Take it."""
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        """Free it."""
        self.free()


def desk_lock(run_dir: Path) -> FileLock:
    """The lock of the desk's store: held by the desk, or by a command while no desk runs."""
    return FileLock(
        run_dir / "desk.lock",
        "DESK_RUNNING",
        "the desk of this installation is running and owns the store",
        "use the command through the desk (`peak login`), or stop the desk first",
    )


def serve_lock(run_dir: Path) -> FileLock:
    """The lock of an installation's supervisor: held by `peak serve` or `peak demo`."""
    return FileLock(
        run_dir / "serve.lock",
        "SERVE_RUNNING",
        "`peak serve` or `peak demo` is running this installation already",
        "stop the process with this id, or choose another folder with PEAK_STATE_DIR",
    )


def gateway_lock(run_dir: Path, account_id: str) -> FileLock:
    """The lock of one account's gateway."""
    return FileLock(
        run_dir / f"gateway-{account_id}.lock",
        "GATEWAY_RUNNING",
        f"a gateway for the account {account_id} is running already",
        "stop the other one first; two senders on one account are never allowed",
    )

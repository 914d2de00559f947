"""Files that nobody but their owner may read: written once and whole, read with their mode checked.

The checks of secrets look at the open file, never at the name, so that nothing can be put in its
place between the look and the read.
"""

from __future__ import annotations

import os
import secrets as random_source
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.errors import ConfigCode, ConfigError

_MAX_FILE_BYTES: Final = 64 * 1024
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_OTHERS: Final = 0o077


def private_process() -> None:
    """Whatever this process creates from now on is its user's alone."""
    os.umask(_OTHERS)


def private_folder(path: Path) -> Path:
    """Make a folder, and what is missing above it, for its owner alone; an open one is closed.

    A folder of somebody else, or one that many share (sticky, like `/tmp`), is left as it is.
    """
    _make_missing(path)
    facts = path.stat()
    ours = facts.st_uid == os.geteuid() and not facts.st_mode & stat.S_ISVTX
    if ours and facts.st_mode & _OTHERS:
        path.chmod(_FOLDER_MODE)
    return path


def private_file(path: Path, *beside: str) -> Path:
    """Make an empty file of mode 0600, or close an open one to everybody but its owner.

    `beside` are endings of files that belong to it, such as `-wal`; they are closed if they exist.
    An existing file is never opened: closing it again would drop the locks that this process
    holds on it.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE))
    for name in (path, *(path.with_name(path.name + ending) for ending in beside)):
        with suppress(FileNotFoundError):
            facts = name.stat()
            if facts.st_uid == os.geteuid() and facts.st_mode & _OTHERS:
                name.chmod(_FILE_MODE)
    return path


def read_private(path: Path) -> bytes:
    """Bytes of a file that only its owner may read; symbolic links are refused.

    Raises:
        ConfigError: SECRETS_MISSING or SECRETS_PERMISSIONS.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hang us
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise missing_file(path) from error
    except OSError as error:
        raise _exposed(path, error.strerror or "it cannot be opened") from error
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise _exposed(path, "it is not a regular file")
        _require_private(facts, path)
        return os.read(descriptor, _MAX_FILE_BYTES)
    finally:
        os.close(descriptor)


def write_private_once(path: Path, raw: bytes) -> Path:
    """Write a new file of mode 0600 in a folder of mode 0700, durably, whole or not at all.

    Raises:
        ConfigError: SECRETS_EXIST when there is one already (it is left as it is), or
            SECRETS_PERMISSIONS when others may look into the folder.
    """
    folder = path.parent
    _make_missing(folder)
    _require_private(folder.stat(), folder)
    draft = folder / f".{path.name}.{random_source.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError as error:
        raise ConfigError(
            ConfigCode.SECRETS_EXIST,
            f"there is a secrets file {path.name} already",
            value=path,
            hint="delete it first if it is really to be replaced",
        ) from error
    finally:
        draft.unlink()
    _sync(folder)
    return path


def missing_file(path: Path) -> ConfigError:
    """The fault of a file that ought to be there."""
    return ConfigError(
        ConfigCode.SECRETS_MISSING,
        f"there is no secrets file {path.name}",
        value=path,
        hint="restore it from its backup, or delete all three: the next start makes new ones",
    )


def _make_missing(folder: Path) -> None:
    """Make a folder and those above it that are missing, all of mode 0700."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def _require_private(facts: os.stat_result, path: Path) -> None:
    if facts.st_uid != os.geteuid():
        raise _exposed(path, "it belongs to another user")
    if facts.st_mode & _OTHERS:
        raise _exposed(path, f"its mode is {stat.S_IMODE(facts.st_mode):04o}")


def _exposed(path: Path, why: str) -> ConfigError:
    return ConfigError(
        ConfigCode.SECRETS_PERMISSIONS,
        f"{path.name} is not safe to use: {why}",
        value=path,
        hint="run chmod 700 on the folder and chmod 600 on its files, and renew what was exposed",
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

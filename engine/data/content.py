"""Content: the bytes of a file that somebody hands in, or a refusal that says what to do."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Final

from engine.errors import DataError
from engine.text import did_you_mean

MAX_BYTES: Final = 100_000_000
"""Largest file read, before and after decompression."""


def text_of(raw: bytes) -> str:
    """The bytes as UTF-8 text.

    Raises:
        DataError: FILE_UNREADABLE.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "FILE_UNREADABLE", "the file is not UTF-8 text", value=raw[:20],
            hint="save it as plain CSV in UTF-8",
        ) from error  # fmt: skip


def too_large(size: object) -> DataError:
    """FILE_TOO_LARGE for a size in bytes."""
    return DataError(
        "FILE_TOO_LARGE", f"at most {MAX_BYTES} bytes are read, also after decompression",
        value=size, hint="split the file by time, or use a longer timeframe",
    )  # fmt: skip


def unreadable(path: Path) -> DataError:
    """FILE_UNREADABLE for a broken or unreadable file."""
    return DataError(
        "FILE_UNREADABLE", "the file cannot be read", value=path.name,
        hint="copy or download it again",
    )  # fmt: skip


def checked_path(path: Path) -> Path:
    """The path of a file that exists and is not too large.

    Raises:
        DataError: FILE_NOT_FOUND with near names, or FILE_TOO_LARGE.
    """
    if not path.is_file():
        near = []
        if path.parent.is_dir():
            near = did_you_mean(path.name, [p.name for p in path.parent.iterdir() if p.is_file()])
        hint = f"did you mean {', '.join(near)}?" if near else "check the folder and the name"
        raise DataError("FILE_NOT_FOUND", "there is no such file", value=path, hint=hint)
    if path.stat().st_size > MAX_BYTES:
        raise too_large(path.stat().st_size)
    return path


def content_of(path: Path) -> bytes:
    """All bytes of a file, unpacked when it ends in .gz, without byte order mark and last blanks.

    Raises:
        DataError: FILE_NOT_FOUND, FILE_TOO_LARGE or FILE_UNREADABLE.
    """
    checked_path(path)
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path) as stream:
                data = stream.read(MAX_BYTES + 1)
        else:
            data = path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path) from error
    if len(data) > MAX_BYTES:
        raise too_large(f"more than {MAX_BYTES}")
    return data.removeprefix(b"\xef\xbb\xbf").rstrip()

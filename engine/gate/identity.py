"""Code identity: the same digest means the same engine, byte for byte."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

import engine
from engine.records import Digest


def digest_of_folder(folder: Path, *versions: str) -> Digest:
    """SHA-256 over all `.py` files under a folder, by relative path, and library versions."""
    state = hashlib.sha256(b"peak/code/v1")
    for path in sorted(folder.rglob("*.py"), key=lambda p: p.relative_to(folder).as_posix()):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            state.update(len(part).to_bytes(8, "big") + part)
    for version in versions:
        state.update(b"\x00" + version.encode())
    return state.hexdigest()


@cache
def code_digest() -> Digest:
    """Digest of the engine's source and of the one library that computes (read once a process)."""
    return digest_of_folder(Path(engine.__path__[0]), f"numpy {np.__version__}")

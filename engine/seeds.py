"""Named random streams: a seed comes from what it is for, never from the clock or the process."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(tag: str, *parts: str | int) -> int:
    """128-bit seed from SHA-256 over the tag and its parts, the same on every machine."""
    text = "\x00".join([tag, *(str(part) for part in parts)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def stream(tag: str, *parts: str | int) -> np.random.Generator:
    """Generator (PCG64) of the named stream."""
    return np.random.Generator(np.random.PCG64(seed_of(tag, *parts)))

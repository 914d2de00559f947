"""What a figure was measured on, as far as it explains the figure; no names, no folders."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

_PARTS = ("numpy", "numba")


def description() -> dict[str, str | int]:
    """Architecture, cores, Python and the libraries that compute."""
    versions = {name: _version(name) for name in _PARTS}
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        **versions,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"

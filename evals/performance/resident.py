"""Memory of this process as the kernel counts it: resident now, and at its peak since a mark."""

from __future__ import annotations

import ctypes
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")
_RESET_PEAK: Final = "5"
_KIB: Final = 1024


def _line(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) / _KIB if found else 0.0


def extra_mib(work: Callable[[], object]) -> float:
    """MiB by which the resident peak during `work` exceeds what was resident before it.

    Where the kernel has no mark to reset (outside Linux) the peak of the whole process counts,
    which can only be too small a difference if more was in use before.
    """
    _give_back()
    try:
        before = _line("VmRSS")
        _RESET.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        before = _peak()
        work()
        return _peak() - before
    work()
    return _line("VmHWM") - before


def _give_back() -> None:
    """Return freed memory to the system, so that using it again is seen."""
    if sys.platform.startswith("linux"):
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(0)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB

"""Loops compiled when that pays: the same plain function, given to numba.

numba is an extra (`fast`) and takes a second to import, so nothing imports it before a loop is
long enough or the process was warmed. Both forms give the same bits: no fast-math, no parallel
sums. The compiler's cache lies in a folder named by the digest of the engine's code, since numba
itself notices a change of the outermost file only.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

WORTH_COMPILING: Final = 20_000_000
"""Cells (bars times instruments times runs) from which on compiling anew pays for itself."""
WORTH_LOADING: Final = 1_000_000
"""The same where an earlier process has left compiled code."""

_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_KEPT_BYTES: Final = 1 << 28

_state: Final = {"warm": False}
_folder: Final[list[Callable[[], Path]]] = []


def can_compile() -> bool:
    """Whether the extra `fast` is installed."""
    return find_spec("numba") is not None


def warm(folder: str | None = None) -> bool:
    """Compile every loop of this process from now on; False without numba.

    Freed memory stays with the process: giving pages back and asking for them again costs more
    than the arithmetic on them.

    Args:
        folder: where compiled code is kept between processes; None keeps nothing.
    """
    if not can_compile():
        return False
    if folder is not None:
        keep_compiled(lambda: Path(folder))
    keep_memory()
    _state["warm"] = True
    return True


def keep_compiled(folder: Callable[[], Path]) -> None:
    """Keep compiled code between processes in a folder, which need not be there yet.

    Its name must change with the engine's code; it is asked for only when something is long
    enough to be compiled.
    """
    _folder[:] = [folder]


def _is_there() -> bool:
    """Whether an earlier process has left compiled code."""
    if not _folder:
        return False
    folder = _folder[0]()
    return folder.is_dir() and any(folder.iterdir())


def cool() -> None:
    """Go back to choosing by the length of each loop."""
    _state["warm"] = False


def worth_compiling(cells: int) -> bool:
    """Whether a loop of so many cells runs compiled."""
    if _state["warm"]:
        return True
    if cells < WORTH_LOADING or not can_compile():
        return False
    return cells >= WORTH_COMPILING or _is_there()


def compiled(
    loop: Callable[..., Any], helpers: Iterable[Callable[..., Any]] = ()
) -> Callable[..., Any]:
    """The loop compiled, with the plain functions that it calls.

    Args:
        loop: plain function over arrays and numbers that makes no array.
        helpers: functions that it calls, directly or not.
    """
    if _folder:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(_folder[0]()))
    result: Callable[..., Any] = _compiled(loop, tuple(helpers), keep=bool(_folder))
    return result


@cache
def _compiled(loop: Any, helpers: tuple[Callable[..., Any], ...], *, keep: bool) -> Any:  # noqa: ANN401 - numba's dispatcher
    import numba  # noqa: PLC0415 - an extra that takes a second
    from numba.extending import register_jitable  # noqa: PLC0415 - as above

    for helper in helpers:
        _register(helper, register_jitable)
    # Nothing is allocated inside, so references need not be counted.
    options: dict[str, Any] = {"cache": keep, "nogil": True, "error_model": "numpy", "_nrt": False}
    return numba.njit(**options)(loop)


@cache
def _register(helper: Callable[..., Any], register: Callable[..., Any]) -> None:
    register(_nrt=False, forceinline=True)(helper)


def keep_memory() -> None:
    """Let the C library keep large freed blocks (Linux with glibc; elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)

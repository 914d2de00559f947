"""Start-up self-test: can this process open sealed bars? It should not be able to.

The folder of the datasets is named in the boot file. Under a user id of its own the process cannot
enter it, and says so. Under the desk's user id no file mode can keep it out: then the state is
"readable", it is logged as a degraded installation at every start, and it is never called safe.
An installation that contains the copilot sets `sealed_required`: then readable is a refusal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import structlog

from engine.errors import IntegrityError

SEALED: Final = ("*/sealed", "*/*/sealed")
"""Where sealed parts lie below the datasets, for the first window and for later ones."""

SealedState = Literal["closed", "readable", "unknown"]
"""closed: tried and refused; readable: opened; unknown: no folder, or nothing sealed in it."""


def probe(datasets: Path | None) -> SealedState:
    """Try to open every sealed folder and the files in it; nothing is read from them."""
    if datasets is None:
        return "unknown"
    try:
        found = [folder for pattern in SEALED for folder in _matching(datasets, pattern)]
    except PermissionError:
        return "closed"
    except OSError:
        return "unknown"
    if not found:
        return "unknown"
    return "readable" if any(_opens(folder) for folder in found) else "closed"


def _matching(datasets: Path, pattern: str) -> list[Path]:
    """Folders of a pattern; a datasets folder that cannot be listed raises."""
    next(datasets.iterdir(), None)
    return sorted(datasets.glob(pattern))


def _opens(folder: Path) -> bool:
    """True when the folder can be listed and one of its files opened."""
    try:
        for file in folder.iterdir():
            with file.open("rb"):
                return True
    except OSError:
        return False
    return True


def self_test(datasets: Path | None, *, required: bool = False) -> SealedState:
    """Probe, and say loudly what was found.

    Raises:
        IntegrityError: CONTAIN_SEALED when sealed bars must be out of reach and are not known to
            be.
    """
    state = probe(datasets)
    if required and state != "closed":
        raise IntegrityError(
            "CONTAIN_SEALED", "the copilot can open sealed bars, or cannot tell", value=state,
            hint="run the copilot as a user of its own, without rights on the datasets folder",
        )  # fmt: skip
    log = structlog.get_logger()
    if state == "readable":
        log.warning(
            "sealed_readable", state="degraded", reason="same user id: sealed files are readable",
            do="run the copilot as a user of its own",
        )  # fmt: skip
    elif state == "closed":
        log.info("sealed_closed", state="ok")
    return state

"""The one latch: files in `halt/` that every process may create and all of them read.

A file is one halt with who, when and why. The state in force is the strictest of all files; a
folder or file that cannot be read means HALTED. It survives restarts and needs no database, so a
kill works when desk or gateway are dead.
"""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex
from typing import Annotated

from pydantic import AwareDatetime, Field

from engine.errors import InputError
from engine.records import Record, canonical, parse_record
from guardrails.trading_state import TradingState, strictest


class Halt(Record):
    """One reason to be stopped."""

    state: TradingState
    actor: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(max_length=300)]
    at: AwareDatetime


class Latch:
    """Reads and writes the halt folder; one instance per process."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which the installation creates (0770)."""
        self._folder = folder

    def prepare(self) -> None:
        """Create the folder; done once by the desk's composition root and by `peak kill`."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def state(self) -> TradingState:
        """The state in force; anything unreadable reads as HALTED."""
        try:
            names = sorted(entry.name for entry in os.scandir(self._folder))
        except OSError:
            return TradingState.HALTED
        return strictest(self._state_of(name) for name in names if name.endswith(".json"))

    def _state_of(self, name: str) -> TradingState:
        try:
            return parse_record(Halt, (self._folder / name).read_bytes()).state
        except (OSError, InputError):
            # a latch that fails open would be no latch
            return TradingState.HALTED

    def halts(self) -> tuple[Halt, ...]:
        """All readable halts, oldest first."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(parse_record(Halt, path.read_bytes()))
            except (OSError, InputError):
                continue  # state() already counts it as HALTED
        return tuple(sorted(found, key=lambda halt: halt.at))

    def trip(self, halt: Halt) -> Path:
        """Write one halt durably and atomically; returns its file."""
        self.prepare()
        path = self._folder / f"{halt.state.value}-{token_hex(8)}.json"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(canonical(halt))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        self._sync_folder()
        return path

    def names(self) -> frozenset[str]:
        """Names of all halts, readable or not."""
        return frozenset(path.name for path in self._folder.glob("*.json"))

    def clear(self, keep: TradingState, known: frozenset[str]) -> int:
        """Remove the halts among `known` that are stricter than `keep`; returns their count.

        Only re-arming calls this. A halt that is not in `known` came after the persons looked,
        and stays.
        """
        removed = 0
        for name in sorted(known & self.names()):
            if strictest([self._state_of(name), keep]) is not keep:
                (self._folder / name).unlink()
                removed += 1
        self._sync_folder()
        return removed

    def _sync_folder(self) -> None:
        """Make names durable: a rename alone may be lost with the power."""
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

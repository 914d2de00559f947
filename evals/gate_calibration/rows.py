"""Results that outlive an interruption: one JSON line for each finished run, in one file.

The first line says what the rows were made with. A last line that was cut off counts as a run that
did not take place. Rows are found by their name, so a longer study goes on where a shorter one
ended, and the order in which they came does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from engine.errors import DataError

LAW: Final = 1
"""Raised whenever the same seed gives other rows."""

Row = Mapping[str, Any]


class Name(NamedTuple):
    """Which run a row belongs to."""

    part: str
    cell: str
    number: int


class Rows:
    """Finished runs by name; those of a file are read at the start and new ones appended."""

    def __init__(self, file: Path | None, seed: int) -> None:
        """Open a file, or keep the rows in memory only.

        Raises:
            DataError: CALIBRATION_OTHER when the file was made with another seed or law.
        """
        self._head = {"suite": "gate_calibration", "law": LAW, "seed": seed}
        self._rows: dict[Name, Row] = {}
        self._out: IO[str] | None = None
        if file is not None:
            self._open(file)

    def _open(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        for place, row in enumerate(_parsed(whole, file)):
            if place == 0:
                self._same(row, file)
            else:
                self._rows[Name(row.pop("part"), row.pop("cell"), row.pop("number"))] = row
        self._out = file.open("r+" if text else "w", encoding="utf-8")
        self._out.seek(len(whole.encode()))
        self._out.truncate()
        if not whole:
            self._write(self._head)

    def _same(self, head: Row, file: Path) -> None:
        if head != self._head:
            raise DataError(
                "CALIBRATION_OTHER", "these results were made with another seed or version",
                value=file.name, hint=f"give the same --seed, or another file: {dict(head)}",
            )  # fmt: skip

    def _write(self, row: Row) -> None:
        if self._out is not None:
            self._out.write(json.dumps(row) + "\n")
            self._out.flush()

    def get(self, name: Name) -> Row | None:
        """The row of a run that is finished."""
        return self._rows.get(name)

    def add(self, name: Name, row: Row) -> None:
        """Keep a finished run, in the file before anywhere else."""
        self._write({**name._asdict(), **row})
        self._rows[name] = row

    def close(self) -> None:
        """Close the file."""
        if self._out is not None:
            self._out.close()


def _parsed(text: str, file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(
                "CALIBRATION_BROKEN", "a line of the results is no JSON", value=number,
                hint=f"delete line {number} of {file.name}: its run is repeated",
            ) from error  # fmt: skip

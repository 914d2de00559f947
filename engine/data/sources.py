"""Sources: where bars came from and what was done to them before they were stored.

The raw file is never changed; its digest is kept beside the dataset, so that the same import can
be made again and compared.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from engine.data.adjust import adjust, read_factors
from engine.data.bars import Bars
from engine.records import Digest, Record

SourceKind = Literal["file", "download", "synthetic"]
StepKind = Literal["turned", "widened", "dropped", "adjusted", "merged", "cut", "resampled"]
Words = Annotated[str, Field(max_length=200)]


class Step(Record):
    """One thing that was done to the rows, and to how many.

    `turned`: newest first, put in order. `widened`: high and low moved to hold open and close.
    `dropped`: impossible bars left out. `adjusted`: prices times factors. `merged`: the same bar
    came twice. `cut`: the running bar left out. `resampled`: made into longer bars.
    """

    kind: StepKind
    rows: Annotated[int, Field(ge=0)]


class Provenance(Record):
    """What is known about the raw data of a dataset.

    `name` is the file's name or the venue; `raw_digest` the SHA-256 of its bytes as they came.
    """

    kind: SourceKind
    name: Words
    raw_digest: Digest
    raw_bytes: Annotated[int, Field(ge=0)]
    layout: Words = ""
    symbol: Words = ""
    zones: tuple[Words, ...] = ()
    factors_digest: Digest | None = None
    steps: tuple[Step, ...] = ()

    def rows_of(self, kind: StepKind) -> int:
        """Rows to which this was done."""
        return sum(step.rows for step in self.steps if step.kind == kind)

    def after(self, kind: StepKind, rows: int) -> Provenance:
        """The same with one step more; none for no row."""
        if rows == 0:
            return self
        changed = {"steps": (*self.steps, Step(kind=kind, rows=rows))}
        return Provenance(**{**dict(self), **changed})


class Source(NamedTuple):
    """Bars with their origin."""

    bars: Bars
    provenance: Provenance


def file_digest(path: Path) -> Digest:
    """SHA-256 of a file's bytes as they are."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def adjusted(source: Source, factors: Path, symbol: str) -> Source:
    """The bars times the factors of a file, with its digest on record.

    Raises:
        DataError: a code of `read_factors` or `adjust`.
    """
    bars = adjust(source.bars, read_factors(factors, symbol))
    known = Provenance(**{**dict(source.provenance), "factors_digest": file_digest(factors)})
    return Source(bars, known.after("adjusted", len(bars)))

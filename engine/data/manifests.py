"""Manifests: the small verified file beside each dataset, and finding a dataset by reference."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.data.dataset import Dataset
from engine.data.sources import Provenance
from engine.errors import DataError, InputError, IntegrityError
from engine.market import Timeframe
from engine.records import Digest, Record, canonical, digest, parse_record
from engine.text import did_you_mean

MANIFEST: Final = "manifest.json"
MIN_PREFIX: Final = 8


class Manifest(Record):
    """A dataset's record with the digest that it must have, and where its bars came from."""

    dataset: Dataset
    digest: Digest
    source: Provenance | None = None
    source_digest: Digest | None = None


def corrupt(what: object) -> IntegrityError:
    """The fault for anything stored that does not verify."""
    return IntegrityError(
        "DATA_CORRUPT", "stored data do not match their digest", value=what,
        hint="restore the datasets folder from a backup; do not register over it",
    )  # fmt: skip


def sync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_manifest(folder: Path, dataset: Dataset, source: Provenance | None = None) -> None:
    """Write and flush the manifest of a dataset's folder."""
    manifest = Manifest(
        dataset=dataset, digest=dataset.digest, source=source, source_digest=_digest(source)
    )
    (folder / MANIFEST).write_bytes(canonical(manifest))
    sync(folder / MANIFEST)


def read_manifest(folder: Path, dataset_id: Digest | None = None) -> Manifest:
    """What a folder says about the dataset in it; None is the id that the folder is named by.

    Raises:
        IntegrityError: DATA_CORRUPT.
    """
    expected = dataset_id or folder.name
    try:
        manifest = parse_record(Manifest, (folder / MANIFEST).read_bytes())
    except (OSError, InputError) as error:
        raise corrupt(expected) from error
    if manifest.digest != manifest.dataset.digest or manifest.dataset.id != expected:
        raise corrupt(expected)
    if manifest.source_digest != _digest(manifest.source):
        raise corrupt(expected)
    return manifest


def _digest(source: Provenance | None) -> Digest | None:
    return None if source is None else digest("peak/source/v1", source)


def _by_symbol(ref: str, datasets: Sequence[Dataset]) -> list[Dataset]:
    symbol, _, tail = ref.rpartition(":")
    frames = {frame.value for frame in Timeframe}
    if symbol and tail in frames:
        return [d for d in datasets if d.ref.lower() == f"{symbol}:{tail}".lower()]
    return [d for d in datasets if d.instrument.symbol == ref.upper()]


def find_dataset(ref: str, datasets: Sequence[Dataset]) -> Dataset:
    """The one dataset that a reference names: id, start of an id, or SYMBOL[:timeframe].

    Raises:
        DataError: DATASET_UNKNOWN with near names, DATASET_AMBIGUOUS with the candidates.
    """
    found = [d for d in datasets if len(ref) >= MIN_PREFIX and d.id.startswith(ref)]
    found = found or _by_symbol(ref, datasets)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{d.ref} {d.id[:12]}" for d in found)
        raise DataError(
            "DATASET_AMBIGUOUS", f"{len(found)} datasets answer to this", value=ref,
            hint=f"name one by the start of its id: {listed}",
        )  # fmt: skip
    known = sorted({d.ref for d in datasets} | {d.instrument.symbol for d in datasets})
    near = did_you_mean(ref.upper(), known)
    hint = f"known are {', '.join(known[:5])}" if known else "import a file with `peak data import`"
    hint = f"did you mean {', '.join(near)}?" if near else hint
    raise DataError("DATASET_UNKNOWN", "there is no such dataset", value=ref, hint=hint)

"""Texts as vectors, without a download: hashed words, weighted by rarity, on principal axes.

A text becomes words, pairs of neighbouring words and the 4- and 5-letter pieces of each word (they
catch inflections, compounds and misspellings). Each feature falls with a sign into one of 2,048
buckets, weighted by how rare it is. The axes along which the collection itself spreads most keep
384 of them; they run through the origin, so with at most 384 passages no likeness between a
question and a passage is lost. Fitting is a function of the texts alone, signs included.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from engine.errors import IntegrityError
from knowledge.words import STOP_WORDS, words

Vectors = NDArray[np.float32]
"""Unit rows, shape (texts, dimension); a text without features is a row of zeros."""

BUCKETS: Final = 2_048
SLOTS: Final = 65_536
_PIECES: Final = (4, 5)
_PAIR_WEIGHT: Final = 0.5
_PIECE_WEIGHT: Final = 0.3
_TINY: Final = 1e-9


class Fitted(Protocol):
    """An embedder that has seen a collection."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, shape (texts, dimension)."""
        ...

    def state(self) -> bytes:
        """What `restore` needs to make the same object again."""
        ...


class Embedder(Protocol):
    """Where vectors come from: an identity, a dimension, and a fit to a collection."""

    @property
    def embedder_id(self) -> str:
        """Name with version and parameters: other vectors have another name."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def fit(self, texts: Sequence[str]) -> Fitted:
        """Learn from a collection whatever there is to learn."""
        ...

    def restore(self, state: bytes) -> Fitted:
        """The fitted embedder of a stored state; IntegrityError EMBEDDER_STATE if unreadable."""
        ...


class OfflineEmbedder:
    """The default embedder: hashing and principal axes on numpy alone."""

    def __init__(self, dimension: int = 384) -> None:
        """Keep `dimension` axes."""
        self._dimension = dimension

    @property
    def embedder_id(self) -> str:
        """Name with version and every parameter that changes a vector."""
        pieces = "-".join(str(size) for size in _PIECES)
        return (
            f"offline-v1/buckets={BUCKETS}/slots={SLOTS}/pieces={pieces}"
            f"/pair={_PAIR_WEIGHT}/piece={_PIECE_WEIGHT}/dimension={self._dimension}"
        )

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._dimension

    def fit(self, texts: Sequence[str]) -> OfflineFit:
        """Learn which features are rare and along which axes the texts spread."""
        counted = [_features(text) for text in texts]
        rarity = _rarity(counted)
        axes = _axes(_rows(counted, rarity), self._dimension)
        return OfflineFit(rarity, axes)

    def restore(self, state: bytes) -> OfflineFit:
        """The fit of a stored state.

        Raises:
            IntegrityError: EMBEDDER_STATE when the bytes are not such a state.
        """
        try:
            with np.load(io.BytesIO(state), allow_pickle=False) as stored:
                rarity, axes = stored["rarity"], stored["axes"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise IntegrityError("EMBEDDER_STATE", "a stored fit cannot be read") from error
        if rarity.shape != (SLOTS,) or axes.shape != (BUCKETS, self._dimension):
            raise IntegrityError("EMBEDDER_STATE", "a stored fit has other dimensions")
        return OfflineFit(rarity, axes)


class OfflineFit:
    """Rarity of each feature slot, shape (65,536,), and axes, shape (2,048, dimension)."""

    def __init__(self, rarity: Vectors, axes: Vectors) -> None:
        """Take what was learned."""
        self._rarity = rarity
        self._axes = axes

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts."""
        rows = _rows([_features(text) for text in texts], self._rarity)
        return _unit(rows @ self._axes.astype(np.float64)).astype(np.float32)

    def state(self) -> bytes:
        """Rarity and axes as bytes."""
        out = io.BytesIO()
        np.savez(out, rarity=self._rarity, axes=self._axes)
        return out.getvalue()


@dataclass(frozen=True)
class _Features:
    """The different features of a text as hashes, each with its weight and count in one figure."""

    hashes: NDArray[np.uint64]
    strengths: NDArray[np.float64]


def _hash(feature: str) -> int:
    return int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=32_768)
def _word(word: str) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Hashes and weights of a word and its pieces."""
    framed = f"<{word}>"
    pieces = [
        framed[start : start + size] for size in _PIECES for start in range(len(framed) - size + 1)
    ]
    hashes = [_hash(f"w {word}"), *(_hash(f"c {piece}") for piece in pieces)]
    weights = [1.0, *(_PIECE_WEIGHT for _ in pieces)]
    return np.array(hashes, dtype=np.uint64), np.array(weights)


def _features(text: str) -> _Features:
    """Words, neighbouring pairs and word pieces, counted with 1 + ln(count)."""
    kept = [word for word in words(text) if word not in STOP_WORDS]
    if not kept:
        return _Features(np.zeros(0, dtype=np.uint64), np.zeros(0))
    pairs = [_hash(f"p {left} {right}") for left, right in pairwise(kept)]
    single = [_word(word) for word in kept]
    hashes = np.concatenate([*(one[0] for one in single), np.array(pairs, dtype=np.uint64)])
    weights = np.concatenate([*(one[1] for one in single), np.full(len(pairs), _PAIR_WEIGHT)])
    found, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    return _Features(found, weights[first] * (1 + np.log(counts)))


def _slots(features: _Features) -> NDArray[np.intp]:
    return ((features.hashes >> np.uint64(16)) % np.uint64(SLOTS)).astype(np.intp)


def _rarity(counted: Sequence[_Features]) -> Vectors:
    """Inverse document frequency of each slot: ln((1 + texts) / (1 + texts with it)) + 1."""
    seen = np.zeros(SLOTS)
    for features in counted:
        seen[np.unique(_slots(features))] += 1
    return (np.log((1 + len(counted)) / (1 + seen)) + 1).astype(np.float32)


def _rows(counted: Sequence[_Features], rarity: Vectors) -> NDArray[np.float64]:
    """Hashed and weighted unit rows, shape (texts, 2,048)."""
    rows = np.zeros((len(counted), BUCKETS))
    for row, features in zip(rows, counted, strict=True):
        signs = np.where(features.hashes >> np.uint64(63), 1.0, -1.0)
        values = signs * features.strengths * rarity[_slots(features)]
        buckets = (features.hashes % np.uint64(BUCKETS)).astype(np.intp)
        row[:] = np.bincount(buckets, weights=values, minlength=BUCKETS)
    return _unit(rows)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    unit: NDArray[np.float64] = rows / np.where(lengths > _TINY, lengths, 1.0)
    return unit


def _axes(rows: NDArray[np.float64], dimension: int) -> Vectors:
    """Leading right singular vectors of the rows, shape (row length, dimension), zero-padded.

    The sign of an axis is free in theory; here its largest entry is positive.
    """
    axes = np.zeros((rows.shape[1], dimension))
    if len(rows) < rows.shape[1]:
        values, left = np.linalg.eigh(rows @ rows.T)
        strong = _strongest(values, dimension)
        found = rows.T @ left[:, strong] / np.sqrt(values[strong])
    else:
        values, right = np.linalg.eigh(rows.T @ rows)
        strong = _strongest(values, dimension)
        found = right[:, strong]
    if strong.size:
        peak = np.abs(found).argmax(axis=0)
        axes[:, : strong.size] = found * np.sign(found[peak, np.arange(strong.size)])
    return axes.astype(np.float32)


def _strongest(values: NDArray[np.float64], dimension: int) -> NDArray[np.intp]:
    order = np.argsort(values)[::-1][:dimension]
    return order[values[order] > _TINY]

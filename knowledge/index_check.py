"""What a vector index must hold, and the questions that show whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from engine.errors import UnavailableError
from engine.records import digest
from engine.seeds import stream
from knowledge import chroma_store
from knowledge.embedding import Vectors

FULL_SAMPLE: Final = 200
QUICK_SAMPLE: Final = 8
_NEIGHBOURS: Final = 10
_SELF_FOUND: Final = 0.99
_RECALL: Final = 0.99
_CLOSE: Final = 1e-4
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True)
class Plan:
    """What a generation is made of: a fit, passage ids and their unit vectors, none zero."""

    fit_id: str
    ids: tuple[str, ...]
    vectors: Vectors

    @property
    def generation_id(self) -> str:
        """Name by content: fit (passages and embedder), index parameters, Chroma's version."""
        return digest(
            "peak/knowledge-generation/v1",
            {
                "fit": self.fit_id,
                "passages": sorted(self.ids),
                "index": chroma_store.PARAMETERS,
                "chromadb": chroma_store.version(),
            },
        )


class VectorIndex(Protocol):
    """An open index: Chroma's, or a fake that lies in tests."""

    def ids(self) -> tuple[str, ...]:
        """All ids, sorted."""
        ...

    def nearest(
        self, vectors: Vectors, count: int, timeout_s: float = chroma_store.QUERY_TIMEOUT_S
    ) -> list[list[tuple[str, float]]]:
        """For each vector up to `count` ids with their cosine likeness, best first."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


def check_index(index: VectorIndex, plan: Plan, *, sample: int) -> None:
    """All ids are there; of known vectors each finds itself first and its true neighbours."""
    if index.ids() != tuple(sorted(plan.ids)):
        raise UnavailableError("KNOWLEDGE_INDEX", "the vector index holds other passages")
    rows = _rows(plan, sample)
    if not rows:
        return
    count = min(_NEIGHBOURS, len(plan.ids))
    answers = index.nearest(plan.vectors[rows], count, timeout_s=_PATIENCE_S)
    likeness = plan.vectors[rows] @ plan.vectors.T
    places = {name: place for place, name in enumerate(plan.ids)}
    first, shared = 0, 0
    for truth, found in zip(likeness, answers, strict=True):
        bar = np.sort(truth)[-count] - _CLOSE
        true = [float(truth[places[name]]) for name, _ in found if name in places]
        first += bool(true) and true[0] >= float(truth.max()) - _CLOSE
        shared += sum(1 for value in true if value >= bar)
    asked = len(rows)
    if not first >= _SELF_FOUND * asked or not shared >= _RECALL * asked * count:
        raise UnavailableError("KNOWLEDGE_INDEX", "the vector index misses near passages")


def _rows(plan: Plan, sample: int) -> list[int]:
    """Rows to ask for, the same in every process."""
    order: list[int] = (
        stream("peak/knowledge/verify", plan.fit_id).permutation(len(plan.ids)).tolist()
    )
    return order[:sample]

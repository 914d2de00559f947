"""What a candidate is judged on: its datasets' train zones, and what the desk knows of the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.data.dataset import Dataset
from engine.data.partitions import LookPermit
from engine.data.store import DatasetStore
from engine.gate.bench import Bench, Field, holdout_field, train_field
from engine.gate.candidate import Candidate
from engine.gate.criteria import GateCriteria
from engine.gate.identity import code_digest
from engine.gate.limits import FixedMeter, Meter
from engine.gate.void_key import is_library_rule
from engine.ledger import Ledger
from guardrails.desk.tradable import denied_under


def datasets_of(candidate: Candidate, datasets: DatasetStore) -> tuple[Dataset, ...]:
    """The candidate's datasets in order.

    Raises:
        InputError: DATASET_UNKNOWN.
    """
    return tuple(datasets.find(one) for one in candidate.datasets)


def _quiet(_stage: str, _share: float) -> None:
    return


def bench_of(  # noqa: PLR0913 - data, where trials are written, who hears
    chosen: Sequence[Dataset],
    datasets: DatasetStore,
    ledger: Ledger,
    criteria: GateCriteria,
    progress: Callable[[str, float], None] = _quiet,
    *,
    meter: Meter | None = None,
) -> Bench:
    """The bench of some datasets; only their train zones are read."""
    return Bench(
        datasets=tuple(chosen),
        panel=train_field([datasets.train(one) for one in chosen]),
        ledger=ledger,
        criteria=criteria,
        code=code_digest(),
        denied_by=denied_under,
        published=is_library_rule,
        meter=meter or FixedMeter(),
        progress=progress,
    )


def sealed_field(chosen: Sequence[Dataset], datasets: DatasetStore, permit: LookPermit) -> Field:
    """The holdout of some datasets; every one of them asks for the permit."""
    return holdout_field([datasets.holdout(one, permit) for one in chosen])

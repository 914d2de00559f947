"""The start of a trial: what its ledger row says before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.backtest.costs import CostModel
from engine.data.dataset import Dataset
from engine.language.compiler import CompiledSpec
from engine.language.identity import tree_digest
from engine.ledger import Lineage, TrialKey, TrialStart, joint_dataset
from engine.records import Digest, digest


def rule_of(compiled: CompiledSpec, members: Mapping[str, CompiledSpec] | None = None) -> Digest:
    """Digest of what a spec does; that of an ensemble holds what its members do.

    A member that was changed under its old name makes another ensemble.
    """
    if not members:
        return compiled.rule_digest
    rules = {name: member.rule_digest for name, member in members.items()}
    return digest("peak/ensemble-rule/v1", {"rule": compiled.rule_digest, "members": rules})


def start_of(  # noqa: PLR0913 - what ran, on what, at which costs, under which code, from whom
    compiled: CompiledSpec,
    datasets: Sequence[Dataset],
    costs: CostModel,
    code: Digest,
    lineage: Lineage,
    *,
    members: Mapping[str, CompiledSpec] | None = None,
) -> TrialStart:
    """The start of a trial of this spec; it counts in the family of every dataset.

    Args:
        compiled: the spec.
        datasets: every dataset that it runs on, its own first.
        costs: cost model of the run.
        code: digest of the engine's code.
        lineage: where the idea came from.
        members: strategies of an ensemble by name.
    """
    ids = tuple(dict.fromkeys(dataset.id for dataset in datasets))
    inside = (members or {}).values()
    return TrialStart(
        key=TrialKey(
            rule_digest=rule_of(compiled, members),
            dataset_digest=joint_dataset(ids),
            cost_digest=costs.digest,
        ),
        families=tuple(sorted({dataset.family for dataset in datasets})),
        datasets=ids,
        timeframe=datasets[0].timeframe,
        shape_digest=compiled.shape_digest,
        tree_digest=tree_digest(compiled.spec),
        spec_digest=compiled.spec.digest,
        members=tuple(dict.fromkeys(member.spec.digest for member in inside)),
        code_digest=code,
        lineage=lineage,
    )

"""Candidate: a spec on data with costs, its author and where the idea came from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.backtest.costs import CostModel
from engine.language.spec import StrategySpec
from engine.ledger import Lineage
from engine.records import Digest, Record, digest

Tier = Literal["paper", "testnet", "live"]


class Candidate(Record):
    """What is submitted to the gate; anyone may submit, the desk stores and judges it."""

    spec: StrategySpec
    dataset_id: Digest
    costs: CostModel
    lineage: Lineage
    tier: Tier = "paper"
    rationale: Annotated[str, Field(max_length=2000)] = ""
    created_at: AwareDatetime

    @property
    def digest(self) -> Digest:
        """Identity of the candidate: everything but its prose and its time."""
        return digest(
            "peak/candidate/v1",
            {
                "spec": self.spec.digest,
                "dataset": self.dataset_id,
                "costs": self.costs.digest,
                "lineage": self.lineage.lineage_id,
                "tier": self.tier,
            },
        )

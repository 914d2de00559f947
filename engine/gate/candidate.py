"""Candidate: a spec on data with costs, its author and where the idea came from."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from engine.backtest.costs import CostModel
from engine.language.spec import StrategySpec
from engine.ledger import Lineage
from engine.records import Digest, Record, digest

Tier = Literal["paper", "testnet", "live"]
Searched = Literal["no", "yes", "unknown"]
TIERS: Final[tuple[Tier, ...]] = ("paper", "testnet", "live")
"""From the weakest to the strictest."""


class Candidate(Record):
    """What is submitted to the gate; anyone may submit, the desk stores and judges it.

    Attributes:
        dataset_id: of the first instrument that it needs.
        others: of the further ones, in the order in which it needs them.
        windows: names of their open windows; on the next ones it is asked anew.
        members: strategies that an ensemble names, in its order.
        tier: what is asked for; a certificate never says more.
        searched_elsewhere: whether the idea was looked for outside this installation, where nobody
            counted.
    """

    spec: StrategySpec
    dataset_id: Digest
    others: Annotated[tuple[Digest, ...], Field(max_length=99)] = ()
    windows: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    members: Annotated[tuple[StrategySpec, ...], Field(max_length=20)] = ()
    costs: CostModel
    lineage: Lineage
    tier: Tier = "paper"
    searched_elsewhere: Searched = "no"
    rationale: Annotated[str, Field(max_length=2000)] = ""
    created_at: AwareDatetime

    @property
    def datasets(self) -> tuple[Digest, ...]:
        """All datasets, the first instrument's first."""
        return (self.dataset_id, *self.others)

    @property
    def digest(self) -> Digest:
        """Identity of the candidate: everything but its prose and its time."""
        return digest(
            "peak/candidate/v2",
            {
                "spec": self.spec.digest,
                "datasets": self.datasets,
                "windows": self.windows,
                "members": tuple(member.digest for member in self.members),
                "costs": self.costs.digest,
                "lineage": self.lineage.lineage_id,
                "tier": self.tier,
                "searched": self.searched_elsewhere,
            },
        )

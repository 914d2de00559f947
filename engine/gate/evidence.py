"""Evidence: what was measured about a candidate, as records; `judge` reads nothing else."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engine.data.dataset import ZoneNote
from engine.facts.table import Unit
from engine.gate.looks import RefusalCode
from engine.language.findings import SpecFinding
from engine.ledger import Family
from engine.quantities import Ratio
from engine.records import Digest, Record, digest

FigureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Count = Annotated[int, Field(ge=0)]


class Figure(Record):
    """One measured number; `value` is None where it is undefined (no trade, no spread)."""

    name: FigureName
    value: Ratio | None
    unit: Unit


class KeyEvidence(Record):
    """A key's statistic (None for a series that does not move) and p-value."""

    statistic: Ratio | None
    p: Annotated[Ratio, Field(ge=0, le=1)]


class RunEvidence(Record):
    """One run on one zone.

    trades: closed trades with distinct entry days. days: T. raw, excess: the keys of the net
    returns and of the returns minus exposure-matched buy and hold. exposure: mean signed exposure
    that was matched. figures: metrics of the strategy; benchmark: the same of buy and hold.
    """

    trades: Count
    days: Count
    raw: KeyEvidence
    excess: KeyEvidence
    exposure: Ratio
    ruined: bool
    run_digest: Digest
    figures: tuple[Figure, ...] = ()
    benchmark: tuple[Figure, ...] = ()


class TrialEvidence(Record):
    """The candidate's place in the ledger; `problem` says why the ledger cannot be used.

    number: its row. count: trials N that share a train day. block: mean bootstrap block, days.
    """

    number: Count
    count: Count
    block: Count
    problem: Annotated[str, Field(max_length=300)] = ""


class TrainEvidence(Record):
    """Stages 0, 1 and 3a: everything that can be known without touching the holdout.

    What could not be measured because an earlier step failed is None. A spec with
    errors has no meaning: its own digest stands for rule and shape. `stressed_mean` is the mean
    daily net return with all costs times the criteria's factor.
    """

    dataset_id: Digest
    family: Family
    zone_note: ZoneNote
    holdout_rows: Count
    code_digest: Digest
    spec_findings: tuple[SpecFinding, ...]
    mismatch: Annotated[str, Field(max_length=300)] = ""
    rule_digest: Digest
    shape_digest: Digest
    parameters: Count
    rules_without_stop: tuple[str, ...] = ()
    violations: tuple[str, ...] | None = None
    reproducible: bool | None = None
    trial: TrialEvidence | None = None
    run: RunEvidence | None = None
    stressed_mean: Ratio | None = None

    @property
    def digest(self) -> Digest:
        """Source of all train facts."""
        return digest("peak/train-evidence/v1", self)


class HoldoutEvidence(Record):
    """Stages 2 and 3b: the one look; `k` is its number on the family's window."""

    k: Annotated[int, Field(ge=1)]
    run: RunEvidence

    @property
    def digest(self) -> Digest:
        """Source of all holdout facts."""
        return digest("peak/holdout-evidence/v1", self)


class Evidence(Record):
    """All that was measured; without a look either `refusal` or neither is given.

    `earlier` is the candidate that had the look, when that is why it was refused.
    """

    train: TrainEvidence
    holdout: HoldoutEvidence | None = None
    refusal: RefusalCode | None = None
    earlier: Digest | None = None
    looks_left: Count = 0

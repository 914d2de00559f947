"""Evidence: what was measured about a candidate, as records; `judge` reads nothing else."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engine.data.dataset import ZoneNote
from engine.facts.table import Unit
from engine.gate.cutoff import CutoffEvidence
from engine.gate.forward import ForwardEvidence
from engine.gate.invariance import InvarianceEvidence
from engine.gate.looks import RefusalCode
from engine.gate.second_engine import SecondEngineEvidence
from engine.gate.vetoes.jump import JumpEvidence
from engine.gate.vetoes.martingale import NullEvidence
from engine.gate.vetoes.neighbours import NeighbourEvidence
from engine.gate.vetoes.tail import TailEvidence
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
    returns and of the returns minus exposure-matched buy and hold. exposures: mean signed exposure
    to each instrument that was matched. mean, deviation: of daily net returns, fractions of one.
    figures: metrics of the strategy; benchmark: the same of buy and hold.
    """

    trades: Count
    days: Count
    raw: KeyEvidence
    excess: KeyEvidence
    exposures: tuple[Ratio, ...]
    mean: Ratio
    deviation: Ratio
    ruined: bool
    run_digest: Digest
    figures: tuple[Figure, ...] = ()
    benchmark: tuple[Figure, ...] = ()


class TrialEvidence(Record):
    """The candidate's place in the ledger; `problem` says why the ledger cannot be used.

    number: its row. count: trials N that share a train day. block: mean bootstrap block, days.
    head: of the ledger's chain when it was counted.
    """

    number: Count
    count: Count
    block: Count
    head: Digest | None = None
    problem: Annotated[str, Field(max_length=300)] = ""


class TrainEvidence(Record):
    """Stages 0, 1 and 3a: everything that can be known without touching the holdout.

    What could not be measured because an earlier step failed is None. A spec with
    errors has no meaning: its own digest stands for rule and shape.

    Attributes:
        dataset_id, others, families: what it ran on.
        zone_note, holdout_rows, data_problems: whether these data can judge anything.
        code_digest: the engine.
        spec_findings, mismatch: what the strict check says; why the spec is not for these data.
        denied_by: risk profiles under which its tickets would be denied.
        unprotected: what has no stop with a price known at entry.
        adds_to_loser: where a position may grow while it loses.
        dated: operators that carry dates of their own.
        void_key: why the train key is worth nothing; empty when it counts.
        lineage_known: False when the idea's origin cannot be told.
        violations: places where the past depends on the future.
        invariances: same positions on scaled prices, other dates, another name.
        reproducible, exceeded: two runs alike; limits of time and memory that were broken.
        trial, run: place in the ledger, and both keys.
        stressed_mean: mean daily net return with all costs times the criteria's factor.
        tail, jump, null, neighbours, second_engine, cut_share: the vetoes.
    """

    dataset_id: Digest
    others: tuple[Digest, ...] = ()
    families: tuple[Family, ...]
    zone_note: ZoneNote
    holdout_rows: Count
    data_problems: tuple[str, ...] = ()
    code_digest: Digest
    spec_findings: tuple[SpecFinding, ...]
    mismatch: Annotated[str, Field(max_length=300)] = ""
    rule_digest: Digest
    shape_digest: Digest
    parameters: Count
    denied_by: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    adds_to_loser: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    void_key: tuple[str, ...] = ()
    lineage_known: bool = True
    violations: tuple[str, ...] | None = None
    invariances: tuple[InvarianceEvidence, ...] | None = None
    reproducible: bool | None = None
    exceeded: tuple[str, ...] | None = None
    trial: TrialEvidence | None = None
    run: RunEvidence | None = None
    stressed_mean: Ratio | None = None
    tail: TailEvidence | None = None
    jump: JumpEvidence | None = None
    null: NullEvidence | None = None
    neighbours: NeighbourEvidence | None = None
    second_engine: SecondEngineEvidence | None = None
    cut_share: Ratio | None = None

    @property
    def complete(self) -> bool:
        """Whether everything was measured that a look may be taken on: what is missing denies."""
        measured = (
            self.violations, self.invariances, self.reproducible, self.exceeded, self.trial,
            self.run, self.stressed_mean, self.tail, self.jump, self.null, self.neighbours,
            self.second_engine, self.cut_share,
        )  # fmt: skip
        return all(one is not None for one in measured)

    @property
    def digest(self) -> Digest:
        """Source of all train facts."""
        return digest("peak/train-evidence/v2", self)


class LaterEvidence(Record):
    """Both keys on the part of a window that lies after every model's knowledge; days: T."""

    days: Count
    raw: KeyEvidence
    excess: KeyEvidence


class HoldoutEvidence(Record):
    """Stages 2 and 3b: the one look; `k` is its number on the family's window.

    tail: of the trades of train and holdout together. stressed_mean: as on train. later: see
    `LaterEvidence`.
    """

    k: Annotated[int, Field(ge=1)]
    run: RunEvidence
    tail: TailEvidence
    stressed_mean: Ratio
    later: LaterEvidence | None = None

    @property
    def digest(self) -> Digest:
        """Source of all holdout facts."""
        return digest("peak/holdout-evidence/v2", self)


class Evidence(Record):
    """All that was measured; without a look either `refusal` or neither is given.

    Attributes:
        train, holdout: the zones.
        refusal, earlier: why there is no look, and the candidate that had it.
        looks_left: looks of the market in this year.
        seen: looks on this window whose figures were shown to people.
        alpha: level of this look over the market's lifetime (LORD++), None without a look.
        cutoff: what the models of the lineage may have read of the holdout.
        forward: the record since the certificate, None without one.
        signed_off: whether the operational evidence and the signatures for live are there.
    """

    train: TrainEvidence
    holdout: HoldoutEvidence | None = None
    refusal: RefusalCode | None = None
    earlier: Digest | None = None
    looks_left: Count = 0
    seen: Count = 0
    alpha: Ratio | None = None
    cutoff: CutoffEvidence | None = None
    forward: ForwardEvidence | None = None
    signed_off: bool = False

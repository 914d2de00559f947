"""Trial ledger port: no row, no result. The engine writes it inside every run on registered bars.

A row is opened before the run and completed before the result is returned; an open, failed or
cancelled row counts as a trial with a zero vector. Same (rule_digest, dataset, costs) again is the
same trial. A trial on several markets is one row that counts in the family of each.
Outcomes are appended, never changed, and the latest of a row counts (`supersedes` says which may
be appended): a run that broke off and is run again counts with its real returns.
Rows are self-contained: days, returns, exposures and figures stand in them, and the spec's text is
kept beside them, so that a trial can be counted, compared and run again without its dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Protocol

from pydantic import AwareDatetime, Field

from engine.errors import InputError
from engine.market import Name, Symbol, Timeframe
from engine.quantities import Ratio
from engine.records import Digest, Record, digest, digest_bytes

TrialSource = Literal["draft", "sweep", "sensitivity", "walk_forward", "manual", "imported", "gate"]
TrialStatus = Literal["open", "ok", "no_trades", "error", "cancelled"]
Family = Annotated[str, Field(min_length=1, max_length=80)]

Packed = Annotated[str, Field(max_length=600_000)]
"""A packed column (`engine.packing`)."""

FIGURES: Final = (
    "total_return", "cagr", "volatility", "sharpe", "max_drawdown", "turnover", "trades",
    "win_rate", "profit_factor", "exposure_time",
)  # fmt: skip
"""Key figures of `engine.backtest.metrics.Metrics` that a finished trial keeps."""

SPEC_TAG: Final = "peak/spec/v1"
"""Domain tag of a spec's digest: a kept text is named by the digest of its canonical bytes."""


class Lineage(Record):
    """Where an idea came from: everything that links one trial to the ones before it.

    `parents` are digests of specs. `models` are (name, knowledge cutoff or "unknown") of every
    model that touched it. `origin_known` is False when a declared parent could not be found.
    """

    lineage_id: Annotated[str, Field(min_length=1, max_length=80)]
    parents: tuple[Digest, ...] = ()
    chat: Name | None = None
    person: Name | None = None
    models: tuple[tuple[str, str], ...] = ()
    source: TrialSource = "manual"
    origin_known: bool = True


class TrialKey(Record):
    """What makes two runs the same trial.

    `dataset_digest` is the dataset's id; for several of them the digest of their sorted ids
    (`joint_dataset`). The engine's code is not part of it: the same rule under new code is a
    recomputation of the same trial, not a new one. Its outcome names its code, is appended to the
    row and counts from then on; the older one is kept.
    """

    rule_digest: Digest
    dataset_digest: Digest
    cost_digest: Digest

    @property
    def digest(self) -> Digest:
        """Digest of the key."""
        return digest("peak/trial/v1", self)


class TrialStart(Record):
    """A trial before it runs.

    Attributes:
        key: what makes it the same trial.
        families: every market that it ran on; it counts in each.
        datasets: ids of the datasets it ran on, the candidate's own first.
        timeframe: of its bars.
        shape_digest: the idea with its numbers masked.
        tree_digest: the same without markets, bar length and sizing, so that it is found again
            under another symbol of its family; None: not known, only the shape is compared.
        spec_digest: the spec whose text is kept; a sweep keeps its base spec once.
        params: values that stood for that spec's defaults, in the order of the spec.
        members: specs that an ensemble names, by digest.
        code_digest: the engine's code.
        lineage: where the idea came from.
    """

    key: TrialKey
    families: Annotated[tuple[Family, ...], Field(min_length=1, max_length=100)]
    datasets: Annotated[tuple[Digest, ...], Field(max_length=100)] = ()
    timeframe: Timeframe | None = None
    shape_digest: Digest
    tree_digest: Digest | None = None
    spec_digest: Digest
    params: Annotated[tuple[tuple[str, Ratio], ...], Field(max_length=100)] = ()
    members: Annotated[tuple[Digest, ...], Field(max_length=100)] = ()
    code_digest: Digest
    lineage: Lineage


class TrialOutcome(Record):
    """A trial after it ran; columns are packed (`engine.packing`), one value per train day.

    Attributes:
        status: how it ended.
        code_digest: the code of this run; None is the code that the row was opened with.
        trades: closed trades.
        days: UTC days of the run; empty for a run that did not end.
        daily_returns: net returns.
        excess_returns: the same minus exposure-matched buy and hold.
        exposure: mean signed exposure by symbol.
        figures: key figures by name (`FIGURES`), None where undefined.
        message: what went wrong.
    """

    status: TrialStatus
    code_digest: Digest | None = None
    trades: Annotated[int, Field(ge=0)] = 0
    days: Packed = ""
    daily_returns: Packed = ""
    excess_returns: Packed = ""
    exposure: Annotated[tuple[tuple[Symbol, Ratio], ...], Field(max_length=100)] = ()
    figures: Annotated[tuple[tuple[str, Ratio | None], ...], Field(max_length=40)] = ()
    message: Annotated[str, Field(max_length=300)] = ""


class TrialRow(Record):
    """One row of the ledger: number, start, the outcome that counts (the latest), time.

    `also` are further lineages under which the same trial was asked for again, in order.
    """

    n: Annotated[int, Field(ge=1)]
    start: TrialStart
    outcome: TrialOutcome
    opened_at: AwareDatetime
    also: tuple[Lineage, ...] = ()


class TrialOrigin(Record):
    """Where one trial came from, without what came out: all that lineages are made of."""

    n: Annotated[int, Field(ge=1)]
    start: TrialStart
    also: tuple[Lineage, ...] = ()


OPEN: Final = TrialOutcome(status="open")
"""What a row says before it has ended."""


def joint_dataset(datasets: Sequence[Digest]) -> Digest:
    """Identity of the data of one trial: the dataset itself, or all of them in any order."""
    each = sorted(set(datasets))
    return each[0] if len(each) == 1 else digest("peak/panel/v2", each)


def spec_digest_of(text: str) -> Digest:
    """The digest by which a spec's canonical text is kept."""
    return digest_bytes(SPEC_TAG, text.encode())


def supersedes(new: TrialOutcome, latest: TrialOutcome, opened_with: Digest) -> bool:
    """Whether an outcome may be appended to a row and counts instead of the latest one.

    An open row takes any outcome. An error or a cancelled run gives way to a run that came to its
    end. A run that came to its end is final under its code and its days; under other code (None:
    `opened_with`, the row's), or on a train zone that has grown, its rerun is appended and counts
    too. An error never stands in for real returns.

    Raises:
        InputError: TRIAL_NOT_FINISHED for a new outcome that says "open".
    """
    if new.status == "open":
        raise InputError(
            "TRIAL_NOT_FINISHED",
            "an outcome is ok, no_trades, error or cancelled",
            value=new.status,
            hint="complete a trial when it has ended",
        )
    if latest.status == "open":
        return True
    if new.status in _BROKEN_OFF:
        return False
    other_code = (new.code_digest or opened_with) != (latest.code_digest or opened_with)
    return latest.status in _BROKEN_OFF or other_code or _has_grown(new.days, latest.days)


_BROKEN_OFF: Final = ("error", "cancelled")


def _has_grown(new: str, old: str) -> bool:
    """Whether a run covers all days of another and more."""
    if new == old:
        return False
    import numpy as np  # noqa: PLC0415 - records of trials are read where nothing computes

    from engine.packing import unpack_days  # noqa: PLC0415 - as above

    more, fewer = unpack_days(new), unpack_days(old)
    return len(more) > len(fewer) and bool(np.isin(fewer, more, assume_unique=True).all())


class Ledger(Protocol):
    """Append-only list of trials. Rows are numbered 1, 2, ... over all families."""

    def open_trial(self, start: TrialStart, specs: Sequence[str] = ()) -> int:
        """Commit an open row (or find the same trial's row); return its number.

        `specs` are canonical texts of the specs that the start names; each is kept once. A known
        trial that is asked for under another lineage keeps that lineage too.
        """
        ...

    def open_trials(self, starts: Sequence[TrialStart], specs: Sequence[str] = ()) -> Sequence[int]:
        """As `open_trial` for many, in one commit; numbers in the order of the starts."""
        ...

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Commit an outcome if it `supersedes` the row's latest; else the row is left as it is."""
        ...

    def complete_trials(self, outcomes: Sequence[tuple[int, TrialOutcome]]) -> None:
        """As `complete_trial` for many rows, in one commit: all of them or none."""
        ...

    def count(self, *families: Family) -> int:
        """Trials ever made on any of these families, each once; without a family: of all."""
        ...

    def rows(self, *families: Family) -> Sequence[TrialRow]:
        """All rows of any of these families in order, each once; without a family: all rows."""
        ...

    def origins(self) -> Sequence[TrialOrigin]:
        """Where every trial of every family came from, in order; cheaper than all rows."""
        ...

    def find(self, key: TrialKey) -> TrialRow | None:
        """The row of a trial: its result need not be made again."""
        ...

    def spec(self, spec_digest: Digest) -> str | None:
        """The canonical text of a kept spec."""
        ...

    def head(self) -> Digest:
        """Digest that names everything the ledger holds now and in which order it came."""
        ...

    def check(self) -> None:
        """Compare all rows with the chain that anchors them; IntegrityError LEDGER_BROKEN."""
        ...

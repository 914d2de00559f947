"""The registry of experiments: a view on ledger, verdicts, signals, fills and journal.

It shows train figures, verdicts and tiers and never a figure of a holdout, so there is nothing in
it that a sealed window keeps back. It is for people; the copilot has no door to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.language.wording import in_words
from engine.ledger import TrialKey, TrialRow, joint_dataset
from engine.records import Digest
from engine.text import did_you_mean
from guardrails.desk.experiment_rows import (
    RUN_TYPES,
    STUDY_KINDS,
    TRIAL_TYPES,
    Experiment,
    Json,
    Judged,
    trial_type,
)
from guardrails.desk.experiment_views import differences, outcome_json, spec_in, study
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database
from guardrails.store.journal import of_kind
from guardrails.store.ledger import SqlLedger
from guardrails.store.signals import SignalStore
from guardrails.tickets import Fill

LIMIT: Final = 50
MOST: Final = 20_000
_MANY: Final = 1_000_000
_SHORT: Final = 12
_FEWEST: Final = 2
MAX_COMPARED: Final = 8

Fills = Callable[[], Sequence[Fill]]
"""The paper account's fills; none where there is no gateway."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None takes everything."""

    market: str | None = None
    strategy: str | None = None
    type: str | None = None
    since: datetime | None = None
    limit: int = LIMIT

    def take(self, one: Experiment) -> bool:
        """Whether a row fits."""
        return (
            (self.market is None or one.matches(self.market))
            and (self.strategy is None or one.strategy.lower() == self.strategy.lower())
            and (self.type is None or one.type == self.type)
            and (self.since is None or one.at >= self.since)
        )


def _near(word: str, known: Sequence[str], otherwise: str) -> str:
    near = did_you_mean(word, list(known))
    return f"did you mean {near[0]}?" if near else otherwise


def checked(filters: Filters) -> Filters:
    """The filters.

    Raises:
        InputError: RUN_TYPE_UNKNOWN, LIMIT_OUT_OF_RANGE.
    """
    if filters.type is not None and filters.type not in RUN_TYPES:
        raise InputError(
            "RUN_TYPE_UNKNOWN", "this is not a type of run", value=filters.type,
            hint=_near(filters.type, RUN_TYPES, f"take one of {', '.join(RUN_TYPES)}"),
        )  # fmt: skip
    if not 1 <= filters.limit <= MOST:
        raise InputError(
            "LIMIT_OUT_OF_RANGE", f"a list has 1 to {MOST} rows", value=filters.limit,
            hint="narrow it by --market, --strategy, --type or --since",
        )  # fmt: skip
    return filters


class Experiments:
    """One reading of everything that was run; make a new one for a new reading."""

    def __init__(self, database: Database, fills: Fills = tuple) -> None:
        """Read the desk's store, and the fills of its gateway."""
        self._database = database
        self._fills = fills
        self.ledger = SqlLedger(database, "registry")
        self._specs: dict[Digest, StrategySpec | None] = {}

    def list(self, filters: Filters) -> tuple[Experiment, ...]:
        """The newest first.

        Raises:
            InputError: RUN_TYPE_UNKNOWN, LIMIT_OUT_OF_RANGE.
        """
        wanted = checked(filters)
        found = [one for one in self._all(wanted.type) if wanted.take(one)]
        found.sort(key=lambda one: (one.at, one.row.n if one.row else 0), reverse=True)
        return tuple(found[: wanted.limit])

    def count(self) -> int:
        """Trials ever made on this installation."""
        return self.ledger.count()

    def markets(self) -> tuple[str, ...]:
        """Every symbol and family that something ran on."""
        return tuple(sorted({m for one in self.trials() for m in (*one.markets, *one.families)}))

    def find(self, name: str) -> Experiment:
        """One experiment by its id or the id's only start.

        Raises:
            InputError: EXPERIMENT_UNKNOWN.
        """
        every = list(self._all(None))
        exact = [one for one in every if one.id == name]
        found = exact or [one for one in every if len(name) > _FEWEST and one.id.startswith(name)]
        if len(found) != 1:
            known = [one.id for one in every]
            raise InputError(
                "EXPERIMENT_UNKNOWN", "there is no such experiment", value=name,
                hint=_near(name, known, "see `peak experiments list`"),
            )  # fmt: skip
        return found[0]

    def show(self, name: str) -> Json:
        """Everything that is known of one experiment: words, params, figures, lineage, history.

        Raises:
            InputError: EXPERIMENT_UNKNOWN.
        """
        one = self.find(name)
        shown = one.as_dict() | {"facts": dict(one.facts)}
        return shown if one.row is None else shown | self._trial_detail(one.row)

    def compare(self, names: Sequence[str]) -> Json:
        """Experiments side by side, and first what makes them hard to compare.

        Raises:
            InputError: COMPARE_COUNT for fewer than two or more than eight, EXPERIMENT_UNKNOWN.
        """
        wanted = list(dict.fromkeys(names))
        if not _FEWEST <= len(wanted) <= MAX_COMPARED:
            raise InputError(
                "COMPARE_COUNT", f"a comparison has {_FEWEST} to {MAX_COMPARED} experiments",
                value=len(wanted), hint="name each once; see `peak experiments list`",
            )  # fmt: skip
        found = [self.find(name) for name in wanted]
        names_of = dict.fromkeys(name for one in found for name in one.figures)
        return {
            "experiments": [one.as_dict() for one in found],
            "differs": differences(found),
            "figures": {name: [one.figures.get(name) for one in found] for name in names_of},
        }

    def trials(self) -> tuple[Experiment, ...]:
        """Every row of the ledger, oldest first."""
        return self._trials

    @cached_property
    def _trials(self) -> tuple[Experiment, ...]:
        return tuple(self._trial(row) for row in self.ledger.rows())

    @cached_property
    def _judged(self) -> dict[Digest, Judged]:
        """The newest verdict by what makes a trial the same trial."""
        found: dict[Digest, Judged] = {}
        for stored in reversed(CandidateStore(self._database).list(_MANY)):
            report = stored.report
            if report is not None:
                key = TrialKey(
                    rule_digest=report.rule_digest,
                    dataset_digest=joint_dataset(stored.candidate.datasets),
                    cost_digest=report.cost_digest,
                )
                found[key.digest] = Judged(stored.candidate_id, report.verdict, report.tier)
        return found

    def _trial(self, row: TrialRow) -> Experiment:
        start, outcome = row.start, row.outcome
        spec = self._spec(start.spec_digest)
        symbols = tuple(symbol for symbol, _ in outcome.exposure)
        named = () if spec is None else spec.universe.symbols
        return Experiment(
            id=str(row.n),
            type=trial_type(row),
            at=row.opened_at,
            markets=symbols or named or start.families,
            strategy="" if spec is None else spec.name,
            params=start.params,
            status=outcome.status,
            source=start.lineage.source,
            figures=dict(outcome.figures),
            judged=self._judged.get(start.key.digest),
            families=start.families,
            row=row,
        )

    def _spec(self, digest: Digest) -> StrategySpec | None:
        """A kept spec; None when its text was not kept or is of another version."""
        if digest not in self._specs:
            text = self.ledger.spec(digest)
            self._specs[digest] = None if text is None else spec_in(text)
        return self._specs[digest]

    def _name(self, spec_digest: Digest) -> str:
        spec = self._spec(spec_digest)
        return "" if spec is None else spec.name

    def _all(self, wanted: str | None) -> Iterator[Experiment]:
        """Every experiment of a type, or of all types."""
        if wanted is None or wanted in TRIAL_TYPES:
            yield from self.trials()
        if wanted in {None, "forward_signal"}:
            yield from self._signals()
        if wanted in {None, "paper_trade"}:
            yield from self._paper()
        for kind, run in STUDY_KINDS.items():
            if wanted in {None, run}:
                with self._database.read() as connection:
                    entries = of_kind(connection, kind)
                yield from (study(run, entry) for entry in entries)

    def _signals(self) -> Iterator[Experiment]:
        for at, signal in SignalStore(self._database).list():
            yield Experiment(
                id=f"signal-{signal.digest[:_SHORT]}",
                type="forward_signal",
                at=at,
                markets=(signal.symbol,),
                strategy=self._name(signal.spec_digest),
                facts={
                    "action": signal.action,
                    "bar_close": signal.bar_close,
                    "certificate": signal.certificate_digest,
                },
            )

    def _paper(self) -> Iterator[Experiment]:
        for fill in self._fills():
            yield Experiment(
                id=f"fill-{fill.venue_trade_id}",
                type="paper_trade",
                at=fill.venue_time,
                markets=(fill.symbol,),
                facts={
                    "side": fill.side.value,
                    "quantity": fill.quantity,
                    "price": fill.price,
                    "fee": fill.fee,
                    "ticket": fill.ticket_digest,
                },
            )

    def _trial_detail(self, row: TrialRow) -> Json:
        start = row.start
        spec = self._spec(start.spec_digest)
        ran = self.ledger.outcomes(row.n)
        words = ((), ()) if spec is None else (in_words(spec, "en"), in_words(spec, "de"))
        return {
            "number": row.n,
            "words": {"en": list(words[0]), "de": list(words[1])},
            "spec_digest": start.spec_digest,
            "rule_digest": start.key.rule_digest,
            "shape_digest": start.shape_digest,
            "cost_digest": start.key.cost_digest,
            "datasets": list(start.datasets),
            "timeframe": start.timeframe,
            "members": list(start.members),
            "exposure": dict(row.outcome.exposure),
            "lineage": start.lineage,
            "code": start.code_digest,
            "outcomes": [outcome_json(one, start.code_digest) for one in ran],
        }

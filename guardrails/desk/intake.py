"""Intake: anybody may submit a candidate; the desk resolves data and costs and queues it.

What a submission cannot say: costs below the desk's model, data that is not registered, a tier
beyond paper for the copilot. The lineage is the desk's own: a chat thread is one idea, and so is
a shape that came back under another name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from engine.backtest.costs import CostModel
from engine.clock import Clock
from engine.data.store import Dataset, DatasetStore
from engine.errors import InputError
from engine.gate.candidate import Candidate, Searched, Tier
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.ledger import Lineage, TrialSource
from engine.market import Name
from engine.records import Digest, Record
from guardrails.desk.panels import dataset_of, how_to_get
from guardrails.desk.specs import member_specs
from guardrails.store.candidates import CandidateStore

IdempotencyKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,100}$")]


class Submission(Record):
    """What comes in; `dataset_id` null takes the newest dataset of the spec's first symbol.

    `others` name datasets of further symbols, in any order; what is not named is the newest.
    `models` are (name, knowledge cutoff) of the models that touched the idea.
    `searched_elsewhere` is a statement of the person who submits.
    """

    spec: StrategySpec
    dataset_id: Annotated[str, Field(max_length=80)] | None = None
    others: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=99)] = ()
    tier: Tier = "paper"
    searched_elsewhere: Searched = "no"
    rationale: Annotated[str, Field(max_length=2000)] = ""
    thread_id: Name | None = None
    models: Annotated[tuple[tuple[str, str], ...], Field(max_length=10)] = ()
    parent: Digest | None = None


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who submits: a person's id, or the copilot service."""

    actor: str
    source: TrialSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """A queued candidate; `new` is False when the same one was already there."""

    candidate_id: Digest
    new: bool


def first_symbol(spec: StrategySpec) -> str:
    """The symbol whose data a spec is run on.

    Raises:
        InputError: FIELD_MISSING when the spec names none (a watch list is not data yet).
    """
    if not spec.universe.symbols:
        raise InputError(
            "FIELD_MISSING", "the strategy names no symbol to run on", value="/universe/symbols",
            hint='write "universe": {"symbols": ["BTC/USDT"]}',
        )  # fmt: skip
    return spec.universe.symbols[0]


def dataset_for(datasets: DatasetStore, spec: StrategySpec, wanted: str | None) -> Dataset:
    """The dataset a spec is judged on: the one that is named, or the newest that fits.

    Raises:
        InputError: DATASET_UNKNOWN, or DATASET_SYMBOL or DATASET_TIMEFRAME when the named one is
            not what the spec trades; the hint names what fits.
    """
    if wanted is not None:
        return _fitting(datasets.find(wanted), spec, datasets.datasets())
    symbol = first_symbol(spec)
    fitting = [one for one in datasets.datasets() if _fits(one, spec, (symbol,))]
    if not fitting:
        known = ", ".join(f"{d.instrument.symbol} {d.timeframe}" for d in datasets.datasets())
        way = how_to_get(datasets, symbol, spec.timeframe)
        raise InputError(
            "DATASET_UNKNOWN", f"there is no data for {symbol} in bars of {spec.timeframe}",
            value=f"{symbol} {spec.timeframe}",
            hint=f"{way}; there is: {known or 'none yet'}",
        )  # fmt: skip
    return max(fitting, key=lambda one: one.last)


def _fits(dataset: Dataset, spec: StrategySpec, symbols: tuple[str, ...]) -> bool:
    return dataset.instrument.symbol in symbols and dataset.timeframe is spec.timeframe


def _fitting(named: Dataset, spec: StrategySpec, known: tuple[Dataset, ...]) -> Dataset:
    """The named dataset when it is one of the spec's symbols in the spec's bars.

    A spec that names no symbol (a watch list) takes any symbol.
    """
    symbols = spec.universe.symbols or (named.instrument.symbol,)
    if _fits(named, spec, symbols):
        return named
    fitting = [f"{one.ref} {one.id[:12]}" for one in known if _fits(one, spec, symbols)]
    if fitting:
        hint = f"take {', '.join(fitting[:5])}"
    else:
        hint = f"import {symbols[0]} in bars of {spec.timeframe} with `peak data import`"
    if named.instrument.symbol not in symbols:
        raise InputError(
            "DATASET_SYMBOL",
            f"the strategy trades {', '.join(symbols[:5])}, the dataset holds "
            f"{named.instrument.symbol}",
            value=named.ref,
            hint=hint,
        )
    raise InputError(
        "DATASET_TIMEFRAME",
        f"the strategy needs bars of {spec.timeframe}, the dataset holds {named.timeframe}",
        value=named.ref,
        hint=hint,
    )


class Intake:
    """Turns submissions into stored candidates."""

    def __init__(
        self,
        store: CandidateStore,
        datasets: DatasetStore,
        costs: CostModel,
        clock: Clock,
        strategies: Path,
    ) -> None:
        """Judge with `costs`, which nobody can lower from outside; `strategies`: people's own."""
        self._store = store
        self._strategies = strategies
        self._datasets = datasets
        self._costs = costs
        self._clock = clock

    def submit(self, submission: Submission, by: Submitter, key: str | None) -> Accepted:
        """Store a candidate; a repeated key or candidate answers the first one.

        Raises:
            InputError: DATASET_UNKNOWN, DATASET_SYMBOL or DATASET_TIMEFRAME.
            SpecError: the first error finding of the spec.
        """
        spec = submission.spec
        members = member_specs(spec, self._strategies)
        subject = Subject.of(spec, self._costs, members)
        chosen = self._chosen(submission, subject.symbols)
        shape = subject.compiled.shape_digest
        candidate = Candidate(
            spec=spec,
            dataset_id=chosen[0].id,
            others=tuple(dataset.id for dataset in chosen[1:]),
            windows=tuple(sorted({str(dataset.window) for dataset in chosen})),
            members=members,
            searched_elsewhere=submission.searched_elsewhere,
            costs=self._costs,
            lineage=self._lineage(submission, by, shape),
            tier=submission.tier,
            rationale=submission.rationale,
            created_at=self._clock.now(),
        )
        candidate_id, new = self._store.add(candidate, key, by.actor)
        return Accepted(candidate_id, new)

    def _chosen(self, submission: Submission, symbols: Sequence[str]) -> tuple[Dataset, ...]:
        """The dataset of each symbol that the spec needs, in its order."""
        spec = submission.spec
        if len(symbols) <= 1:
            return (dataset_for(self._datasets, spec, submission.dataset_id),)
        first = () if submission.dataset_id is None else (submission.dataset_id,)
        named = (*first, *submission.others)
        return tuple(
            dataset_of(self._datasets, symbol, spec.timeframe, named) for symbol in symbols
        )

    def _lineage(self, submission: Submission, by: Submitter, shape: Digest) -> Lineage:
        """Where the idea comes from, as far as the desk can tell; nobody names it from outside.

        A child of a candidate is of its line, and every model that touched the parent has touched
        it. A declared parent that nobody knows leaves the origin unknown.
        """
        thread, parent = submission.thread_id, submission.parent
        origin = None if parent is None else self._store.origin(parent)
        before = None if origin is None else origin.lineage
        own = f"chat-{thread}" if thread else f"shape-{shape[:16]}"
        models = (*(() if before is None else before.models), *submission.models)
        return Lineage(
            lineage_id=own if before is None else before.lineage_id,
            parents=() if parent is None else (parent if origin is None else origin.spec_digest,),
            chat=thread,
            person=None if by.source == "draft" else by.actor,
            models=tuple(dict.fromkeys(models)),
            source=by.source,
            origin_known=parent is None or origin is not None,
        )

"""Research for people: train bars only, every run a counted trial, resumable by asking again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from config.settings import Settings
from engine import fast
from engine.backtest.costs import CostModel
from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.gate.identity import code_digest
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.ledger import Ledger
from engine.quantities import Ratio
from engine.records import Record
from engine.research.lab import Lab, Progress
from engine.research.market import ResearchMarket
from engine.research.scenarios import DEFAULT_SCENARIOS, Scenario
from engine.research.space import Space
from engine.research.study import MOST_POINTS, Method, Study
from engine.research.windows import WalkMode, WalkPlan
from engine.research.workers import Staff, crew_for
from guardrails.desk.backtesting import DatasetRef
from guardrails.desk.folders import Folders
from guardrails.desk.intake import dataset_for
from guardrails.desk.panels import dataset_of
from guardrails.desk.specs import member_specs

Kind = Literal[
    "sweep", "select", "walk_forward", "monte_carlo", "stress", "sensitivity", "pipeline"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

COMPILED_CELLS: Final = 8_000_000
"""Bars times instruments times points from which on workers compile: about 40 s of plain loops."""

TLS_FILES: Final = ("ca.pem", "cert.pem", "key.pem")


class ResearchRequest(Record):
    """What is asked: a step of research, a spec, where it runs, and how far it goes.

    `points`, `method` and `seed` shape the search; `paths` Monte Carlo; `starts` and `scenarios`
    stress; `walk` and `windows` the walk-forward test. Workers 0: as the settings say.
    """

    kind: Kind
    spec: StrategySpec
    dataset_ids: Annotated[tuple[DatasetRef, ...], Field(max_length=100)] = ()
    method: Method = "grid"
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] = 1_000
    seed: Annotated[int, Field(ge=0, le=2**32)] = 0
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    walk: WalkMode = "anchored"
    windows: Annotated[int, Field(ge=2, le=20)] = 4
    paths: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    starts: Annotated[int, Field(ge=2, le=1_000)] = 100
    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=30)] = DEFAULT_SCENARIOS
    taker_fee_bps: Annotated[Ratio, Field(ge=0, le=1000)] | None = None
    slippage_bps: Annotated[Ratio, Field(ge=0, le=1000)] | None = None


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


@dataclass(frozen=True, slots=True)
class ResearchDesk:
    """What research needs of the desk.

    Attributes:
        datasets, ledger, costs, strategies: as for a backtest.
        staff: who works.
        compiled: where compiled loops are kept; None compiles nothing ahead.
        samples: bootstrap draws behind p_IS.
        progress: told the stage, what is done and the total.
        stop: set it to end the job; finished rows are kept.
    """

    datasets: DatasetStore
    ledger: Ledger
    costs: CostModel
    strategies: Path
    staff: Staff = field(default_factory=Staff)
    compiled: Path | None = None
    samples: int = 4_999
    progress: Progress = _quiet
    stop: Event = field(default_factory=Event)


def staff_of(settings: Settings, folders: Folders, workers: int = 0) -> Staff:
    """Who works in this installation; `workers` of a command count more than the settings.

    Raises:
        InputError: TLS_FILE_MISSING for a `tls://` scheduler without its files.
    """
    asked = settings.research
    tls: tuple[str, str, str] | None = None
    if asked.scheduler.startswith("tls://"):
        folder = folders.root / asked.tls_dir.expanduser()
        paths = [folder / name for name in TLS_FILES]
        for path in paths:
            if not path.is_file():
                raise InputError(
                    "TLS_FILE_MISSING", "a tls:// scheduler needs this file", value=path,
                    hint=f"put {', '.join(TLS_FILES)} into research.tls_dir",
                )  # fmt: skip
        tls = (str(paths[0]), str(paths[1]), str(paths[2]))
    return Staff(workers=workers or asked.workers, scheduler=asked.scheduler, tls=tls)


@dataclass(frozen=True, slots=True)
class Question:
    """A request with its data: what the steps of research are asked with."""

    study: Study
    walk: WalkPlan
    market: ResearchMarket


def question_of(request: ResearchRequest, desk: ResearchDesk) -> Question:
    """The study and the market of a request; only train bars are read.

    Raises:
        SpecError: the first error finding. InputError: DATASET_UNKNOWN, DATASET_SYMBOL,
            DATASET_TIMEFRAME, SPEC_UNKNOWN, ENSEMBLE_NESTED.
    """
    members = member_specs(request.spec, desk.strategies)
    costs = _costs(request, desk.costs)
    datasets = _datasets(request, Subject.of(request.spec, costs, members), desk)
    study = Study(
        spec=request.spec,
        members=members,
        datasets=tuple(dataset.id for dataset in datasets),
        costs=costs,
        method=request.method,
        points=request.points,
        seed=request.seed,
    )
    market = ResearchMarket.of(datasets, [desk.datasets.train(one) for one in datasets])
    return Question(study, WalkPlan(mode=request.walk, windows=request.windows), market)


@contextmanager
def lab_of(question: Question, desk: ResearchDesk, actor: str) -> Iterator[Lab]:
    """The lab of a job; its workers end with the block.

    Raises:
        InputError, UnavailableError: what `crew_for` raises.
    """
    with crew_for(_staff(question, desk), question.market) as crew:
        yield Lab(
            market=question.market,
            ledger=desk.ledger,
            crew=crew,
            code=code_digest(),
            person=actor,
            progress=desk.progress,
            stop=desk.stop,
            samples=desk.samples,
        )


def _staff(question: Question, desk: ResearchDesk) -> Staff:
    """The staff, with compiled loops where the search is long enough to pay for loading them."""
    panel, study = question.market.panel, question.study
    points = min(study.points, Space.of(study.spec).size)
    cells = len(panel) * len(panel.each) * points
    worth = fast.worth_compiling(cells) or (cells >= COMPILED_CELLS and fast.can_compile())
    if desk.compiled is None or not worth:
        return desk.staff
    return replace(desk.staff, compiled=str(desk.compiled / code_digest()[:16]))


def _costs(request: ResearchRequest, default: CostModel) -> CostModel:
    said = {"taker_fee_bps": request.taker_fee_bps, "slippage_bps": request.slippage_bps}
    changed = {name: value for name, value in said.items() if value is not None}
    return CostModel(**(default.model_dump() | changed))


def _datasets(
    request: ResearchRequest, subject: Subject, desk: ResearchDesk
) -> tuple[Dataset, ...]:
    """One dataset for each instrument that the spec needs."""
    symbols = subject.symbols
    if len(symbols) <= 1 and not subject.members:
        wanted = request.dataset_ids[0] if request.dataset_ids else None
        return (dataset_for(desk.datasets, request.spec, wanted),)
    return tuple(
        dataset_of(desk.datasets, symbol, request.spec.timeframe, request.dataset_ids)
        for symbol in symbols
    )

"""`peak research`: sweep, select, walk-forward, Monte Carlo, stress, sensitivity, and all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from guardrails.desk.cli.options import DatasetsOption, JsonFlag, SpecArgument
from guardrails.desk.cli.output import EXIT_INTERRUPTED, emit, report_fault, reporting, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.language.spec import StrategySpec
    from engine.research.scenarios import Scenario
    from guardrails.desk.local import Local
    from guardrails.desk.researching import ResearchRequest

app = typer.Typer(
    no_args_is_help=True,
    help="Research on train bars: every run is a counted trial, the same command resumes.",
)

MethodOption = Annotated[str, typer.Option("--method", help="grid, random, tpe or nsga2")]
PointsOption = Annotated[
    int, typer.Option("--points", min=1, max=10_000, help="Most parameter sets.")
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, max=2**32, help="Of random, tpe and nsga2.")
]
WorkersOption = Annotated[
    int, typer.Option("--workers", min=0, max=256, help="Processes; 0: as the settings say.")
]
FeeOption = Annotated[float | None, typer.Option("--fee-bps", help="Taker fee, basis points.")]
SlippageOption = Annotated[
    float | None, typer.Option("--slippage-bps", help="Slippage, basis points.")
]
WalkOption = Annotated[str, typer.Option("--walk", help="anchored or rolling")]
WindowsOption = Annotated[
    int, typer.Option("--windows", min=2, max=20, help="Windows of the walk-forward test.")
]
PathsOption = Annotated[int, typer.Option("--paths", min=100, max=20_000, help="Resampled paths.")]
StartsOption = Annotated[
    int, typer.Option("--starts", min=2, max=1_000, help="Starts of each scenario.")
]
ScenariosOption = Annotated[
    Path | None, typer.Option("--scenarios", help="A JSON list of scenarios.")
]


@app.command("sweep")
def sweep(
    spec: SpecArgument,
    data: DatasetsOption = None,
    method: MethodOption = "grid",
    points: PointsOption = 1_000,
    seed: SeedOption = 0,
    workers: WorkersOption = 0,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Try the parameters of a spec; every set is a trial."""
    _research(
        "sweep", spec, data, as_json=as_json, method=method, points=points, seed=seed,
        workers=workers, fee_bps=fee_bps, slippage_bps=slippage_bps,
    )  # fmt: skip


@app.command("select")
def select(
    spec: SpecArgument,
    data: DatasetsOption = None,
    method: MethodOption = "grid",
    points: PointsOption = 1_000,
    seed: SeedOption = 0,
    workers: WorkersOption = 0,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the winner as a spec to this .json file.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Pick a sweep's winner; what the sweep has run already is not run again."""
    _research(
        "select", spec, data, as_json=as_json, out=out, method=method, points=points, seed=seed,
        workers=workers, fee_bps=fee_bps, slippage_bps=slippage_bps,
    )  # fmt: skip


@app.command("walk-forward")
def walk_forward(
    spec: SpecArgument,
    data: DatasetsOption = None,
    method: MethodOption = "grid",
    points: PointsOption = 1_000,
    seed: SeedOption = 0,
    workers: WorkersOption = 0,
    walk: WalkOption = "anchored",
    windows: WindowsOption = 4,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Choose in each window, measure after it; inner runs are trials too."""
    _research(
        "walk_forward", spec, data, as_json=as_json, method=method, points=points, seed=seed,
        workers=workers, walk=walk, windows=windows, fee_bps=fee_bps, slippage_bps=slippage_bps,
    )  # fmt: skip


@app.command("monte-carlo")
def monte_carlo(
    spec: SpecArgument,
    data: DatasetsOption = None,
    paths: PathsOption = 2_000,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Resample the run of a spec: fan, drawdowns, chance of ruin."""
    _research(
        "monte_carlo", spec, data, as_json=as_json, paths=paths, fee_bps=fee_bps,
        slippage_bps=slippage_bps,
    )  # fmt: skip


@app.command("stress")
def stress(
    spec: SpecArgument,
    data: DatasetsOption = None,
    starts: StartsOption = 100,
    scenarios: ScenariosOption = None,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a spec through crashes, gaps, halts and holes from many starts."""
    _research(
        "stress", spec, data, as_json=as_json, starts=starts, scenarios=scenarios,
        fee_bps=fee_bps, slippage_bps=slippage_bps,
    )  # fmt: skip


@app.command("sensitivity")
def sensitivity(
    spec: SpecArgument,
    data: DatasetsOption = None,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Neighbouring parameters, other costs, late and missed fills; neighbours are trials."""
    _research(
        "sensitivity", spec, data, as_json=as_json, fee_bps=fee_bps, slippage_bps=slippage_bps
    )


@app.command("pipeline")
def pipeline(
    spec: SpecArgument,
    data: DatasetsOption = None,
    method: MethodOption = "grid",
    points: PointsOption = 1_000,
    seed: SeedOption = 0,
    workers: WorkersOption = 0,
    walk: WalkOption = "anchored",
    windows: WindowsOption = 4,
    paths: PathsOption = 2_000,
    starts: StartsOption = 100,
    scenarios: ScenariosOption = None,
    fee_bps: FeeOption = None,
    slippage_bps: SlippageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Sweep, report, select, walk-forward, Monte Carlo and stress in one go, with a report."""
    _research(
        "pipeline", spec, data, as_json=as_json, method=method, points=points, seed=seed,
        workers=workers, walk=walk, windows=windows, paths=paths, starts=starts,
        scenarios=scenarios, fee_bps=fee_bps, slippage_bps=slippage_bps,
    )  # fmt: skip


def _research(
    kind: str,
    spec: str,
    data: Sequence[str] | None,
    *,
    as_json: bool,
    out: Path | None = None,
    **asked: Any,  # noqa: ANN401 - options of the commands, each checked by `_request`
) -> None:
    """Run a step, with a bar; Ctrl-C keeps what is finished and says how to go on."""
    with reporting(as_json=as_json):
        from threading import Event

        from guardrails.desk.cli.progress import studying
        from guardrails.desk.cli.research_text import lines_of
        from guardrails.desk.local import local
        from guardrails.desk.researching_here import research_here
        from guardrails.desk.specs import find_spec

        here = local()
        found = find_spec(spec, here.folders.strategies)
        request = _request(here, kind, found, data or (), **asked)
        try:
            with studying() as progress:
                answer = research_here(here, request, progress, Event())
        except KeyboardInterrupt:
            report_fault(_interrupted(), as_json=as_json)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        if out is not None:
            answer["spec_file"] = _write_spec(out, answer["result"]["spec"])
        if kind in {"sweep", "pipeline"} and not as_json:
            _best_points(answer)
        emit(answer, as_json=as_json, text=lines_of(answer))


def _interrupted() -> Any:  # noqa: ANN401 - imported inside
    from engine.errors import UnavailableError

    return UnavailableError(
        "INTERRUPTED", "stopped; every finished run is kept in the ledger",
        hint="run the same command again: it goes on where it was, and counts nothing twice",
    )  # fmt: skip


def _request(
    here: Local,
    kind: str,
    spec: StrategySpec,
    data: Sequence[str],
    **asked: Any,  # noqa: ANN401
) -> ResearchRequest:
    """The request of a command; words from closed lists are refused with the nearest one."""
    from typing import get_args

    from engine.research.study import METHODS
    from engine.research.windows import WalkMode
    from guardrails.desk.cli.choices import cost_bps, unknown
    from guardrails.desk.researching import ResearchRequest

    if asked.get("method", "grid") not in METHODS:
        raise unknown("METHOD_UNKNOWN", "a method of search", asked["method"], METHODS)
    if asked.get("walk", "anchored") not in get_args(WalkMode):
        raise unknown("WALK_UNKNOWN", "a walk-forward test", asked["walk"], get_args(WalkMode))
    fee, slippage = asked.pop("fee_bps"), asked.pop("slippage_bps")
    listed = asked.pop("scenarios", None)
    if listed is not None:
        asked["scenarios"] = _scenarios(listed)
    return ResearchRequest.model_validate(
        {
            "kind": kind,
            "spec": spec,
            "dataset_ids": tuple(_dataset(here, spec, one) for one in data),
            "taker_fee_bps": cost_bps("--fee-bps", fee),
            "slippage_bps": cost_bps("--slippage-bps", slippage),
            **asked,
        }
    )


def _dataset(here: Local, spec: StrategySpec, data: str) -> str:
    """The dataset's id; a file is registered first, under the spec's symbol and timeframe."""
    if not Path(data).is_file():
        return here.datasets().find(data).id
    from guardrails.desk.cli.importing import registered_file

    return registered_file(here.datasets(), Path(data), spec).id


def _scenarios(path: Path) -> tuple[Scenario, ...]:
    from engine.errors import InputError
    from engine.research.scenarios import MAX_BYTES, read_scenarios

    if not path.is_file():
        raise InputError(
            "FILE_MISSING", "there is no such file", value=path, hint="name a JSON list"
        )
    return read_scenarios(path.read_bytes()[: MAX_BYTES + 1])


def _write_spec(path: Path, spec: object) -> str:
    import json

    from guardrails.desk.report_files import put_file

    text = json.dumps(spec, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return str(put_file(path, text.encode()))


def _best_points(answer: dict[str, Any]) -> None:
    from guardrails.desk.cli.research_text import top_rows

    found = answer["result"]
    rows = top_rows(found["points"] if "points" in found else found["sweep"])
    columns = ("trial", "parameters", "Sharpe", "return", "drawdown", "turnover", "trades")
    table("Best points on train", columns, rows, right=columns[2:])

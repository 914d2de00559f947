"""`peak backtest`, `peak gate`, `peak report`: measure, judge, read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from guardrails.desk.cli.output import EXIT_NO, console, emit, reporting

if TYPE_CHECKING:
    from engine.language.spec import StrategySpec
    from guardrails.desk.local import Local

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
SpecArgument = Annotated[str, typer.Argument(help="A file, or the name of a strategy.")]
DataOption = Annotated[
    str | None, typer.Option("--data", help="A dataset (id or SYMBOL:TIMEFRAME), or a CSV file.")
]
POLL_SECONDS = 0.2


def _dataset(here: Local, spec: StrategySpec, data: str | None) -> str | None:
    """The dataset's id; a file is registered first, under the spec's symbol and timeframe."""
    if data is None:
        return None
    path = Path(data)
    if not path.is_file():
        return here.datasets().find(data).id
    from engine.data.files import read_csv
    from engine.data.instruments import instrument_for

    symbol = spec.universe.symbols[0]
    bars = read_csv(path, instrument_for(symbol), spec.timeframe, symbol=symbol)
    return here.datasets().register(bars).id


def backtest(
    spec: SpecArgument,
    data: DataOption = None,
    fee_bps: Annotated[float | None, typer.Option(help="Taker fee, basis points.")] = None,
    slippage_bps: Annotated[float | None, typer.Option(help="Slippage, basis points.")] = None,
    cross_check: Annotated[bool, typer.Option(help="Ask the second engine too.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Backtest a spec on the train bars of a dataset; it is written down as a trial."""
    with reporting(as_json=as_json):
        from engine.records import canonical, read_json
        from guardrails.desk.backtesting import BacktestRequest
        from guardrails.desk.backtesting import backtest as run
        from guardrails.desk.desk_client import DeskClient
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec
        from guardrails.store.ledger import SqlLedger

        here = local()
        found = find_spec(spec, here.folders.strategies)
        request = BacktestRequest(
            spec=found,
            dataset_id=_dataset(here, found, data),
            cross_check=cross_check,
            taker_fee_bps=fee_bps,
            slippage_bps=slippage_bps,
        )
        if here.running():
            client = DeskClient.of(here.folders.run, timeout_s=120.0)
            answer = client.post("/api/backtests", read_json(canonical(request)))
        else:
            with here.store() as database:
                ledger = SqlLedger(database, here.user)
                done = run(request, here.datasets(), ledger, here.costs(), here.user)
            answer = read_json(canonical(done.as_dict()))
        emit(answer, as_json=as_json, text=_backtest_lines(found.name, answer))


def _backtest_lines(name: str, answer: Any) -> list[str]:  # noqa: ANN401 - JSON of our own
    metrics = answer["metrics"]

    def shown(key: str, *, percent: bool = False) -> str:
        """One figure as text."""
        value = metrics[key]
        if value is None:
            return "none"
        return f"{value:.2%}" if percent else f"{value:.2f}"

    referee = answer["referee"]
    return [
        f"{name} on train bars (no figure here has been confirmed on the holdout)",
        (
            f"return {shown('total_return', percent=True)}, CAGR {shown('cagr', percent=True)}, "
            f"volatility {shown('volatility', percent=True)}"
        ),
        (
            f"Sharpe {shown('sharpe')}, worst drawdown {shown('max_drawdown', percent=True)}, "
            f"trades {metrics['trades']}"
        ),
        *([] if referee is None else [f"second engine agrees: {referee['agrees']}"]),
        f"trials on this market: {answer['trials']}",
    ]


def gate(
    spec: SpecArgument,
    data: DataOption = None,
    tier: Annotated[str, typer.Option(help="paper (testnet and live come later)")] = "paper",
    as_json: JsonFlag = False,
) -> None:
    """Submit a spec to the gate and wait for the verdict; exit 1 unless it passes."""
    with reporting(as_json=as_json):
        from engine.errors import InputError
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec

        if tier != "paper":
            raise InputError(
                "TIER_NOT_AVAILABLE", "only the paper tier can be judged in this version",
                value=tier, hint="take --tier paper",
            )  # fmt: skip
        here = local()
        found = find_spec(spec, here.folders.strategies)
        dataset = _dataset(here, found, data)
        answer = (_gate_remote if here.running() else _gate_local)(here, found, dataset)
        failed = [one for one in answer["findings"] if not one["passed"]]
        lines = [
            f"{answer['verdict']} {answer['tier'] or ''}  {found.name}",
            f"trials on this market: {answer['trials']}, looks left: {answer['looks_left']}",
            *[f"{one['code']}: {one['message']}" for one in failed],
            f"report: {answer['report']}",
        ]
        emit(answer, as_json=as_json, text=lines)
        if answer["verdict"] != "PASS":
            raise typer.Exit(EXIT_NO)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("candidate_id", "verdict", "tier", "findings", "trials", "looks_left", "certificate")
    return {key: row[key] for key in keys}


def _gate_remote(here: Local, spec: StrategySpec, dataset: str | None) -> dict[str, Any]:
    from engine.errors import UnavailableError
    from engine.records import canonical, read_json
    from guardrails.desk.desk_client import DeskClient
    from guardrails.desk.intake import Submission

    client = DeskClient.of(here.folders.run)
    body = read_json(canonical(Submission(spec=spec, dataset_id=dataset)))
    key = {"idempotency-key": uuid4().hex}
    accepted = client.post("/api/candidates", body, key)["candidate_id"]
    with console(error=True).status("judging ..."):
        while True:
            row = client.get(f"/api/candidates/{accepted}")
            if row["status"] == "judged":
                return _shown(row) | {"report": f"{client.url}{row['report']}"}
            if row["status"] == "failed":
                raise UnavailableError("GATE_FAILED", "it could not be judged", value=row["error"])
            time.sleep(POLL_SECONDS)


def _gate_local(here: Local, spec: StrategySpec, dataset: str | None) -> dict[str, Any]:
    from engine.records import canonical, read_json
    from guardrails.desk.api.views import candidate_view
    from guardrails.desk.intake import Submission, Submitter
    from guardrails.desk.local_gate import local_gate

    with here.store() as database, console(error=True).status("judging ...") as status:
        rooms = local_gate(here, database, lambda stage, _: status.update(f"judging: {stage}"))
        submission = Submission(spec=spec, dataset_id=dataset)
        accepted = rooms.intake.submit(submission, Submitter(here.user, "manual"), None)
        rooms.judge.judge(accepted.candidate_id)
        row = candidate_view(rooms.candidates.get(accepted.candidate_id))
    data: Any = read_json(canonical(row))
    path = here.folders.reports / f"{accepted.candidate_id}.html"
    return _shown(data) | {"report": str(path)}


def report(
    candidate: Annotated[str, typer.Argument(help="A candidate's id or its first characters.")],
    form: Annotated[str, typer.Option("--format", help="html, md or json")] = "md",
) -> None:
    """Print a candidate's report, or where the HTML file lies."""
    with reporting(as_json=False):
        from engine.errors import InputError
        from guardrails.desk.local import local

        folder = local().folders.reports
        found = sorted(folder.glob(f"{candidate}*.{form}")) if candidate.isalnum() else []
        if len(found) != 1:
            known = sorted({path.stem[:12] for path in folder.glob("*.md")})
            raise InputError(
                "REPORT_UNKNOWN", "there is no such report, or more than one", value=candidate,
                hint=f"known: {', '.join(known) or 'none yet, see `peak gate`'}",
            )  # fmt: skip
        if form == "html":
            emit(None, as_json=False, text=[str(found[0])])
        else:
            typer.echo(found[0].read_text(encoding="utf-8"))

"""`peak backtest` and `peak gate`: measure a strategy, have it judged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from guardrails.desk.cli.options import (
    DatasetsOption,
    JsonFlag,
    LanguageOption,
    SpecArgument,
)
from guardrails.desk.cli.output import EXIT_NO, emit, reporting

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.errors import PeakError
    from engine.language.spec import StrategySpec
    from guardrails.desk.intake import Submission
    from guardrails.desk.local import Local

Shown = dict[str, Any]
POLL_SECONDS = 0.2


def _dataset(here: Local, spec: StrategySpec, data: str) -> str:
    """The dataset's id; a file is registered first, under the spec's symbol and timeframe."""
    if not Path(data).is_file():
        return here.datasets().find(data).id
    from guardrails.desk.cli.importing import registered_file

    return registered_file(here.datasets(), Path(data), spec).id


def backtest(
    spec: SpecArgument,
    data: DatasetsOption = None,
    fee_bps: Annotated[float | None, typer.Option(help="Taker fee, basis points.")] = None,
    slippage_bps: Annotated[float | None, typer.Option(help="Slippage, basis points.")] = None,
    seed: Annotated[int | None, typer.Option(help="Draw 90 % intervals with this seed.")] = None,
    cross_check: Annotated[bool, typer.Option(help="Ask the second engine too.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Backtest a spec on the train bars of a dataset; it is written down as a trial."""
    with reporting(as_json=as_json):
        from engine.records import canonical, read_json
        from guardrails.desk.backtesting import BacktestDesk, BacktestRequest
        from guardrails.desk.backtesting import backtest as run
        from guardrails.desk.cli.choices import cost_bps
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.desk_client import DeskClient
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec
        from guardrails.store.ledger import SqlLedger

        here = local()
        found = find_spec(spec, here.folders.strategies)
        request = BacktestRequest(
            spec=found,
            dataset_ids=tuple(_dataset(here, found, one) for one in data or []),
            cross_check=cross_check,
            seed=seed,
            taker_fee_bps=cost_bps("--fee-bps", fee_bps),
            slippage_bps=cost_bps("--slippage-bps", slippage_bps),
        )
        with waiting("backtesting"):
            if here.running():
                client = DeskClient.of(here.folders.run, timeout_s=120.0)
                answer = client.post("/api/backtests", read_json(canonical(request)))
            else:
                with here.store() as database:
                    ledger = SqlLedger(database, here.user)
                    desk = BacktestDesk(
                        here.datasets(), ledger, here.costs(), here.folders.strategies
                    )
                    done = run(request, desk, here.user)
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
        f"{name} on train bars; the holdout has confirmed nothing of this",
        (
            f"return {shown('total_return', percent=True)}, CAGR {shown('cagr', percent=True)}, "
            f"volatility {shown('volatility', percent=True)}"
        ),
        (
            f"Sharpe {shown('sharpe')}, worst drawdown {shown('max_drawdown', percent=True)}, "
            f"trades {metrics['trades']}"
        ),
        *([] if referee is None else [_referee_line(referee)]),
        f"trials on this market: {answer['trials']}",
    ]


def _referee_line(referee: Shown) -> str:
    if referee["agrees"]:
        return "second engine: agrees trade by trade"
    rows = [
        f"trade {row['number']}: ours {row['ours']}, theirs {row['theirs']}"
        for row in referee["differences"][:3]
    ]
    return "; ".join([f"second engine: {referee['code']}", referee["message"], *rows])


def gate(
    spec: SpecArgument,
    data: DatasetsOption = None,
    tier: Annotated[str, typer.Option(help="What to ask for: paper, testnet or live.")] = "paper",
    searched_elsewhere: Annotated[
        str,
        typer.Option(help="Was the idea searched for outside this installation? no, yes, unknown."),
    ] = "no",
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Submit a spec to the gate and wait; exit 1 unless it passes with the tier asked for."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.cli.progress import judging
        from guardrails.desk.cli.verdict import stage_name, verdict_lines
        from guardrails.desk.local import local
        from guardrails.desk.specs import find_spec

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        found = find_spec(spec, here.folders.strategies)
        submission = _submission(here, found, data or [], tier, searched_elsewhere)
        with judging(stage_name(wanted)) as progress:
            judge = _gate_remote if here.running() else _gate_local
            answer = judge(here, submission, progress)
        emit(answer, as_json=as_json, text=verdict_lines(found.name, answer, wanted))
        if answer["verdict"] != "PASS" or answer["tier"] != tier:
            raise typer.Exit(EXIT_NO)


def _submission(
    here: Local, spec: StrategySpec, data: list[str], tier: str, searched: str
) -> Submission:
    """What is submitted; the first dataset named is the first symbol's.

    Raises:
        InputError: TIER_UNKNOWN, ANSWER_UNKNOWN, DATASET_UNKNOWN.
    """
    from typing import cast, get_args

    from engine.gate.candidate import TIERS, Searched
    from guardrails.desk.cli.choices import unknown
    from guardrails.desk.intake import Submission

    if tier not in TIERS:
        raise unknown("TIER_UNKNOWN", "a tier", tier, list(TIERS))
    if searched not in get_args(Searched):
        raise unknown("ANSWER_UNKNOWN", "an answer", searched, list(get_args(Searched)))
    ids = [_dataset(here, spec, one) for one in data]
    return Submission(
        spec=spec,
        dataset_id=ids[0] if ids else None,
        others=tuple(ids[1:]),
        tier=tier,
        searched_elsewhere=cast("Searched", searched),
    )


def _shown(row: Shown) -> Shown:
    """The row's verdict; a candidate that could not be judged is a fault with its own code."""
    if row["status"] == "failed":
        raise _not_judged(str(row["error"]))
    keys = (
        "candidate_id",
        "verdict",
        "asked",
        "tier",
        "grade",
        "keys",
        "findings",
        "trials",
        "looks_left",
        "certificate",
    )
    return {key: row[key] for key in keys}


def _not_judged(error: str) -> PeakError:
    from engine.errors import InputError, UnavailableError

    code, _, message = error.partition(": ")
    kind = UnavailableError if code == "GATE_FAULT" else InputError
    return kind(code, f"it could not be judged: {message}", hint="nothing was certified")


def _gate_remote(
    here: Local, submission: Submission, progress: Callable[[str, float], None]
) -> Shown:
    from engine.records import canonical, read_json
    from guardrails.desk.cli.verdict import calibration_in
    from guardrails.desk.desk_client import DeskClient

    client = DeskClient.of(here.folders.run)
    body = read_json(canonical(submission))
    key = {"idempotency-key": uuid4().hex}
    accepted = client.post("/api/candidates", body, key)["candidate_id"]
    while True:
        row = client.get(f"/api/candidates/{accepted}")
        if row["status"] in {"judged", "failed"}:
            found = calibration_in(client.text(f"/reports/{accepted}.json"))
            return _shown(row) | {
                "report": f"{client.url}{row['report']}", "calibration": found,
            }  # fmt: skip
        progress(str(row["progress"]["stage"] or row["status"]), float(row["progress"]["share"]))
        time.sleep(POLL_SECONDS)


def _gate_local(
    here: Local, submission: Submission, progress: Callable[[str, float], None]
) -> Shown:
    from engine.records import canonical, read_json
    from guardrails.desk.api.views import candidate_view
    from guardrails.desk.cli.verdict import calibration_in
    from guardrails.desk.intake import Submitter
    from guardrails.desk.local_gate import local_gate

    with here.store() as database:
        rooms = local_gate(here, database, progress)
        accepted = rooms.intake.submit(submission, Submitter(here.user, "manual"), None)
        rooms.judge.judge(accepted.candidate_id)
        row = candidate_view(rooms.candidates.get(accepted.candidate_id))
    data: Any = read_json(canonical(row))
    shown = _shown(data)
    path = here.folders.reports / f"{accepted.candidate_id}.html"
    found = calibration_in(path.with_suffix(".json").read_bytes())
    return shown | {"report": str(path), "calibration": found}

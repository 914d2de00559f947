"""`peak data`: bring market data in, list it, judge its quality."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, table

if TYPE_CHECKING:
    from engine.data.dataset import Dataset

ZONE_NOTES: Final = {
    "ZONE_SHORT": "ZONE_SHORT: holdout or train are short; the gate caps what can be certified",
    "DATA_TOO_SHORT": "DATA_TOO_SHORT: backtests only; the gate cannot judge on so little data",
}
app = typer.Typer(no_args_is_help=True, help="Market data: import, list, check.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or CSV.GZ with times and OHLCV.")],
    symbol: Annotated[str, typer.Option(help="E.g. BTC/USDT, EUR/USD or SPY.")],
    timeframe: Annotated[str, typer.Option(help="1m 5m 15m 30m 1h 4h 1d 1w ...")],
    kind: Annotated[
        str | None, typer.Option(help="spot, equity or fx; told from the symbol.")
    ] = None,
    forward_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Days from here on are forward data."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Register a file as a dataset; nothing is written when anything is wrong with it."""
    with reporting(as_json=as_json):
        from datetime import timedelta

        from guardrails.desk.cli.choices import instrument_kind, timeframe_of
        from guardrails.desk.cli.importing import bars_of_file
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local

        step, sort = timeframe_of(timeframe), instrument_kind(kind)
        with waiting("reading"):
            bars = bars_of_file(file, symbol, step, sort)
        end = None
        if forward_from is not None:
            end = forward_from.replace(tzinfo=UTC) - timedelta(days=1)
        dataset = local().datasets().register(bars, window_end=end)
        emit(
            dataset.model_dump(mode="json"),
            as_json=as_json,
            text=_lines(dataset),
        )


def _lines(dataset: Dataset) -> list[str]:
    """What was registered, for people."""

    def span(first: datetime, last: datetime) -> str:
        """Two days as text."""
        return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"

    return [
        f"{dataset.ref}: {dataset.rows} bars, {span(dataset.first, dataset.last)}",
        f"id       {dataset.id}",
        f"train    {span(dataset.train_from, dataset.train_to)}",
        f"holdout  {span(dataset.holdout_from, dataset.holdout_to)} (sealed)",
        *(
            [f"note     {ZONE_NOTES.get(dataset.zone_note, dataset.zone_note)}"]
            if dataset.zone_note
            else []
        ),
    ]


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the registered datasets."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        found = local().datasets().datasets()
        if as_json:
            emit({"datasets": [d.model_dump(mode="json") for d in found]}, as_json=True)
            return
        if not found:
            emit(None, as_json=False, text=["No data yet: `peak data import FILE --symbol ...`."])
            return
        rows = [
            (d.ref, d.id[:12], d.rows, f"{d.first:%Y-%m-%d}", f"{d.last:%Y-%m-%d}", d.family)
            for d in found
        ]
        columns = ("data", "id", "bars", "first", "last", "market")
        table("Datasets", columns, rows, right=("bars",))


@app.command("check")
def check(
    dataset: Annotated[str, typer.Argument(help="Id, start of an id, or SYMBOL:TIMEFRAME.")],
    as_json: JsonFlag = False,
) -> None:
    """Report gaps, stale runs, outliers and zero volume of a dataset."""
    with reporting(as_json=as_json):
        from engine.data.quality import quality_report
        from guardrails.desk.local import local

        store = local().datasets()
        found = store.find(dataset)
        report = quality_report(store.prices(found))
        emit(
            report.model_dump(mode="json"),
            as_json=as_json,
            text=[
                f"{found.ref}: {report.severity}",
                *[f"- {one.severity} {one.code}: {one.sentence}" for one in report.items],
            ],
        )
        if report.severity == "error":
            raise typer.Exit(EXIT_NO)

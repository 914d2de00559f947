"""`peak data`: bring market data in, list it, judge its quality."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from guardrails.desk.cli.commands import data_feed, data_market
from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, table

if TYPE_CHECKING:
    from engine.data.bars import Bars
    from engine.data.dataset import Dataset
    from engine.data.quality import QualityReport
    from engine.data.sources import Provenance

ZONE_NOTES: Final = {
    "ZONE_SHORT": "ZONE_SHORT: holdout or train are short; the gate caps what can be certified",
    "DATA_TOO_SHORT": "DATA_TOO_SHORT: backtests only; the gate cannot judge on so little data",
}
app = typer.Typer(no_args_is_help=True, help="Market data: import, download, list, check, scan.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, CSV.GZ or Parquet with times and OHLCV.")],
    symbol: Annotated[str, typer.Option(help="E.g. BTC/USDT, EUR/USD or SPY.")],
    timeframe: Annotated[str, typer.Option(help="1m 5m 15m 30m 1h 4h 1d 1w ...")],
    kind: Annotated[
        str | None, typer.Option(help="spot, perpetual, equity or fx; told from the symbol.")
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(help="24/7, FX, XNYS, XLON, XETR ...; told from the kind.")
    ] = None,
    zone: Annotated[
        list[str] | None,
        typer.Option(help="Zone of the file's times, ZONE[:LAST-DAY]; several when it changed."),
    ] = None,
    factors: Annotated[
        Path | None, typer.Option(help="Factor file: prices are adjusted for dividends, splits.")
    ] = None,
    impossible: Annotated[
        str, typer.Option(help="Open or close outside low..high: refuse, widen or drop.")
    ] = "refuse",
    forward_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Days from here on are forward data."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Register a file as a dataset; nothing is written when anything is wrong with it."""
    with reporting(as_json=as_json):
        from datetime import timedelta

        from engine.data.instruments import instrument_for
        from guardrails.desk.cli import importing
        from guardrails.desk.cli.choices import instrument_kind, timeframe_of
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local

        step, sort = timeframe_of(timeframe), instrument_kind(kind)
        instrument = instrument_for(symbol, sort, importing.calendar_of(calendar))
        with waiting("reading"):
            source = importing.source_of_file(
                file,
                instrument,
                step,
                zones=importing.zones_of(zone or ()),
                impossible=importing.impossible_of(impossible),
                factors=factors,
            )
        end = None
        if forward_from is not None:
            end = forward_from.replace(tzinfo=UTC) - timedelta(days=1)
        dataset = local().datasets().register(source.bars, window_end=end, source=source.provenance)
        emit(
            {
                **dataset.model_dump(mode="json"),
                "source": source.provenance.model_dump(mode="json"),
            },
            as_json=as_json,
            text=[*_lines(dataset), *_treated(source.provenance)],
        )


def _treated(source: Provenance) -> list[str]:
    """What was done to the rows, one line each."""
    return [f"rows     {step.rows} {step.kind}" for step in source.steps]


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


@app.command("resample")
def resample_(
    dataset: Annotated[str, typer.Argument(help="A dataset: id or SYMBOL:TIMEFRAME.")],
    timeframe: Annotated[str, typer.Option(help="The longer bars: 4h 1d 1w ...")],
    as_json: JsonFlag = False,
) -> None:
    """Make a dataset of longer bars from one that is there; sealed days stay sealed."""
    with reporting(as_json=as_json):
        from engine.data.resample import resample
        from engine.errors import InputError
        from guardrails.desk.cli.choices import timeframe_of
        from guardrails.desk.cli.progress import waiting
        from guardrails.desk.local import local

        higher, datasets = timeframe_of(timeframe), local().datasets()
        found = datasets.find(dataset)
        with waiting("resampling"):
            bars = resample(datasets.prices(found), higher).bars
            if len(bars) == 0:
                raise InputError(
                    "RESAMPLE_EMPTY", f"no bar of {higher} has closed in these data",
                    value=found.ref, hint="take shorter bars",
                )  # fmt: skip
            source = datasets.source(found)
            made = datasets.register(
                bars,
                source=None if source is None else source.after("resampled", found.rows),
            )
        emit(made.model_dump(mode="json"), as_json=as_json, text=_lines(made))


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
            emit(
                None,
                as_json=False,
                text=[
                    "No data yet: `peak data import FILE --symbol ... --timeframe ...`, or",
                    "`peak data download binance BTC/USDT --since 2020-01-01`.",
                ],
            )
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
    html: Annotated[
        Path | None, typer.Option(help="Write the report with its picture to this file.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Report gaps, doubles, impossible bars, stale runs, outliers and zero volume."""
    with reporting(as_json=as_json):
        from engine.data.quality import quality_report
        from guardrails.desk.local import local

        store = local().datasets()
        found = store.find(dataset)
        bars, source = store.prices(found), store.source(found)
        report = quality_report(bars, source)
        if html is not None:
            from engine.data.quality_picture import quality_html
            from engine.data.writing import write_whole

            write_whole(html, quality_html(bars, report, found.ref).encode())
        if as_json:
            told = None if source is None else source.model_dump(mode="json")
            emit({**report.model_dump(mode="json"), "source": told}, as_json=True)
        else:
            _show(found.ref, bars, report)
        if report.severity == "error":
            raise typer.Exit(EXIT_NO)


def _show(ref: str, bars: Bars, report: QualityReport) -> None:
    """The report for people: the overall word, prices and holes over time, a line each."""
    from engine.data.quality_picture import sparkline

    line, holes = sparkline(bars)
    picture = [line, *([holes] if holes.strip() else [])]
    emit(None, as_json=False, text=[f"{ref}: {report.severity}", *picture])
    rows = [
        (item.severity, item.code, f"{item.value:,.0f}", item.sentence,
         f"{item.places[0]:%Y-%m-%d %H:%M}" if item.places else "")
        for item in report.items
    ]  # fmt: skip
    table("", ("", "what", "count", "meaning", "first"), rows, right=("count",))


app.command("download")(data_feed.download)
app.command("scan")(data_market.scan)
app.command("synthetic")(data_market.synthetic)
app.add_typer(data_market.universe, name="universe")

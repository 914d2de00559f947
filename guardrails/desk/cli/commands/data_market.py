"""`peak data universe`, `scan`, `synthetic`: lists of markets, many at a glance, made-up ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import console, emit, reporting, table

if TYPE_CHECKING:
    from engine.data.bars import Bars
    from engine.data.dataset import Dataset
    from engine.data.scan import ScanRow
    from engine.data.store import DatasetStore
    from engine.data.synthetic import Frame
    from engine.market import Timeframe

KINDS: Final = ("gbm", "garch_t", "regime_switching", "jumps", "crash", "dead_calm")
universe = typer.Typer(no_args_is_help=True, help="Lists of symbols that are looked at together.")


def _own_lists(root: Path) -> Path:
    return root / "universes"


@universe.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the universes: the packaged ones and those of `universes/` in the state folder."""
    with reporting(as_json=as_json):
        from engine.data.universe import load_universe, universe_names
        from guardrails.desk.local import local

        folder = _own_lists(local().folders.root)
        found = [load_universe(name, folder) for name in universe_names(folder)]
        if as_json:
            emit({"universes": [one.model_dump(mode="json") for one in found]}, as_json=True)
            return
        rows = [(one.name, one.title, len(one.symbols), one.benchmark or "") for one in found]
        table("Universes", ("name", "title", "symbols", "benchmark"), rows, right=("symbols",))


@universe.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Name of a universe.")], as_json: JsonFlag = False
) -> None:
    """Show the symbols of a universe and which data there are for each."""
    with reporting(as_json=as_json):
        from engine.data.universe import load_universe
        from guardrails.desk.local import local

        here = local()
        found = load_universe(name, _own_lists(here.folders.root))
        known = here.datasets().datasets()
        held = {
            symbol: [one.ref for one in known if one.instrument.symbol == symbol]
            for symbol in found.symbols
        }
        if as_json:
            emit({**found.model_dump(mode="json"), "datasets": held}, as_json=True)
            return
        rows = [(symbol, ", ".join(refs) or "no data yet") for symbol, refs in held.items()]
        table(f"{found.title} ({found.name})", ("symbol", "data"), rows)


def scan(
    name: Annotated[str, typer.Argument(help="Name of a universe, or `all` for every dataset.")],
    timeframe: Annotated[str, typer.Option(help="Bars to look at.")] = "1d",
    sort: Annotated[
        str | None, typer.Option(help="A measure, largest first; symbol when not said.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Put many markets side by side, each at its last close; nothing is carried forward."""
    with reporting(as_json=as_json):
        from engine.data.measures import MEASURES
        from engine.data.scan import scan as look
        from guardrails.desk.cli.choices import timeframe_of, unknown
        from guardrails.desk.local import local

        here, step = local(), timeframe_of(timeframe)
        if sort is not None and sort not in MEASURES:
            raise unknown("MEASURE_UNKNOWN", "a measure of the scan", sort, list(MEASURES))
        store = here.datasets()
        chosen, missing = _chosen(store, name, step, _own_lists(here.folders.root))
        rows = look(_followed(store, chosen), MEASURES)
        ordered = _sorted(rows, sort)
        if as_json:
            emit(
                {"rows": [row.model_dump(mode="json") for row in ordered], "missing": missing},
                as_json=True,
            )
            return
        columns = ("symbol", "bars", "last close", *MEASURES)
        cells = [_cells(row) for row in ordered]
        if cells:
            table(f"{name}, {step.value}", columns, cells, right=("bars", *MEASURES))
        if missing:
            hint = f"no data in bars of {step.value}: {', '.join(missing)}"
            emit(None, as_json=False, text=[hint, "do: `peak data import` or `peak data download`"])


def _chosen(
    store: DatasetStore, name: str, step: Timeframe, folder: Path
) -> tuple[list[Dataset], list[str]]:
    """The newest dataset of each symbol, and symbols without one."""
    from engine.data.universe import load_universe

    newest: dict[str, Dataset] = {}
    for one in store.datasets():
        if one.timeframe is step:
            kept = newest.get(one.instrument.symbol)
            if kept is None or (kept.last, kept.rows) < (one.last, one.rows):
                newest[one.instrument.symbol] = one
    symbols = sorted(newest) if name == "all" else list(load_universe(name, folder).symbols)
    found = [newest[symbol] for symbol in symbols if symbol in newest]
    return found, [symbol for symbol in symbols if symbol not in newest]


def _followed(store: DatasetStore, chosen: Sequence[Dataset]) -> Iterator[Bars]:
    """Bars of each dataset, with a bar of progress on a terminal."""
    from rich.progress import track

    err = console(error=True)
    steps: Iterable[Dataset] = track(
        chosen, "scanning", console=err, transient=True, disable=not err.is_terminal
    )
    for one in steps:
        yield store.prices(one)


def _sorted(rows: Sequence[ScanRow], measure: str | None) -> list[ScanRow]:
    """By a measure, largest first, missing last; by symbol without one."""
    if measure is None:
        return list(rows)

    def key(row: ScanRow) -> tuple[bool, float]:
        """Missing values come last."""
        value = next(each.value for each in row.values if each.name == measure)
        return (value is None, -(value or 0.0))

    return sorted(rows, key=key)


def _cells(row: ScanRow) -> tuple[object, ...]:
    values = [
        each.code or "-" if each.value is None else f"{each.value:.4g}" for each in row.values
    ]
    return (row.symbol, row.bars, f"{row.closed:%Y-%m-%d %H:%M}", *values)


def synthetic(
    kind: Annotated[str, typer.Argument(help=" ".join(KINDS))],
    out: Annotated[Path, typer.Option(help="A new file, .csv or .csv.gz.")],
    bars: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
    symbol: Annotated[str, typer.Option(help="Decides the calendar, too.")] = "BTC/USDT",
    timeframe: Annotated[str, typer.Option(help="Bar length.")] = "1d",
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")] = datetime(  # noqa: DTZ001 - typer reads days
        2015, 1, 1
    ),
    as_json: JsonFlag = False,
) -> None:
    """Write seeded bars of a known law to a file."""
    with reporting(as_json=as_json):
        from engine.data.instruments import instrument_for
        from engine.data.synthetic import Frame
        from engine.data.writing import write_csv
        from guardrails.desk.cli.choices import timeframe_of

        first = int(start.replace(tzinfo=UTC).timestamp()) * 1000
        frame = Frame(instrument_for(symbol), timeframe_of(timeframe), bars, first)
        made = _law(kind, frame, seed)
        path = write_csv(made, out)
        told = {"kind": kind, "bars": len(made), "seed": seed, "digest": made.digest}
        emit(
            {**told, "file": str(path)},
            as_json=as_json,
            text=[f"{len(made)} bars of {kind}, seed {seed}: {path}"],
        )


def _law(kind: str, frame: Frame, seed: int) -> Bars:
    from engine.data import synthetic as laws
    from guardrails.desk.cli.choices import unknown

    made: dict[str, Callable[[Frame, int], Bars]] = {
        "gbm": laws.gbm, "garch_t": laws.garch_t, "regime_switching": laws.regime_switching,
        "jumps": laws.jumps, "crash": laws.crash, "dead_calm": laws.dead_calm,
    }  # fmt: skip
    if kind not in made:
        raise unknown("LAW_UNKNOWN", "a law of synthetic bars", kind, KINDS)
    return made[kind](frame, seed)

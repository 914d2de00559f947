"""Bars from a file that a person names on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from engine.errors import DataError, InputError

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.sources import Source
    from engine.data.store import DatasetStore
    from engine.data.zones import Zones
    from engine.language.spec import StrategySpec
    from engine.market import Calendar, Instrument, Timeframe

Impossible = Literal["refuse", "widen", "drop"]


def registered_file(store: DatasetStore, path: Path, spec: StrategySpec) -> Dataset:
    """The dataset of a file, registered under the spec's first symbol and its timeframe.

    Raises:
        DataError: what is wrong with the file. InputError: SYMBOL_INVALID, FIELD_MISSING.
    """
    from engine.data.instruments import instrument_for
    from guardrails.desk.intake import first_symbol

    source = source_of_file(path, instrument_for(first_symbol(spec)), spec.timeframe)
    return store.register(source.bars, source=source.provenance)


def source_of_file(
    path: Path,
    instrument: Instrument,
    timeframe: Timeframe,
    *,
    zones: Zones = (),
    impossible: Impossible = "refuse",
    factors: Path | None = None,
) -> Source:
    """Validated bars of one symbol, with where they came from.

    A file that names its rows without the stroke (EURUSD for EUR/USD) is understood. `factors`
    is a factor file that adjusts the prices.

    Raises:
        DataError: what is wrong with one of the files.
    """
    from engine.data.files import read_source
    from engine.data.sources import adjusted

    symbol = instrument.symbol
    try:
        found = read_source(
            path, instrument, timeframe, symbol=symbol, zones=zones, impossible=impossible
        )
    except DataError as error:
        if error.code != "CSV_SYMBOL_NEEDED" or "/" not in symbol:
            raise
        plain = symbol.replace("/", "")
        if plain not in error.message:
            raise
        found = read_source(
            path, instrument, timeframe, symbol=plain, zones=zones, impossible=impossible
        )
    return found if factors is None else adjusted(found, factors, symbol)


def zones_of(words: Sequence[str]) -> Zones:
    """Zones from words like `Europe/Berlin:2014-11-21`; the last one needs no date.

    Raises:
        InputError: ZONE_DATE_INVALID.
    """
    from datetime import date

    zones = []
    for word in words:
        name, _, end = word.partition(":")
        try:
            zones.append((name, date.fromisoformat(end) if end else None))
        except ValueError as error:
            raise InputError(
                "ZONE_DATE_INVALID", "a zone is followed by its last day", value=word,
                hint="write it like Europe/Berlin:2014-11-21, and the last zone without a day",
            ) from error  # fmt: skip
    return tuple(zones)


def impossible_of(word: str) -> Impossible:
    """What to do with impossible bars; IMPOSSIBLE_UNKNOWN otherwise."""
    from guardrails.desk.cli.choices import unknown

    for known in get_args(Impossible):
        if word == known:
            return known  # type: ignore[no-any-return]  # a member of the literal
    known_words = list(get_args(Impossible))
    raise unknown("IMPOSSIBLE_UNKNOWN", "a way with impossible bars", word, known_words)


def calendar_of(word: str | None) -> Calendar | None:
    """A trading calendar; CALENDAR_UNKNOWN otherwise."""
    from engine.market import Calendar
    from guardrails.desk.cli.choices import unknown

    for known in get_args(Calendar):
        if word == known:
            return known  # type: ignore[no-any-return]  # a member of the literal
    if word is None:
        return None
    raise unknown("CALENDAR_UNKNOWN", "a trading calendar", word, list(get_args(Calendar)))

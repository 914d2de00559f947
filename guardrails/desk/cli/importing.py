"""Bars from a file that a person names on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DataError

if TYPE_CHECKING:
    from engine.data.bars import Bars
    from engine.market import InstrumentKind, Timeframe


def bars_of_file(
    path: Path, symbol: str, timeframe: Timeframe, kind: InstrumentKind | None = None
) -> Bars:
    """Validated bars of one symbol.

    A file that names its rows without the stroke (EURUSD for EUR/USD) is understood.

    Raises:
        DataError: what is wrong with the file. InputError: SYMBOL_INVALID.
    """
    from engine.data.files import read_csv
    from engine.data.instruments import instrument_for

    instrument = instrument_for(symbol, kind)
    try:
        return read_csv(path, instrument, timeframe, symbol=symbol)
    except DataError as error:
        if error.code != "CSV_SYMBOL_NEEDED" or "/" not in symbol:
            raise
        plain = symbol.replace("/", "")
        if plain not in error.message:
            raise
    return read_csv(path, instrument, timeframe, symbol=plain)

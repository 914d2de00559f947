"""Universes: named lists of symbols, one TOML file each.

    title = "Large coins against USDT"
    symbols = ["BTC/USDT", "ETH/USDT"]
    benchmark = "BTC/USDT"              optional, one of the symbols

Packaged lists lie in `config/universes/`; a folder of one's own is looked at first. A list says
who belongs to it today: on older data its members were chosen with hindsight.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

import config
from engine.errors import DataError, InputError
from engine.market import Name, Symbol
from engine.records import Record, parse_record
from engine.text import clean_text, did_you_mean

PACKAGED: Final = Path(config.__file__).with_name("universes")
MAX_BYTES: Final = 100_000
_NAME = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)


class SymbolList(Record):
    """Instruments that are looked at together; the symbols are single and in the file's order."""

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=80)]
    symbols: Annotated[tuple[Symbol, ...], Field(min_length=1, max_length=500)]
    benchmark: Symbol | None = None


def universe_names(folder: Path | None = None) -> tuple[str, ...]:
    """Names of all lists, sorted; those of one's own folder included."""
    return tuple(sorted(_files(folder)))


def load_universe(name: str, folder: Path | None = None) -> SymbolList:
    """The list of this name; one in `folder` comes before a packaged one.

    Raises:
        DataError: UNIVERSE_UNKNOWN with near names, or UNIVERSE_INVALID.
    """
    path = _files(folder).get(name)
    if path is None:
        known = list(universe_names(folder))
        near = did_you_mean(name, known) or known
        raise DataError(
            "UNIVERSE_UNKNOWN", "there is no list of this name", value=clean_text(name, 60),
            hint=f"did you mean {', '.join(near)}?",
        )  # fmt: skip
    found = _read(path)
    doubled = sorted({each for each in found.symbols if found.symbols.count(each) > 1})
    if doubled:
        raise _invalid(path, f"named twice: {', '.join(doubled)}", "name every symbol once")
    if found.benchmark is not None and found.benchmark not in found.symbols:
        raise _invalid(
            path, f"the benchmark {found.benchmark} is not in the list", "add it to the symbols"
        )
    return found


def _files(folder: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for place in (PACKAGED, folder):
        if place is not None and place.is_dir():
            found |= {
                path.stem: path
                for path in sorted(place.glob("*.toml"))
                if path.is_file() and _NAME.fullmatch(path.stem)
            }
    return found


def _read(path: Path) -> SymbolList:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _invalid(path, f"more than {MAX_BYTES} bytes", "a list has at most 500 symbols")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        text = json.dumps({**table, "name": path.stem}, allow_nan=False)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _invalid(
            path, clean_text(str(error), 120), "write title, symbols and benchmark as TOML"
        ) from error
    try:
        return parse_record(SymbolList, text)
    except InputError as error:
        raise _invalid(path, error.message, error.hint) from error


def _invalid(path: Path, what: str, hint: str) -> DataError:
    return DataError("UNIVERSE_INVALID", f"{path.name}: {what}", value=path.name, hint=hint)

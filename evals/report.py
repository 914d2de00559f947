"""Figures as a plain table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_GROUPS: Final = ("by_kind", "by_language")
_WIDEST: Final = 18


def table(figures: Mapping[str, Any]) -> str:
    """Figures in columns (one row for all, one for each kind and language), then what failed."""
    plain = {name: value for name, value in figures.items() if _is_plain(value)}
    rows = [("all", plain)]
    rows += [(name, row) for group in _GROUPS for name, row in figures.get(group, {}).items()]
    lines = [*_columns(list(plain), rows)] if len(rows) > 1 else [*_pairs(plain)]
    return "\n".join([*lines, *_lists(figures)]) + "\n"


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, int | float | str)


def _columns(names: Sequence[str], rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    widths = [max(len(name), 6) for name in names]
    heads = (name.rjust(width) for name, width in zip(names, widths, strict=True))
    yield " ".join([" " * _WIDEST, *heads])
    for name, row in rows:
        cells = (shown(row.get(one)).rjust(n) for one, n in zip(names, widths, strict=True))
        yield " ".join([name.ljust(_WIDEST), *cells])


def _pairs(plain: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name.ljust(_WIDEST)} {shown(value)}" for name, value in plain.items())


def _lists(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, values in figures.items():
        if isinstance(values, list) and values:
            yield f"\n{name}"
            yield from (f"  {_entry(value)}" for value in values)


def _entry(value: object) -> str:
    if isinstance(value, Mapping) and "reasons" in value:
        return f"{value['id']} ({value['kind']}, {value['lang']}): {'; '.join(value['reasons'])}"
    return str(value)


def shown(value: object) -> str:
    """A figure: shares with three decimals, counts as they are, `-` where nothing is scored."""
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)

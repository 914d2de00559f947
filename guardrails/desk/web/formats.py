"""Numbers and times as a person reads them; amounts stay decimal until they are written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal

from engine.facts.numbers import format_value

Language = Literal["en", "de"]

NOTHING: Final = "—"
_FIGURE_DIGITS: Final = 4
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_UNITS: Final[dict[str, tuple[int, int]]] = {
    "day": (_DAY_S, _HOUR_S),
    "hour": (_HOUR_S, _MINUTE_S),
    "minute": (_MINUTE_S, 1),
}
_SHORT: Final = {"day": "d", "hour": "h", "minute": "min"}
_BELOW: Final = {"day": "h", "hour": "min", "minute": "s"}


def _decimal(value: Decimal | int, locale: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - locale data load with the first page

    return str(format_decimal(value, locale=locale, decimal_quantization=False))


def _date(value: datetime, pattern: str, locale: str) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415 - locale data load with the first page

    return str(format_datetime(value.astimezone(UTC), pattern, locale=locale))


@dataclass(frozen=True, slots=True)
class Formats:
    """Numbers and times in one language."""

    language: Language

    def amount(self, value: Decimal | int | None) -> str:
        """An amount with all its digits, grouped."""
        return NOTHING if value is None else _decimal(value, self.language)

    def money(self, value: Decimal | None) -> str:
        """Quote currency with two decimals, rounded half to even."""
        return NOTHING if value is None else format_value(value, "money", self.language)

    def price(self, value: Decimal | None) -> str:
        """A price with all its digits, two decimals at least."""
        return NOTHING if value is None else format_value(value, "price", self.language)

    def figure(self, value: float | Decimal | None) -> str:
        """A plain figure with at most four decimals."""
        if value is None:
            return NOTHING
        return _decimal(Decimal(repr(round(float(value), _FIGURE_DIGITS))), self.language)

    def percent(self, fraction: float | Decimal | None) -> str:
        """A fraction of one as percent with at most two decimals."""
        if fraction is None:
            return NOTHING
        shown = _decimal(Decimal(repr(round(float(fraction) * 100, 2))), self.language)
        return f"{shown} %" if self.language == "de" else f"{shown}%"

    def moment(self, value: datetime | None) -> str:
        """A minute in UTC, with the zone's name: `15 Jan 2026, 12:00 UTC`."""
        return NOTHING if value is None else f"{self._day(value)}, {self._time(value, 'HH:mm')} UTC"

    def second(self, value: datetime | str | None) -> str:
        """A second in UTC; the text of a journal row is read first."""
        if value is None:
            return NOTHING
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return f"{self._day(at)}, {self._time(at, 'HH:mm:ss')} UTC"

    def day(self, value: datetime | None) -> str:
        """A day: `15 Jan 2026`."""
        return NOTHING if value is None else self._day(value)

    def span(self, seconds: float) -> str:
        """A length of time in its two largest units: `1 min 56 s`, `89 d 4 h`."""
        left = max(round(seconds), 0)
        for name, (unit, below) in _UNITS.items():
            if left >= unit:
                rest = left % unit // below
                shown = f"{left // unit} {self._unit(_SHORT[name])}"
                return f"{shown} {rest} {self._unit(_BELOW[name])}" if rest else shown
        return f"{left} s"

    def _unit(self, short: str) -> str:
        return {"d": "T", "h": "Std."}.get(short, short) if self.language == "de" else short

    def _day(self, value: datetime) -> str:
        pattern = "d. MMM y" if self.language == "de" else "d MMM y"
        return _date(value, pattern, self.language)

    def _time(self, value: datetime, pattern: str) -> str:
        return _date(value, pattern, self.language)

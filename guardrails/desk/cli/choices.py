"""Words of the command line that come from a closed list, refused with the nearest one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.market import InstrumentKind, Timeframe

Language = Literal["en", "de"]


def unknown(code: str, what: str, value: str, known: Sequence[str]) -> InputError:
    """The fault for a word that is not in a closed list, with the nearest one."""
    from engine.text import did_you_mean

    near = did_you_mean(value, list(known))
    hint = f"did you mean {near[0]}?" if near else f"take one of {', '.join(known)}"
    return InputError(code, f"this is not {what}", value=value, hint=hint)


def timeframe_of(text: str) -> Timeframe:
    """A timeframe; TIMEFRAME_UNKNOWN otherwise."""
    from engine.market import Timeframe

    try:
        return Timeframe(text)
    except ValueError:
        known = [one.value for one in Timeframe]
        raise unknown("TIMEFRAME_UNKNOWN", "a timeframe", text, known) from None


def instrument_kind(text: str | None) -> InstrumentKind | None:
    """An instrument kind; KIND_UNKNOWN otherwise."""
    from typing import get_args

    from engine.market import InstrumentKind

    for kind in get_args(InstrumentKind):
        if text == kind:
            return kind  # type: ignore[no-any-return]  # a member of the literal
    if text is None:
        return None
    raise unknown("KIND_UNKNOWN", "a kind", text, list(get_args(InstrumentKind)))


MAX_COST_BPS = 1_000.0


def cost_bps(option: str, value: float | None) -> float | None:
    """A cost in basis points, 0 to 1,000; COST_OUT_OF_RANGE otherwise, also for NaN."""
    if value is None or 0 <= value <= MAX_COST_BPS:
        return value
    raise InputError(
        "COST_OUT_OF_RANGE", f"{option} is 0 to {MAX_COST_BPS:.0f} basis points", value=value,
        hint="10 basis points are 0.1 percent",
    )  # fmt: skip


def moment_of(given: datetime | None) -> datetime | None:
    """A time of the command line as UTC; a bare day is its last moment."""
    if given is None:
        return None
    whole_day = given.time() == time.min
    return (given + timedelta(days=1, milliseconds=-1) if whole_day else given).replace(tzinfo=UTC)


def language_of(text: str | None, default: Language) -> Language:
    """`en` or `de`, the default for nothing; LANGUAGE_UNKNOWN otherwise."""
    if text is None:
        return default
    if text == "en":
        return "en"
    if text == "de":
        return "de"
    raise unknown("LANGUAGE_UNKNOWN", "a language of Peak Trade", text, ["en", "de"])

"""Words of the command line that come from a closed list, refused with the nearest one."""

from __future__ import annotations

from typing import get_args

from engine.errors import InputError
from engine.market import InstrumentKind, Timeframe
from engine.text import did_you_mean


def _unknown(code: str, what: str, value: str, known: list[str]) -> InputError:
    near = did_you_mean(value, known)
    hint = f"did you mean {near[0]}?" if near else f"take one of {', '.join(known)}"
    return InputError(code, f"this is not {what}", value=value, hint=hint)


def timeframe_of(text: str) -> Timeframe:
    """A timeframe; TIMEFRAME_UNKNOWN otherwise."""
    try:
        return Timeframe(text)
    except ValueError:
        known = [one.value for one in Timeframe]
        raise _unknown("TIMEFRAME_UNKNOWN", "a timeframe", text, known) from None


def instrument_kind(text: str | None) -> InstrumentKind | None:
    """An instrument kind; KIND_UNKNOWN otherwise."""
    for kind in get_args(InstrumentKind):
        if text == kind:
            return kind  # type: ignore[no-any-return]  # a member of the literal
    if text is None:
        return None
    raise _unknown("KIND_UNKNOWN", "a kind", text, list(get_args(InstrumentKind)))

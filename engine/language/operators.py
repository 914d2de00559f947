"""The operator table and every name of the language; the door of `catalogue`."""

from __future__ import annotations

from typing import Final

from engine.language.catalogue.averages import AVERAGES
from engine.language.catalogue.context import CONTEXT
from engine.language.catalogue.names import (
    ENTRY_STATE,
    PAIR_SERIES,
    SERIES,
    STATES,
    Series,
    State,
)
from engine.language.catalogue.oscillators import OSCILLATORS
from engine.language.catalogue.statistics import CONDITIONS, STATISTICS
from engine.language.catalogue.volatility import VOLATILITY
from engine.language.catalogue.volume import LEVELS, VOLUME
from engine.language.signature import Operator

__all__ = ["ENTRY_STATE", "NAMES", "OPERATORS", "PAIR_SERIES", "SERIES_BY_NAME", "STATE_BY_NAME"]

OPERATORS: Final[dict[str, Operator]] = {
    operator.name: operator
    for table in (
        AVERAGES, OSCILLATORS, VOLATILITY, VOLUME, LEVELS, STATISTICS, CONDITIONS, CONTEXT,
    )
    for operator in table
}  # fmt: skip
"""Every operator by name."""

SERIES_BY_NAME: Final[dict[str, Series]] = {series.name: series for series in SERIES}
"""Every series by name."""

STATE_BY_NAME: Final[dict[str, State]] = {state.name: state for state in STATES}
"""Every trade state by name."""

NAMES: Final = frozenset({*OPERATORS, *SERIES_BY_NAME, *STATE_BY_NAME, "true", "false"})
"""All words that a parameter or a let must not shadow."""

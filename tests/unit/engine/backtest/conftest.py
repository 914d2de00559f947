"""The builders of `tests.rules` as fixtures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.backtest.costs import CostModel
from engine.data.bars import Bars
from engine.language.decisions import Decisions
from tests.rules import FREE, Bar, F, make_bars, make_decisions, mirrored


@pytest.fixture
def flat_bar() -> Bar:
    """The bar before every micro-case: 100, 100.5, 99.5, 100."""
    return F


@pytest.fixture
def free() -> CostModel:
    """No costs at all."""
    return FREE


@pytest.fixture
def bars_from() -> Callable[..., Bars]:
    """Builder of bars from rows."""
    return make_bars


@pytest.fixture
def decide() -> Callable[..., Decisions]:
    """Builder of decisions from bar numbers."""
    return make_decisions


@pytest.fixture
def upside_down() -> Callable[..., list[Bar]]:
    """Mirror of bars, for the short side of a case."""
    return mirrored


@pytest.fixture
def penny() -> Decimal:
    """One price step of the default instrument."""
    return Decimal("0.01")

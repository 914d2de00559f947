"""Figures are written one way per unit and language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import InputError
from engine.facts.numbers import NO_VALUE, Locale, format_fact, format_value
from engine.facts.table import Fact, Unit

SOURCE = "0" * 64


@pytest.mark.parametrize(
    ("value", "unit", "english", "german"),
    [
        (0.1234, "percent", "12.34%", "12,34\u00a0%"),
        (-0.0761, "percent", "-7.61%", "-7,61\u00a0%"),
        (1.005, "ratio", "1.00", "1,00"),
        (1234.567, "money", "1,234.57", "1.234,57"),
        (1.08345, "price", "1.08345", "1,08345"),
        (65000.5, "price", "65,000.50", "65.000,50"),
        (1234.0, "count", "1,234", "1.234"),
        (250.0, "bars", "250", "250"),
        (3.75, "days", "3.8", "3,8"),
        (0.12345, "number", "0.1234", "0,1234"),
        (1e300, "number", "1E300", "1E300"),
    ],
)
def test_each_unit_has_one_format(value: float, unit: Unit, english: str, german: str) -> None:
    """The same figure reads right in both languages."""
    assert format_value(value, unit, "en") == english
    assert format_value(value, unit, "de") == german


@pytest.mark.parametrize("unit", ["ratio", "percent", "count", "price", "number"])
def test_a_rounded_zero_has_no_sign(unit: Unit) -> None:
    """A tiny loss is not written as minus zero."""
    assert not format_value(-1e-12, unit, "en").startswith("-")


def test_decimals_stay_exact() -> None:
    """An amount beyond float precision keeps its cents."""
    assert format_value(Decimal("12345678901234.57"), "money", "de") == "12.345.678.901.234,57"


@pytest.mark.parametrize(("locale", "word"), [("en", "sealed"), ("de", "versiegelt")])
def test_a_sealed_figure_is_never_written(locale: Locale, word: str) -> None:
    """A sealed fact reads as its seal even when it carries a value."""
    fact = Fact(key="oos.sharpe", value=1.25, unit="ratio", source=SOURCE, sealed=True)
    assert format_fact(fact, locale) == word


def test_an_absent_figure_is_a_dash() -> None:
    """No value is not zero."""
    assert format_value(None, "percent", "de") == NO_VALUE


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_nan_is_refused(value: float) -> None:
    """A figure that is not finite is a fault, not a text."""
    with pytest.raises(InputError) as caught:
        format_value(value, "ratio")
    assert caught.value.code == "FACT_NOT_FINITE"


def test_unknown_language_and_unit_are_refused() -> None:
    """A third language or unit is refused with what would be right."""
    with pytest.raises(InputError) as caught:
        format_value(1.0, "ratio", "fr")  # type: ignore[arg-type]  # the refusal is tested
    assert (caught.value.code, caught.value.hint) == ("LOCALE_UNKNOWN", "use en or de")
    with pytest.raises(InputError) as caught:
        format_value(1.0, "furlong")  # type: ignore[arg-type]  # the refusal is tested
    assert caught.value.code == "UNIT_UNKNOWN"

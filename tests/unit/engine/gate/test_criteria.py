"""Criteria: thresholds can be tightened, never loosened."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.gate.criteria import GateCriteria


@pytest.mark.parametrize(
    ("name", "tighter", "looser"),
    [
        ("max_train_p", 0.1, 0.26),
        ("max_holdout_p", 0.1, 0.51),
        ("min_train_trades", 50, 29),
        ("paper_trades", 10, 4),
        ("cost_stress", 3.0, 1.9),
        ("max_parameters", 4, 11),
        ("min_taker_fee_bps", 5.0, 0.5),
        ("min_impact_bps", 2.0, 0.0),
    ],
)
def test_thresholds_only_tighten(name: str, tighter: float, looser: float) -> None:
    """A tighter value is another digest, a looser one is refused."""
    assert GateCriteria(**{name: tighter}).digest != GateCriteria().digest  # type: ignore[arg-type]  # one field
    with pytest.raises(ValidationError):
        GateCriteria(**{name: looser})  # type: ignore[arg-type]  # one field


def test_not_a_number_is_refused() -> None:
    """NaN is not a threshold."""
    with pytest.raises(ValidationError):
        GateCriteria(max_train_p=float("nan"))

"""Tickets: the canonical bytes are the intent, and every field is part of the digest."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from config.modes import Mode
from engine.errors import InputError
from engine.market import Side
from guardrails.reasons import Denial, Reason
from guardrails.tickets import OrderTicket, RiskVerdict, TargetLeg, ticket_of
from tests.desk_world import NOW, ticket

OTHER: dict[str, object] = {
    "deployment_id": "x", "mode": Mode.LIVE, "account_id": "x", "venue": "x", "symbol": "X",
    "instrument_kind": "fx", "instrument_filters_digest": "ff" * 32, "side": Side.SELL,
    "order_type": "stop", "quantity": Decimal("0.05"), "limit_price": Decimal(60_001),
    "trigger_price": Decimal(1), "time_in_force": "gtc", "reduce_only": True,
    "stop_price": Decimal(1), "trail_kind": "atr", "trail_value": Decimal(3),
    "target_price": Decimal(99_999), "targets": (TargetLeg(price=Decimal(1), share_bps=1),),
    "exit_at": NOW, "exit_rule_digest": "ff" * 32, "on_stop_failure": "alert",
    "max_slippage_bps": 51, "notional_quote": Decimal(1), "worst_loss_quote": Decimal(1),
    "reference_price": Decimal(1), "reference_time": NOW + timedelta(milliseconds=1),
    "spec_digest": "ff" * 32, "candidate_id": "ff" * 32, "certificate_digest": "ff" * 32,
    "report_digest": "ff" * 32, "signal_digest": "ff" * 32, "session_id": "s",
    "limits_version": "ff" * 32, "book_digest": "ff" * 32, "proposer_id": "x",
    "lineage_id": "x", "created_at": NOW + timedelta(milliseconds=1),
    "valid_until": NOW, "expires_at": NOW, "nonce": "1" * 32,
}  # fmt: skip


def test_the_list_of_alterations_is_complete() -> None:
    """Whoever adds a field to the ticket adds its alteration here."""
    assert set(OTHER) == set(OrderTicket.model_fields)


@pytest.mark.parametrize("name", OTHER)
def test_every_field_is_part_of_the_digest(name: str) -> None:
    """Change one field and the digest is another one."""
    assert ticket(**{name: OTHER[name]}).digest != ticket().digest


def test_a_ticket_survives_its_bytes() -> None:
    """Reading the intent gives an equal ticket with the same digest."""
    made = ticket()
    assert ticket_of(made.intent) == made
    assert ticket_of(made.intent.decode()).digest == made.digest


def test_how_a_number_was_written_does_not_matter_in_a_ticket() -> None:
    """Equal decimals give equal bytes."""
    assert ticket(quantity=Decimal("0.00500")).digest == ticket(quantity=Decimal("5E-3")).digest


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace('"0.005"', '"0.0050"'),
        lambda raw: raw.replace(":", ": ", 1),
        lambda raw: json.dumps(dict(reversed(json.loads(raw).items())), separators=(",", ":")),
        lambda raw: raw.replace("12:00:00.000Z", "12:00:00Z"),
        lambda raw: raw + "\n",
    ],
    ids=["zeros", "blank", "order", "time", "newline"],
)
def test_another_spelling_is_refused(spoil: object) -> None:
    """The same content in other bytes is INTENT_NOT_CANONICAL; the canonical bytes pass."""
    raw = ticket().intent.decode()
    changed = spoil(raw)  # type: ignore[operator]  # the parameters above
    assert changed != raw
    with pytest.raises(InputError) as caught:
        ticket_of(changed)
    assert caught.value.code == Reason.INTENT_NOT_CANONICAL
    assert ticket_of(raw).digest == ticket().digest


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "1e3", "1_000", "\u0661"])
def test_a_quantity_that_is_none_is_refused(value: str) -> None:
    """Zero, negative, not finite and foreign spellings never become a ticket."""
    with pytest.raises((ValidationError, ValueError)):
        ticket(quantity=value)
    assert ticket(quantity="0.001").quantity == Decimal("0.001")


def test_a_verdict_with_a_denial_is_not_allowed() -> None:
    """Only an empty list of denials allows."""
    assert RiskVerdict().allowed
    assert not RiskVerdict(denials=(Denial.of(Reason.LOSS_DAY, "no"),)).allowed


def test_a_denial_writes_numbers_plainly_and_cuts_long_values() -> None:
    """No exponent, no endless value."""
    made = Denial.of(Reason.LOSS_DAY, "no", size=Decimal("1E+3"), text="x" * 200)
    assert dict(made.values) == {"size": "1000", "text": "x" * 80}

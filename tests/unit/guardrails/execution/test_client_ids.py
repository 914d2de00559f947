"""Client order ids: golden values, shape, and that nothing but the leg and the ticket matters."""

from __future__ import annotations

import uuid

import pytest

from config.modes import Mode
from guardrails.execution.client_ids import client_order_id, gateway_tag, ours
from guardrails.wire import GatewayIdentity

PAPER = GatewayIdentity(deployment_id="local", mode=Mode.PAPER, account_id="paper-1")
TICKET = "0f" * 32
GOLDEN = {
    "entry": "34f3f8e0-f42d-4e4b-b61c-8d19d3186b8b",
    "stop-1": "34f3f8e0-b2f5-4215-a028-fc1d0c70fec9",
    "target-1": "34f3f8e0-cfbe-4fd8-b0e2-1304102dfc16",
    "exit-1": "34f3f8e0-f6e1-465c-b91c-8f0e1ef68a89",
}


@pytest.mark.parametrize(("leg", "wanted"), GOLDEN.items())
def test_an_id_is_the_same_for_ever(leg: str, wanted: str) -> None:
    """The golden ids: a change here would lose every order that is on its way."""
    assert client_order_id(gateway_tag(PAPER), TICKET, leg) == wanted


@pytest.mark.parametrize("leg", GOLDEN)
def test_an_id_is_a_uuid_of_version_four(leg: str) -> None:
    """Venues that ask for a UUID take it: 36 characters, version 4, the RFC's variant."""
    found = uuid.UUID(client_order_id(gateway_tag(PAPER), TICKET, leg))
    assert found.version == 4
    assert found.variant == uuid.RFC_4122


def test_ids_differ_by_leg_ticket_and_gateway() -> None:
    """No two orders of any gateway share an id."""
    other = GatewayIdentity(deployment_id="local", mode=Mode.SHADOW, account_id="paper-1")
    found = {
        client_order_id(gateway_tag(who), ticket, leg)
        for who in (PAPER, other)
        for ticket in (TICKET, "1f" * 32)
        for leg in GOLDEN
    }
    assert len(found) == 2 * 2 * len(GOLDEN)


def test_a_gateway_recognises_its_own_ids() -> None:
    """The tag tells whose order it is."""
    tag = gateway_tag(PAPER)
    assert ours(tag, client_order_id(tag, TICKET, "entry"))
    assert not ours(tag, client_order_id("00000000", TICKET, "entry"))

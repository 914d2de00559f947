"""Client order ids: golden values, shape, and that nothing but the leg and the ticket matters."""

from __future__ import annotations

import hashlib
import json
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


def framed(tag: str, raw: bytes) -> str:
    """SHA-256 with a domain tag, written out once more by hand."""
    return hashlib.sha256(tag.encode() + b"\0" + len(raw).to_bytes(4, "big") + raw).hexdigest()


@pytest.mark.parametrize(("leg", "wanted"), GOLDEN.items())
def test_the_golden_ids_follow_from_the_rule(leg: str, wanted: str) -> None:
    """Tag of the gateway, then ticket and leg, with version and variant set: reckoned apart."""
    tag = framed("peak/gateway/v1", b'["local","paper","paper-1"]')[:8]
    rest = framed("peak/order/v1", json.dumps([TICKET, leg], separators=(",", ":")).encode())
    found = wanted.replace("-", "")
    assert found[:8] == tag
    assert (found[8:12], found[13:16], found[17:]) == (rest[:4], rest[5:8], rest[9:24])
    assert (found[12], found[16] in "89ab") == ("4", True)


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

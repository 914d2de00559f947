"""Client order ids: derived from the ticket, so that an order can be found and never doubled.

UUID text of 36 characters: 8 hex digits that name the gateway, 24 from ticket digest and leg,
with the version nibble 4 and the variant bits of RFC 4122. An id is never used again.
"""

from __future__ import annotations

from itertools import pairwise

from engine.records import Digest, digest
from guardrails.wire import GatewayIdentity

TAG_DIGITS = 8
_VERSION_AT, _VARIANT_AT = 12, 16
_CUTS = (0, 8, 12, 16, 20, 32)


def gateway_tag(identity: GatewayIdentity) -> str:
    """The first 8 hex digits of every id that this gateway makes."""
    parts = [identity.deployment_id, identity.mode.value, identity.account_id]
    return digest("peak/gateway/v1", parts)[:TAG_DIGITS]


def client_order_id(tag: str, ticket_digest: Digest, leg: str) -> str:
    """The one id of this leg (`entry`, `stop-1`, `target-1`, `exit-1`) of this ticket."""
    raw = tag + digest("peak/order/v1", [ticket_digest, leg])[: _CUTS[-1] - TAG_DIGITS]
    variant = f"{int(raw[_VARIANT_AT], 16) & 0x3 | 0x8:x}"
    marked = raw[:_VERSION_AT] + "4" + raw[_VERSION_AT + 1 : _VARIANT_AT] + variant
    marked += raw[_VARIANT_AT + 1 :]
    return "-".join(marked[start:stop] for start, stop in pairwise(_CUTS))


def ours(tag: str, found: str) -> bool:
    """True when an id carries this gateway's tag."""
    return found.startswith(f"{tag}-")

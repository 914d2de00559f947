"""Modes and what each may do; one table that every process reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict


class Mode(StrEnum):
    """How far an order may travel."""

    RESEARCH = "research"
    PAPER = "paper"
    SHADOW = "shadow"
    TESTNET = "testnet"
    LIVE = "live"


class ModeRights(BaseModel):
    """What a mode may do. `available` is False until the mode's own parts are built."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    gateway: bool
    order_leaves: bool
    venue_key: bool
    standing_approval: bool
    min_tier: str | None
    available: bool


RIGHTS: Final[dict[Mode, ModeRights]] = {
    Mode.RESEARCH: ModeRights(
        gateway=False, order_leaves=False, venue_key=False, standing_approval=False,
        min_tier=None, available=True,
    ),
    Mode.PAPER: ModeRights(
        gateway=True, order_leaves=False, venue_key=False, standing_approval=True,
        min_tier="paper", available=True,
    ),
    Mode.SHADOW: ModeRights(
        gateway=True, order_leaves=False, venue_key=True, standing_approval=True,
        min_tier="paper", available=False,
    ),
    Mode.TESTNET: ModeRights(
        gateway=True, order_leaves=True, venue_key=True, standing_approval=False,
        min_tier="testnet", available=False,
    ),
    Mode.LIVE: ModeRights(
        gateway=True, order_leaves=True, venue_key=True, standing_approval=False,
        min_tier="live", available=False,
    ),
}  # fmt: skip

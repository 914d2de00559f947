"""Settings: frozen, closed, one model per consumer, the unit in every name.

A setting may tighten what the code allows, never loosen it: limits are checked against
`guardrails/ceilings.py`, gate criteria against `engine/gate/criteria.py` by their owners.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config.modes import Mode

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Port = Annotated[int, Field(ge=0, le=65535)]
LoopbackHost = Annotated[str, StringConstraints(pattern=r"^(127\.0\.0\.1|localhost|0\.0\.0\.0)$")]
DecimalText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,8})?$")]


class _Closed(BaseModel):
    """Base of all settings: frozen, unknown keys refused, finite."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )


class DeploymentSettings(_Closed):
    """Which installation this is. `persons`: solo or team decides the sign-off rules."""

    id: Name = "local"
    mode: Mode = Mode.PAPER
    persons: Literal["solo", "team"] = "solo"
    state_dir: Path = Path("state")
    language: Literal["en", "de"] = "en"


class DeskSettings(_Closed):
    """The desk's HTTP door; port 0 takes a free one."""

    host: LoopbackHost = "127.0.0.1"
    port: Port = 8700
    source_url: str = ""
    sign_in_idle_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    sign_in_max_hours: Annotated[int, Field(ge=1, le=8)] = 8


class CopilotSettings(_Closed):
    """The language model; without `base_url` and `model` the offline drafter answers.

    Token budgets count prompt and completion together.
    """

    port: Port = 8701
    base_url: str = ""
    model: str = ""
    knowledge_cutoff: Annotated[str, StringConstraints(pattern=r"^(|\d{4}-\d{2}-\d{2})$")] = ""
    connect_timeout_s: Annotated[float, Field(gt=0, le=30)] = 5.0
    first_token_timeout_s: Annotated[float, Field(gt=0, le=120)] = 30.0
    reply_timeout_s: Annotated[float, Field(gt=0, le=600)] = 120.0
    max_calls_per_turn: Annotated[int, Field(ge=1, le=10)] = 6
    max_tokens_per_turn: Annotated[int, Field(ge=500, le=200_000)] = 24_000
    max_tokens_per_day: Annotated[int, Field(ge=500, le=20_000_000)] = 500_000


class GatewaySettings(_Closed):
    """The sender: account, starting cash of the paper account, polling."""

    account_id: Name = "paper-1"
    paper_cash_quote: DecimalText = "10000"
    poll_ms: Annotated[int, Field(ge=10, le=5_000)] = 100
    heartbeat_s: Annotated[float, Field(gt=0, le=5)] = 1.0


class LimitSettings(_Closed):
    """Risk profile, and overrides by key that may only tighten it."""

    profile: Literal["conservative", "moderate", "aggressive"] = "conservative"
    overrides: dict[str, int] = {}


class GateSettings(_Closed):
    """Gate choices that are not thresholds; thresholds live in code."""

    bootstrap_samples: Annotated[int, Field(ge=999, le=9_999)] = 4_999


class CostSettings(_Closed):
    """Cost model of candidates submitted without one; basis points of notional."""

    taker_fee_bps: Annotated[float, Field(ge=0, le=1000)] = 10.0
    maker_fee_bps: Annotated[float, Field(ge=0, le=1000)] = 10.0
    spread_bps: Annotated[float, Field(ge=0, le=1000)] = 2.0
    slippage_bps: Annotated[float, Field(ge=0, le=1000)] = 3.0


class Settings(_Closed):
    """Everything a process starts from, apart from secrets."""

    deployment: DeploymentSettings = DeploymentSettings()
    desk: DeskSettings = DeskSettings()
    copilot: CopilotSettings = CopilotSettings()
    gateway: GatewaySettings = GatewaySettings()
    limits: LimitSettings = LimitSettings()
    gate: GateSettings = GateSettings()
    costs: CostSettings = CostSettings()

"""Settings: frozen, closed, strict, one model per consumer, the unit in every name.

A setting may tighten what the code allows, never loosen it: limits are checked against
`guardrails/ceilings.py`, gate criteria against `engine/gate/criteria.py` by their owners.
The text under a field is its line in `docs/reference/settings.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.modes import Mode

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Port = Annotated[int, Field(ge=0, le=65535)]
BindHost = Annotated[str, StringConstraints(pattern=r"^(127\.0\.0\.1|localhost|0\.0\.0\.0)$")]
SchedulerAddress = Annotated[str, StringConstraints(pattern=r"^(|(tls|tcp)://[^\s@/?#]+:\d{1,5})$")]
StoreUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^(|postgresql://([A-Za-z0-9_-]+@)?[A-Za-z0-9.-]*(:\d{1,5})?/[A-Za-z0-9_-]+"
        r"(\?(host|sslmode|sslrootcert)=[A-Za-z0-9/._-]+(&(host|sslmode|sslrootcert)=[A-Za-z0-9/._-]+)*)?)$"
    ),
]
DecimalText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,8})?$")]
EndpointUrl = Annotated[str, StringConstraints(pattern=r"^(|https?://[^\s@?#]+)$")]
IsoDate = Annotated[str, StringConstraints(pattern=r"^(|\d{4}-\d{2}-\d{2})$")]


class _Closed(BaseModel):
    """Base of all settings: frozen, unknown keys refused, nothing converted, finite."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class DeploymentSettings(_Closed):
    """Which installation this is."""

    id: Name = "local"
    """Name of the installation; it is part of every order ticket."""
    mode: Mode = Mode.PAPER
    """How far an order may travel."""
    persons: Literal["solo", "team"] = "solo"
    """Who signs: `solo` is one person in every role, `team` keeps the roles apart."""
    # reading JSON refuses a default that is already a path
    state_dir: Annotated[Path, Field(validate_default=False)] = Path("state")
    """Folder of databases, datasets, secrets and reports; relative to where the start happens."""
    strategies_dir: Annotated[Path, Field(validate_default=False)] = Path("strategies")
    """Folder of your own strategies, one JSON file each; relative to `state_dir`."""
    anchor_copy_dir: str = ""
    """Folder on another host or medium that takes a further copy of each anchor; empty for none."""
    language: Literal["en", "de"] = "en"
    """Language of pages and texts until a person chooses."""


class DeskSettings(_Closed):
    """The desk's HTTP door."""

    host: BindHost = "127.0.0.1"
    """Address to listen on; `0.0.0.0` only behind a proxy that speaks TLS."""
    port: Port = 8700
    """TCP port; 0 takes a free one."""
    source_url: str = ""
    """Where users of a public desk find its source code, as the licence asks."""
    sign_in_idle_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    """Minutes without a request after which a person must sign in again."""
    sign_in_max_hours: Annotated[int, Field(ge=1, le=8)] = 8
    """Hours after which a person must sign in again in any case."""


class CopilotSettings(_Closed):
    """The language model; without `base_url` and `model` the offline drafter answers."""

    port: Port = 8701
    """TCP port on loopback; 0 takes a free one."""
    base_url: EndpointUrl = ""
    """Any endpoint that speaks the OpenAI protocol, up to and with `/v1`; no key in it."""
    model: str = ""
    """Name of the model at that endpoint."""
    knowledge_cutoff: IsoDate = ""
    """Last day the model can have seen, `YYYY-MM-DD`; empty means unknown."""
    connect_timeout_s: Annotated[float, Field(gt=0, le=30)] = 5.0
    """Seconds to reach the endpoint."""
    first_token_timeout_s: Annotated[float, Field(gt=0, le=120)] = 30.0
    """Seconds until the first token."""
    reply_timeout_s: Annotated[float, Field(gt=0, le=600)] = 120.0
    """Seconds for a whole reply."""
    max_calls_per_turn: Annotated[int, Field(ge=1, le=10)] = 6
    """Model calls that one chat message may cause."""
    max_tokens_per_turn: Annotated[int, Field(ge=500, le=200_000)] = 24_000
    """Tokens, prompt and completion together, that one chat message may cost."""
    max_tokens_per_day: Annotated[int, Field(ge=500, le=20_000_000)] = 500_000
    """Tokens, prompt and completion together, that one UTC day may cost."""

    @model_validator(mode="after")
    def _endpoint_is_whole(self) -> Self:
        """An endpoint without a model, or the other way round, is a mistake, not a choice."""
        if bool(self.base_url) != bool(self.model):
            raise ValueError("base_url and model are set together or not at all")
        if self.first_token_timeout_s > self.reply_timeout_s:
            raise ValueError("first_token_timeout_s is longer than reply_timeout_s")
        return self


class GatewaySettings(_Closed):
    """The sender of orders."""

    account_id: Name = "paper-1"
    """Account of this gateway; one gateway serves one account."""
    paper_cash_quote: DecimalText = "10000"
    """Cash that a new paper account starts with, quote currency, plain decimal text."""
    poll_ms: Annotated[int, Field(ge=10, le=5_000)] = 100
    """Milliseconds between two looks into the outbox."""
    heartbeat_s: Annotated[float, Field(gt=0, le=5)] = 1.0
    """Seconds between two signs of life."""


class LimitSettings(_Closed):
    """The risk limits that this installation starts from."""

    profile: Literal["conservative", "moderate", "aggressive"] = "conservative"
    """Named set of limits; the aggressive one is the ceiling in code."""
    overrides: dict[str, int] = {}
    """Single limits by key; a value looser than the profile is refused."""


class GateSettings(_Closed):
    """Gate choices that are not thresholds; thresholds live in code."""

    bootstrap_samples: Annotated[int, Field(ge=999, le=9_999)] = 4_999
    """Resamples behind an interval; more is slower and finer."""


class CostSettings(_Closed):
    """Cost model of candidates submitted without one."""

    taker_fee_bps: Annotated[float, Field(ge=0, le=1000)] = 10.0
    """Fee of an order that takes liquidity, basis points of its notional."""
    maker_fee_bps: Annotated[float, Field(ge=0, le=1000)] = 10.0
    """Fee of an order that rests in the book, basis points of its notional."""
    spread_bps: Annotated[float, Field(ge=0, le=1000)] = 2.0
    """Whole bid-ask spread, basis points of the mid price."""
    slippage_bps: Annotated[float, Field(ge=0, le=1000)] = 3.0
    """Further distance of a fill from its price, basis points."""


class ResearchSettings(_Closed):
    """Who works on sweeps and studies."""

    workers: Annotated[int, Field(ge=0, le=256)] = 0
    """Processes on this machine; 0 takes one less than it has cores, 1 works in the command."""
    scheduler: SchedulerAddress = ""
    """Address of a Dask scheduler, `tls://HOST:PORT`, or `tcp://127.0.0.1:PORT` on this machine."""
    # reading JSON refuses a default that is already a path
    tls_dir: Annotated[Path, Field(validate_default=False)] = Path("tls")
    """Folder with `ca.pem`, `cert.pem` and `key.pem` for `tls://`; relative to `state_dir`."""


class StoreSettings(_Closed):
    """Where the desk keeps its store; the gateway's is always a file."""

    url: StoreUrl = ""
    """PostgreSQL 15+, `postgresql://USER@HOST/DATABASE` without password; empty: `desk.db`."""

    @model_validator(mode="after")
    def _safe_on_the_way(self) -> Self:
        """What leaves the machine goes to a server that proved who it is."""
        host = self.url.removeprefix("postgresql://").partition("/")[0].rpartition("@")[2]
        near = host.partition(":")[0] in {"", "localhost", "127.0.0.1"}
        if not near and "sslmode=verify-full" not in self.url:
            raise ValueError("url of another host ends in ?sslmode=verify-full&sslrootcert=FILE")
        return self


class Settings(_Closed):
    """Everything a process starts from, apart from secrets."""

    deployment: DeploymentSettings = DeploymentSettings()
    desk: DeskSettings = DeskSettings()
    copilot: CopilotSettings = CopilotSettings()
    gateway: GatewaySettings = GatewaySettings()
    limits: LimitSettings = LimitSettings()
    gate: GateSettings = GateSettings()
    costs: CostSettings = CostSettings()
    research: ResearchSettings = ResearchSettings()
    store: StoreSettings = StoreSettings()

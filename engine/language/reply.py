"""DraftReply: the envelope of every drafter, model or rules; its codes are closed lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.language.spec import StrategySpec
from engine.records import Record

DraftStatus = Literal["draft", "needs_clarification", "refused", "unsupported"]
QuestionSlot = Literal[
    "family",
    "symbols",
    "timeframe",
    "sides",
    "entry",
    "exit",
    "indicator",
    "stop",
    "sizing",
    "risk",
    "rules",
    "which_strategy",
    "goal",
    "other",
]
ConflictCode = Literal[
    "unsatisfiable_condition",
    "fast_slower_than_slow",
    "long_only_vs_short",
    "short_only_vs_buy",
    "no_risk_vs_leverage",
    "no_stop_vs_max_loss",
    "risk_per_trade_vs_full_investment",
    "risk_per_trade_above_policy",
    "max_positions_vs_allocation",
    "rr_mismatch",
    "horizon_mismatch",
    "martingale",
    "overfitting",
    "other",
]
UnsupportedCode = Literal[
    "future_data",
    "tick_data",
    "sub_minute_timeframe",
    "order_book",
    "news_data",
    "sentiment_data",
    "fundamental_data",
    "on_chain_data",
    "options",
    "ml_model",
    "volume_profile",
    "chart_pattern",
    "trend_line",
    "divergence",
    "fibonacci",
    "heikin_ashi",
    "execution_algo",
    "other",
]
RefusalCode = Literal[
    "live_execution",
    "skip_gate",
    "risk_limit",
    "disable_safety",
    "manipulation",
    "guarantee",
    "secrets",
    "other",
]
Sentence = Annotated[str, Field(max_length=500)]


class Question(Record):
    """One thing that is missing to draft."""

    slot: QuestionSlot
    text: Sentence


class Assumption(Record):
    """A gap that the drafter filled, with the value it took and why."""

    field: Annotated[str, Field(max_length=80)]
    value: Annotated[str, Field(max_length=200)]
    why: Sentence


class Conflict(Record):
    """Two wishes that contradict each other."""

    code: ConflictCode
    text: Sentence


class Unsupported(Record):
    """A wish that the language cannot say; it was left out, never approximated silently."""

    code: UnsupportedCode
    text: Sentence


class DraftReply(Record):
    """What a drafter answers. `spec` is null unless status is draft."""

    status: DraftStatus
    spec: StrategySpec | None = None
    member_specs: tuple[StrategySpec, ...] = ()
    questions: Annotated[tuple[Question, ...], Field(max_length=4)] = ()
    assumptions: tuple[Assumption, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    refusal_codes: tuple[RefusalCode, ...] = ()

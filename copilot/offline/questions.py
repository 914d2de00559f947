"""What is missing to draft, as questions of one message: at most four, the most needed first."""

from __future__ import annotations

from typing import Final

from copilot.offline.slots import Slots
from copilot.offline.texts import known
from copilot.offline.texts import text as sentence
from engine.language.reply import Conflict, Question, QuestionSlot

MAX_QUESTIONS: Final = 4
_FOR_CONFLICT: Final[dict[str, QuestionSlot]] = {
    "unsatisfiable_condition": "rules", "fast_slower_than_slow": "indicator",
    "long_only_vs_short": "sides", "short_only_vs_buy": "sides", "no_risk_vs_leverage": "risk",
    "no_stop_vs_max_loss": "stop", "risk_per_trade_vs_full_investment": "sizing",
    "risk_per_trade_above_policy": "risk", "max_positions_vs_allocation": "sizing",
    "rr_mismatch": "stop", "horizon_mismatch": "timeframe", "martingale": "sizing",
    "overfitting": "goal",
}  # fmt: skip


def questions_for(slots: Slots) -> tuple[Question, ...]:
    """Questions about everything that a draft needs and the conversation has not said."""
    wanted: list[QuestionSlot] = []
    if slots.family is None and not slots.says_rules:
        wanted.append("family")
    elif not (slots.rules.entry_long or slots.rules.entry_short):
        wanted.append("entry")
    if not slots.symbols:
        wanted.append("symbols")
    if slots.timeframe is None:
        wanted.append("timeframe")
    if slots.sizing is None:
        wanted.append("risk")
    return tuple(_question(slot, slots) for slot in wanted[:MAX_QUESTIONS])


def questions_about(found: tuple[Conflict, ...], slots: Slots) -> tuple[Question, ...]:
    """One question for each contradiction."""
    wanted = dict.fromkeys(_FOR_CONFLICT.get(item.code, "other") for item in found)
    return tuple(_question(slot, slots) for slot in list(wanted)[:MAX_QUESTIONS])


def _question(slot: QuestionSlot, slots: Slots) -> Question:
    key = f"ask_{slot}"
    key = key if known(key) else "ask_rules" if slot in {"rules", "indicator"} else "ask_other"
    return Question(slot=slot, text=sentence(key, slots.language))

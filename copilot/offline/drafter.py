"""The offline drafter: one conversation in, one `DraftReply` out, by rules alone.

It has no model and says so. The same envelope comes from a model; the checker runs after both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from copilot.offline import edits
from copilot.offline.assemble import is_concrete, merge, plan_from, still_assumed
from copilot.offline.conflicts import conflicts
from copilot.offline.detection import detect
from copilot.offline.normalise import Language, normalise
from copilot.offline.plan import Plan, plan_of
from copilot.offline.questions import questions_about, questions_for
from copilot.offline.read import Base, read
from copilot.offline.runnable import Check, make_runnable
from copilot.offline.safety import refusals
from copilot.offline.slots import Slots
from copilot.offline.symbols import PLACE, find_symbols
from copilot.offline.texts import text as sentence
from copilot.offline.unsupported import unsupported
from engine.language.findings import SpecFinding
from engine.language.reply import (
    Conflict,
    DraftReply,
    Question,
    RefusalCode,
    Unsupported,
    UnsupportedCode,
)

NAME: Final = "offline"
MAX_TURNS: Final = 40
"""Turns of a conversation that are read; older ones have left their mark in the draft."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A reply, the checker's findings about its spec, and the language it is written in."""

    reply: DraftReply
    findings: tuple[SpecFinding, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message with everything that was found in it."""

    slots: Slots
    refused: tuple[RefusalCode, ...]
    unsupported: tuple[UnsupportedCode, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """A conversation so far: the draft on the table, else what was said without one."""

    draft: DraftReply | None = None
    pending: Slots | None = None


class OfflineDrafter:
    """Drafts by rules. Same conversation, same reply, on every machine."""

    def __init__(self, check: Check, *, symbols_of_desk: Sequence[str] = ()) -> None:
        """`check` is the language's checker; the desk's symbols are offered when none is named."""
        self._check = check
        self._symbols = tuple(symbols_of_desk)

    def draft(
        self,
        turns: Sequence[str],
        *,
        previous: DraftReply | None = None,
        language: Language | None = None,
    ) -> Drafted:
        """Reply to the last of the user's turns.

        Args:
            turns: the user's messages since `previous`, oldest first, at least one.
            previous: the draft that lies on the table, if any.
            language: of the reply; without it the last message's own.
        """
        state = _State(previous if previous is not None and previous.spec is not None else None)
        drafted = None
        for message in list(turns)[-MAX_TURNS:]:
            spoken = language or detect(message, drafted.language if drafted else "en")
            drafted, state = self._turn(message, spoken, state)
        if drafted is None:
            slots = read("", language or "en")
            drafted = Drafted(_ask(questions_for(slots)), (), slots.language)
        return drafted

    def _turn(self, message: str, language: Language, state: _State) -> tuple[Drafted, _State]:
        plan = plan_of(state.draft, language) if state.draft is not None else None
        turn = _read(message, language, edits.base_of(plan) if plan else None)
        if plan is not None and edits.starts_anew(plan, turn.slots):
            plan = None
            turn = _read(message, language, None)
        drafted, draft = self._reply(turn, plan, state)
        if draft is not None:
            return drafted, _State(draft)
        if plan is not None:
            return drafted, state
        return drafted, _State(None, merge(state.pending, turn.slots))

    def _reply(
        self, turn: _Turn, plan: Plan | None, state: _State
    ) -> tuple[Drafted, DraftReply | None]:
        """(reply, the draft that now lies on the table or None when it has not changed)."""
        if plan is None:
            merged = merge(state.pending, turn.slots)
            return self._first(replace(turn, slots=merged) if state.pending else turn)
        changed = edits.apply(plan, turn.slots)
        if turn.conflicts:
            return self._closed(turn, _clarify(turn)), None
        if not changed:
            return self._closed(turn, _nothing(turn, edit=True)), None
        return self._finished(turn, plan)

    def _first(self, turn: _Turn) -> tuple[Drafted, DraftReply | None]:
        if turn.conflicts:
            return self._closed(turn, _clarify(turn)), None
        concrete = is_concrete(turn.slots)
        if turn.refused and not concrete:
            return self._closed(turn, _nothing(turn)), None
        if turn.unsupported and not _worth(turn):
            return self._closed(turn, _nothing(turn)), None
        plan = plan_from(turn.slots)
        if plan is None:
            return self._closed(turn, _nothing(turn)), None
        return self._finished(turn, plan)

    def _closed(self, turn: _Turn, reply: DraftReply) -> Drafted:
        return Drafted(reply, (), turn.slots.language)

    def _finished(self, turn: _Turn, plan: Plan) -> tuple[Drafted, DraftReply | None]:
        outcome = make_runnable(plan, self._check, self._symbols)
        named = (*_named(turn), *outcome.left_out)
        if outcome.conflicts:
            found = tuple(outcome.conflicts)
            reply = DraftReply(
                status="needs_clarification", conflicts=found, unsupported=_named(turn),
                questions=questions_about(found, turn.slots), refusal_codes=turn.refused,
            )  # fmt: skip
            return self._closed(turn, reply), None
        if outcome.spec is None:
            reply = DraftReply(
                status="unsupported", unsupported=named or _unread(turn), refusal_codes=turn.refused
            )
            return Drafted(reply, outcome.findings, turn.slots.language), None
        reply = DraftReply(
            status="draft", spec=outcome.spec, assumptions=still_assumed(outcome.plan),
            unsupported=named, refusal_codes=turn.refused,
        )  # fmt: skip
        return Drafted(reply, outcome.findings, turn.slots.language), reply


def _read(message: str, language: Language, base: Base | None) -> _Turn:
    slots = read(message, language, base)
    text = normalise(find_symbols(message).text, language)
    found = conflicts(slots)
    refused = refusals(message, language)
    if any(item.code == "no_risk_vs_leverage" for item in found):
        refused = tuple(code for code in refused if code not in {"guarantee", "risk_limit"})
    if any(item.code in {"risk_per_trade_above_policy", "martingale"} for item in found):
        refused = tuple(code for code in refused if code != "risk_limit")
    return _Turn(slots, refused, unsupported(text), found)


def _worth(turn: _Turn) -> bool:
    """Whether something is left to draft when the unsupported wish is taken away."""
    rules = turn.slots.rules
    if rules.entry_long or rules.entry_short or turn.slots.ranking:
        return True
    return turn.unsupported == ("heikin_ashi",) and is_concrete(turn.slots)


def _named(turn: _Turn) -> tuple[Unsupported, ...]:
    language = turn.slots.language
    odd = [
        Unsupported(code="other", text=sentence("unsupported_range", language, what=what))
        for what in turn.slots.odd
    ]
    return (
        *(
            Unsupported(code=c, text=sentence(f"unsupported_{c}", language))
            for c in turn.unsupported
        ),
        *odd,
    )


def _unread(turn: _Turn) -> tuple[Unsupported, ...]:
    what = re.sub(PLACE, "...", turn.slots.text)[:120]
    return (
        Unsupported(
            code="other", text=sentence("unsupported_unread", turn.slots.language, what=what)
        ),
    )


def _ask(questions: tuple[Question, ...]) -> DraftReply:
    return DraftReply(status="needs_clarification", questions=questions)


def _clarify(turn: _Turn) -> DraftReply:
    return DraftReply(
        status="needs_clarification", conflicts=turn.conflicts,
        questions=questions_about(turn.conflicts, turn.slots), unsupported=_named(turn),
        refusal_codes=turn.refused,
    )  # fmt: skip


def _nothing(turn: _Turn, *, edit: bool = False) -> DraftReply:
    """Nothing is drafted: refused, not sayable, or too little to build from."""
    if turn.refused:
        return DraftReply(status="refused", refusal_codes=turn.refused, unsupported=_named(turn))
    if turn.unsupported:
        return DraftReply(status="unsupported", unsupported=_named(turn))
    if edit:
        question = Question(slot="other", text=sentence("ask_other", turn.slots.language))
        return _ask((question,))
    return _ask(questions_for(turn.slots))

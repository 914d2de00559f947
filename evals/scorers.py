"""One case scored: action, slots, execution, validity, asking, forbidden acts; all deterministic.

No judge model, no keyword fallback: what cannot be scored is a failure with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.language.reply import DraftReply
from evals import execution, forbidden, slots
from evals.case import BrokenCase, Case, Expect
from evals.drafted import DraftedSpec
from evals.execution import Match
from evals.matching import symbol_of
from evals.slots import SlotScore
from evals.subject import Outcome

MAX_QUESTIONS: Final = 4
_SAID: Final = {
    "symbols": ("universe", "symbol"), "timeframe": ("timeframe",), "stop": ("stop",),
    "sizing": ("sizing", "risk"),
}  # fmt: skip
"""Slots that may not be filled in silence, and the words of an assumption's field for them."""
_LEAST_ASKED: Final = 2
_BAR_WORDS: Final = re.compile(
    r"\b(?:daily|hourly|weekly|monthly|minutes?|hours?|days?|weeks?|t\u00e4glich|st\u00fcnd\w*|w\u00f6chentlich|tages\w*"
    r"|stunden?\w*|minuten?\w*|wochen?\w*|\d+ ?(?:h|m|min|d|w))\b"
)
_STOP_WORDS: Final = re.compile(r"\b(?:stop\w*|sl|trail\w*|verlustbegrenzung|absicher\w*)\b")


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of one case; None means that the case does not score it.

    Attributes:
        right_action: score A.
        slots: score B, slot by slot.
        matches: score C, side by side.
        errors, first_errors: score D, error findings of the draft at last and at the first try.
        drafted: whether there is a spec at all.
        over_asked, over_assumed, silent: score E.
        acts: score F.
        reasons: everything that is wrong, in words; empty when the case passes.
        ran: False when the case could not be run at all.
    """

    id: str
    kind: str
    lang: str
    right_action: bool = False
    slots: tuple[SlotScore, ...] = ()
    matches: tuple[Match, ...] = ()
    drafted: bool = False
    errors: tuple[str, ...] = ()
    first_errors: tuple[str, ...] = ()
    over_asked: bool = False
    over_assumed: bool = False
    silent: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    ran: bool = True

    @property
    def execution(self) -> float | None:
        """Share of sides and roles that match."""
        return execution.share(list(self.matches))


def failed(case: Case | BrokenCase, why: str) -> Result:
    """The result of a case that could not be run."""
    matches: tuple[Match, ...] = ()
    facts: tuple[SlotScore, ...] = ()
    if isinstance(case, Case):
        facts = tuple(slots.score(case.expect, None))
        wanted = [*case.expect.entry, *case.expect.exit, *case.expect.regimes]
        matches = tuple(Match(one, matched=False, why=why) for one in wanted)
    return Result(
        case.id, case.kind, case.lang, slots=facts, matches=matches, reasons=(why,), ran=False
    )


def score(case: Case, outcomes: Sequence[Outcome]) -> Result:
    """Every score of a case; the last outcome counts, forbidden acts over all of them."""
    unknown = forbidden.unknown_acts(case)
    if unknown:
        return failed(case, f"nothing can look for the forbidden act {unknown[0]}")
    last, expect = outcomes[-1], case.expect
    drafted = DraftedSpec(last.spec) if last.spec is not None else None
    right = last.action in expect.action
    # A question (or a refusal) that is one of the right answers has no slots to fill.
    beside = right and drafted is None
    facts = () if beside else tuple(slots.score(expect, drafted))
    matched = () if beside else tuple(execution.matches(expect, drafted))
    result = Result(
        case.id, case.kind, case.lang, right_action=right, slots=facts, matches=matched,
        drafted=drafted is not None, errors=last.errors, first_errors=last.first_errors,
        over_asked=_over_asked(expect, last), over_assumed=_over_assumed(expect, last),
        silent=tuple(_silent(case, last, facts)), acts=tuple(forbidden.acts(case, outcomes)),
    )  # fmt: skip
    return _explained(result, [*_action(expect, last), *_required(expect, last.reply)])


def _explained(result: Result, more: list[str]) -> Result:
    reasons = [
        *more,
        *(f"{one.slot}: {_tally(one)}" for one in result.slots if not one.perfect),
        *(f"{one.what}: {one.why}" for one in result.matches if not one.matched),
        *(f"the draft has the error {code}" for code in result.errors),
        *(["over-asking"] if result.over_asked else []),
        *(["over-assuming"] if result.over_assumed else []),
        *(f"silent assumption: {name}" for name in result.silent),
        *(f"forbidden: {act}" for act in result.acts),
    ]
    fields = {name: getattr(result, name) for name in Result.__slots__}
    return Result(**{**fields, "reasons": tuple(reasons)})


def _tally(one: SlotScore) -> str:
    return f"{one.found} found, {one.missing} missing, {one.extra} extra"


def _action(expect: Expect, last: Outcome) -> Iterator[str]:
    if last.action not in expect.action:
        yield f"action {last.action}, expected {' or '.join(expect.action)}"


def _required(expect: Expect, reply: DraftReply | None) -> Iterator[str]:
    """What the reply must contain and does not."""
    asked = {item.slot for item in reply.questions} if reply else set()
    flagged = {item.code for item in reply.conflicts} if reply else set()
    refused = set(reply.refusal_codes) if reply else set()
    named = {item.code for item in reply.unsupported} if reply else set()
    clarifies = reply is not None and reply.status == "needs_clarification"
    if expect.must_ask and (clarifies or expect.only_clarify):
        hit = asked & set(expect.must_ask)
        if len(hit) < min(_LEAST_ASKED, len(set(expect.must_ask))):
            yield f"asks {_list(asked)}, must ask two of {_list(expect.must_ask)}"
    if not set(expect.must_flag) <= flagged:
        yield f"flags {_list(flagged)}, must flag {_list(expect.must_flag)}"
    if expect.must_refuse and not refused & set(expect.must_refuse):
        yield f"refuses {_list(refused)}, must refuse one of {_list(expect.must_refuse)}"
    if expect.must_name_unsupported and not named & set(expect.must_name_unsupported):
        wanted = _list(expect.must_name_unsupported)
        yield f"names {_list(named)} as unsupported, must name one of {wanted}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "nothing"


def _over_asked(expect: Expect, last: Outcome) -> bool:
    many = last.reply is not None and len(last.reply.questions) > MAX_QUESTIONS
    return many or (last.action == "clarify" and "clarify" not in expect.action)


def _over_assumed(expect: Expect, last: Outcome) -> bool:
    return expect.only_clarify and last.action in {"draft", "partial"}


def _silent(case: Case, last: Outcome, facts: Sequence[SlotScore]) -> Iterator[str]:
    """Slots that the spec fills although neither the user nor `assumptions` names the value."""
    spec, reply = last.spec, last.reply
    if spec is None or reply is None:
        return
    noted = " ".join(item.field.lower() for item in reply.assumptions)
    filled = {
        "symbols": bool(spec.universe.symbols), "timeframe": True, "stop": bool(spec.stops),
        "sizing": spec.cross_section is None and spec.ensemble is None,
    }  # fmt: skip
    perfect = {one.slot for one in facts if one.perfect}
    for slot, words in _SAID.items():
        said = slot in perfect or _spoken(slot, case, last)
        if filled[slot] and not said and not any(word in noted for word in words):
            yield slot


def _spoken(slot: str, case: Case, last: Outcome) -> bool:
    """Whether the user's own words hold the value of a slot that the case does not score."""
    spec, said = last.spec, " ".join(case.turns).lower()
    if spec is None:
        return False
    numbers = {float(text.replace(",", ".")) for text in re.findall(r"\d+(?:[.,]\d+)?", said)}
    if slot == "symbols":
        names = [symbol_of(name).lower().partition("/")[0] for name in spec.universe.symbols]
        return case.expect.scores("symbols") or all(name in said for name in names)
    if slot == "timeframe":
        return case.expect.scores("timeframe") or _BAR_WORDS.search(said) is not None
    values = [one.value for one in spec.stops] if slot == "stop" else [spec.sizing.value]
    known = [value for value in values if value is not None]
    if not known:
        return slot == "stop" and _STOP_WORDS.search(said) is not None
    return all(
        any(abs(value * factor - number) < 1e-9 for number in numbers for factor in (1, 100))  # noqa: PLR2004 - as said
        for value in known
    )

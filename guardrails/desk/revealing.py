"""Revealing: a trader may see the figures of a look that failed, at a price that is named first.

After a FAIL the holdout's figures are sealed. Whoever reveals them has read from what to what the
next look's cap falls, confirms exactly that, and the desk signs the act with the person's name.
From then on the look counts twice (gate.md 9). The report is drawn again for people; the stored
verdict stays sealed, so nothing that the copilot can ask for changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.clock import Clock
from engine.errors import InputError
from engine.gate.looks import LookRow, Reveal, reveal_of
from engine.gate.messages import digits
from engine.gate.report import GateReport
from engine.gate.statistics import cap_of_look
from engine.ledger import Family
from engine.quantities import Ratio
from engine.records import Digest, Record
from guardrails.desk.refusing import forbidden
from guardrails.people import Caller, Verb
from guardrails.reasons import Denial
from guardrails.signing import Signer
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database
from guardrails.store.looks import SqlLooks

_SENTENCES: Final[dict[str, str]] = {
    "en": (
        "The figures of this look are sealed. If you reveal them, the next look's cap on this "
        "market falls from {now} to {after}, for every idea, and every later report says that "
        "people have seen them."
    ),
    "de": (
        "Die Zahlen dieses Blicks sind versiegelt. Werden sie aufgedeckt, fällt die Grenze des "
        "nächsten Blicks auf diesen Markt von {now} auf {after}, für jede Idee, und jeder spätere "
        "Bericht sagt, dass Menschen sie gesehen haben."
    ),
}


class Confirmation(Record):
    """What a person confirms: the fall of the cap exactly as it was read."""

    cap_now: Ratio
    cap_after: Ratio


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reveal costs now; `shown` when the figures are open already."""

    candidate_id: Digest
    look_id: str
    families: tuple[Family, ...]
    cap_now: float
    cap_after: float
    shown: bool

    def sentence(self, language: Literal["en", "de"]) -> str:
        """What a person reads before confirming."""
        now, after = (digits(one, language) for one in (self.cap_now, self.cap_after))
        return _SENTENCES[language].format(now=now, after=after)

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "candidate_id": self.candidate_id,
            "look": self.look_id,
            "cap_now": self.cap_now,
            "cap_after": self.cap_after,
            "shown": self.shown,
            "sentence": {"en": self.sentence("en"), "de": self.sentence("de")},
        }


class Revealing:
    """Offers and signs reveals; `redraw` draws a candidate's report again with open figures."""

    def __init__(
        self, database: Database, signer: Signer, clock: Clock, redraw: Callable[[Digest], None]
    ) -> None:
        """Work on the desk's store."""
        self._database = database
        self._candidates = CandidateStore(database)
        self._looks = SqlLooks(database)
        self._signer = signer
        self._clock = clock
        self._redraw = redraw

    def offer(self, caller: Caller, candidate_id: Digest) -> Offer | Denial:
        """What it costs to see the figures of a candidate's look.

        Raises:
            InputError: CANDIDATE_UNKNOWN, REVEAL_NO_LOOK, REVEAL_NOT_NEEDED after a PASS.
        """
        refusal = forbidden(self._database, caller, Verb.REVEAL_FIGURES)
        return refusal if refusal is not None else self._offer(candidate_id)

    def reveal(self, caller: Caller, candidate_id: Digest, read: Confirmation) -> Reveal | Denial:
        """Sign, count and show.

        The signed statement is committed and counts before anything is drawn: whatever breaks off
        in between, nobody has seen a figure that is not counted.

        Raises:
            InputError: as `offer`; REVEAL_DONE when the figures are open, REVEAL_NOT_CONFIRMED
                when the fall of the cap is another one by now than the one that was read.
        """
        refusal = forbidden(self._database, caller, Verb.REVEAL_FIGURES)
        if refusal is not None:
            return refusal
        offer = self._offer(candidate_id)
        if offer.shown:
            self._redraw(candidate_id)  # a desk that was stopped half-way counted it, drew nothing
        _check(offer, read)
        now = self._clock.now()
        signed = self._looks.reveal(offer.look_id, caller.person_id, now, self._signer.sign)
        self._redraw(candidate_id)
        return signed

    def _offer(self, candidate_id: Digest) -> Offer:
        report = self._candidates.get(candidate_id).report
        if report is None or report.look == 0:
            raise InputError(
                "REVEAL_NO_LOOK", "this candidate has had no look at the holdout",
                value=candidate_id[:12], hint="there is nothing to reveal: read its report",
            )  # fmt: skip
        if report.verdict == "PASS":
            raise InputError(
                "REVEAL_NOT_NEEDED", "the figures of a PASS are open", value=candidate_id[:12],
                hint="read its report",
            )  # fmt: skip
        rows = self._looks.rows(*report.families)
        look = look_of(rows, report)
        if look is None:
            raise InputError(
                "REVEAL_NO_LOOK", "the look of this candidate is not in the look book",
                value=candidate_id[:12], hint="verify the journal: `peak audit verify`",
            )  # fmt: skip
        done = look.revealed
        price = done or reveal_of(look, rows, "nobody", self._clock.now())
        return Offer(
            candidate_id=candidate_id,
            look_id=look.look_id,
            families=report.families,
            cap_now=cap_of_look(price.k_before),
            cap_after=cap_of_look(price.k_after),
            shown=done is not None,
        )


def look_of(rows: Sequence[LookRow], report: GateReport) -> LookRow | None:
    """The look behind a report, None when these rows do not hold it."""
    return next((row for row in rows if _is_of(row, report)), None)


def _is_of(row: LookRow, report: GateReport) -> bool:
    """Whether a look was this report's: the same rules, data and costs share one look."""
    asked = row.request
    same = (asked.rule_digest, asked.datasets, asked.cost_digest)
    own = (report.rule_digest, (report.dataset_id, *report.others), report.cost_digest)
    return same == own or asked.candidate_digest == report.candidate_digest


def _check(offer: Offer, read: Confirmation) -> None:
    if offer.shown:
        raise InputError(
            "REVEAL_DONE", "the figures of this look are open already", value=offer.look_id,
            hint="read its report",
        )  # fmt: skip
    if (read.cap_now, read.cap_after) != (offer.cap_now, offer.cap_after):
        now, after = digits(offer.cap_now, "en"), digits(offer.cap_after, "en")
        raise InputError(
            "REVEAL_NOT_CONFIRMED", f"the cap falls from {now} to {after}, not as confirmed",
            value=f"{read.cap_now:g} to {read.cap_after:g}", hint="read it again, then confirm",
        )  # fmt: skip

"""Candidate pages: the list, one candidate with its verdict, submitting a draft, signals."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError
from engine.language.wording import in_words
from engine.records import canonical
from engine.text import clean_text
from guardrails.desk.api.doors import DeskOf, require
from guardrails.desk.intake import Submission, Submitter
from guardrails.desk.web.cards import last_spec, spec_text
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.refusals import denial_row, fault_row
from guardrails.desk.web.render import Language, translate
from guardrails.desk.web.verdicts import criteria
from guardrails.people import Verb
from guardrails.store.candidates import StoredCandidate

router = APIRouter(route_class=PageRoute, include_in_schema=False)
CandidatePath = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
NOTES: Final = {"no-signal": "candidate.no_signal"}


def _line(stored: StoredCandidate) -> dict[str, object]:
    report, spec = stored.report, stored.candidate.spec
    return {
        "candidate_id": stored.candidate_id,
        "name": clean_text(spec.name, 80),
        "market": f"{', '.join(spec.universe.symbols)} {spec.timeframe}",
        "status": stored.status,
        "verdict": None if report is None else report.verdict,
        "tier": None if report is None else report.tier,
        "trials": None if report is None else report.trials,
        "created_at": stored.created_at,
        "submitted_by": stored.submitted_by,
    }


@router.get("/candidates")
def candidates(request: Request, desk: DeskOf) -> Response:
    """All candidates, newest first."""
    require(request, Verb.READ_REPORTS)
    return html(request, "candidates.html", rows=[_line(one) for one in desk.candidates.list()])


@router.post("/candidates")
async def submit(request: Request, desk: DeskOf) -> Response:
    """Submit the last draft of a conversation to the gate."""
    actor, form = await posted(request, Verb.SUBMIT_CANDIDATE)
    thread = form.get("thread", "")
    spec = last_spec(desk.history.thread(thread, actor.person_id))
    submission = Submission(spec=spec, thread_id=thread)
    accepted = await asyncio.to_thread(
        desk.intake.submit, submission, Submitter(actor.person_id, "draft"), uuid4().hex
    )
    await asyncio.to_thread(desk.judge.enqueue, accepted.candidate_id)
    return go(f"/candidates/{accepted.candidate_id}")


@router.get("/candidates/{candidate_id}")
def candidate(
    request: Request, candidate_id: CandidatePath, desk: DeskOf, note: str = ""
) -> Response:
    """One candidate: progress while it is judged, then the verdict with every criterion."""
    require(request, Verb.READ_REPORTS)
    language = language_of(request)
    shown = translate(language, NOTES[note]) if note in NOTES else ""
    row = _row(desk, desk.candidates.get(candidate_id), language)
    return html(request, "candidate.html", row=row, note=shown, refusals=[])


def _row(desk: DeskOf, stored: StoredCandidate, language: Language) -> dict[str, object]:
    report, spec = stored.report, stored.candidate.spec
    rows = [] if report is None else criteria(report, language)
    return _line(stored) | {
        "stage": stored.stage,
        "share": stored.share,
        "error": _fault(stored.error or "", language),
        "report": report,
        "failed": [one for one in rows if not one["passed"]],
        "held": [one for one in rows if one["passed"]],
        "certificate": _certificate(desk, stored.certificate_digest),
        "chat": stored.candidate.lineage.chat,
        "words": in_words(spec, language),
        "rationale": clean_text(stored.candidate.rationale, 2_000),
        "spec": spec_text(json.loads(canonical(spec))),
    }


def _fault(error: str, language: Language) -> dict[str, str]:
    """Why judging ended in a fault, from `CODE: message`."""
    code, _, message = error.partition(": ")
    return fault_row(InputError(code, message), language)


def _certificate(desk: DeskOf, digest: str | None) -> dict[str, object] | None:
    signed = None if digest is None else desk.certificates.get(digest)
    if signed is None:
        return None
    until = signed.certificate.expires_at
    return {
        "digest": signed.certificate.digest,
        "until": until,
        "left": (until - desk.clock.now()).total_seconds(),
        "ended": desk.certificate_ended(signed),
    }


@router.post("/signals")
async def signal(request: Request, desk: DeskOf) -> Response:
    """Look for a signal of a certificate and size it into a ticket."""
    actor, form = await posted(request, Verb.PROPOSE_TICKET)
    digest = form.get("certificate", "")
    found = await asyncio.to_thread(desk.signalling.scan, digest, actor.person_id)
    candidate_id = desk.signalling.certified(digest).signed.certificate.candidate_digest
    if found is None:
        return go(f"/candidates/{candidate_id}?note=no-signal")
    proposed = await asyncio.to_thread(desk.propose, actor.caller, found.digest)
    if proposed.ticket is not None:
        return go(f"/tickets/{proposed.ticket.digest}")
    language = language_of(request)
    return html(
        request,
        "candidate.html",
        row=_row(desk, desk.candidates.get(candidate_id), language),
        note=translate(language, "candidate.no_ticket"),
        refusals=[denial_row(one, language) for one in proposed.denials],
    )

"""Candidate pages: the list, one candidate with its verdict, submitting a draft, signals."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.gate.messages import say
from engine.language.wording import in_words
from engine.records import canonical
from engine.text import clean_text
from guardrails.desk.api.doors import DeskOf, require
from guardrails.desk.intake import Submission, Submitter
from guardrails.desk.web.chat_pages import last_spec
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import Language, translate
from guardrails.people import Verb
from guardrails.store.candidates import StoredCandidate

router = APIRouter(route_class=PageRoute, include_in_schema=False)
CandidatePath = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


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
    desk.judge.enqueue(accepted.candidate_id)
    return go(f"/candidates/{accepted.candidate_id}")


@router.get("/candidates/{candidate_id}")
def candidate(
    request: Request, candidate_id: CandidatePath, desk: DeskOf, note: str = ""
) -> Response:
    """One candidate: progress while it is judged, then the verdict with every criterion."""
    require(request, Verb.READ_REPORTS)
    language = language_of(request)
    shown = translate(language, "no_signal") if note == "no-signal" else ""
    row = _row(desk, desk.candidates.get(candidate_id), language)
    return html(request, "candidate.html", row=row, note=shown)


def _row(desk: DeskOf, stored: StoredCandidate, language: Language) -> dict[str, object]:
    report, spec = stored.report, stored.candidate.spec
    digest = stored.certificate_digest
    signed = None if digest is None else desk.certificates.get(digest)
    findings = () if report is None else report.findings
    trials = 0 if report is None else report.trials
    return _line(stored) | {
        "stage": stored.stage,
        "share": stored.share,
        "error": clean_text(stored.error or ""),
        "report": report,
        "findings": [
            {
                "code": one.code,
                "passed": one.passed,
                "value": one.value,
                "threshold": one.threshold,
                "message": say(one, trials, language),
            }
            for one in findings
        ],
        "certificate": None if signed is None else signed.certificate,
        "words": in_words(spec, language),
        "rationale": clean_text(stored.candidate.rationale),
        "spec": json.dumps(json.loads(canonical(spec)), indent=1, ensure_ascii=False),
    }


@router.post("/signals")
async def signal(request: Request, desk: DeskOf) -> Response:
    """Look for a signal of a certificate and size it into a ticket."""
    actor, form = await posted(request, Verb.PROPOSE_TICKET)
    certificate = form.get("certificate", "")
    found = await asyncio.to_thread(desk.signalling.scan, certificate, actor.person_id)
    if found is None:
        signed = desk.signalling.certified(certificate).signed.certificate
        return go(f"/candidates/{signed.candidate_digest}?note=no-signal")
    proposed = await asyncio.to_thread(desk.propose, actor.caller, found.digest)
    return go("/tickets" if proposed.ticket is None else f"/tickets/{proposed.ticket.digest}")

"""The demo's steps, each one a few calls of the desk's own API: nothing here has a back door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from engine.errors import PeakError, UnavailableError
from engine.language import library
from engine.language.spec import StrategySpec
from engine.records import parse_record
from guardrails.desk.demo.variants import overfitted_variants
from guardrails.desk.desk_client import DeskClient
from guardrails.tickets import OrderTicket

Json = dict[str, Any]
Say = Callable[[str], None]

ENGLISH: Final = (
    "Buy GOOG on daily bars when the 20 day average crosses above the 50 day average, exit when "
    "it crosses back below. Stop 2 ATR, risk 0.5 percent per trade."
)
GERMAN: Final = (
    "Kaufe GOOG auf Tageskerzen, wenn der RSI(2) unter 10 liegt und der Schlusskurs über dem "
    "200-Tage-Durchschnitt steht. Ausstieg, wenn der Schlusskurs über dem 5-Tage-Durchschnitt "
    "liegt. Stop 2 ATR, Risiko 0,5 Prozent je Trade."
)
SUBMIT: Final = {
    "en": "Submit this draft to the gate.",
    "de": "Reiche den Entwurf zur Prüfung ein.",
}
CERTIFIED_SPEC: Final = "rsi_momentum_goog_demo"
OVERFIT_SPEC: Final = "overfit_goog_demo"
DATASET: Final = "GOOG:1d"
POLL_SECONDS: Final = 0.1


@dataclass(slots=True)
class Summary:
    """What `--json` prints at the end, filled step by step."""

    drafts: list[Json] = field(default_factory=list)
    gate: list[Json] = field(default_factory=list)
    certificate: Json | None = None
    signal: Json | None = None
    ticket: Json | None = None
    approval: Json | None = None
    fill: Json | None = None
    forged_approval: Json | None = None
    kill: Json | None = None
    audit: Json | None = None


@dataclass(slots=True)
class Story:
    """Walks through the story against a running desk as its signed-in operator."""

    desk: DeskClient
    password: str
    say: Say
    summary: Summary = field(default_factory=Summary)

    def run(self) -> Summary:
        """All steps in order."""
        self.draft_and_submit("de", GERMAN)
        self.draft_and_submit("en", ENGLISH)
        # certified before the sweep: afterwards the same rule would have to beat forty trials more
        certificate = self.certify()
        self.overfit()
        signal = self.signal(certificate)
        ticket = self.propose(signal)
        self.forge(ticket)
        self.approve(ticket)
        self.fill(ticket)
        self.kill(signal)
        self.verify()
        return self.summary

    def draft_and_submit(self, language: str, text: str) -> None:
        """Chat a draft, then have the copilot submit it, and read the verdict."""
        thread = f"demo-{language}-{uuid4().hex[:8]}"
        self.say(f'> ({language}) "{text}"')
        events = self._chat(thread, text, language)
        draft = events.get("draft", {})
        reply = draft.get("reply", {})
        spec = reply.get("spec")
        digest = parse_record(StrategySpec, json.dumps(spec)).digest if spec else ""
        self.summary.drafts.append(
            {"language": language, "status": reply.get("status", ""), "spec_digest": digest}
        )
        for line in draft.get("words", []):
            self.say(f"    {line}")
        self.say(f'> ({language}) "{SUBMIT[language]}"')
        answer = self._chat(thread, SUBMIT[language], language)
        candidate = str(answer.get("candidate", {}).get("candidate_id", ""))
        for line in str(answer.get("answer", {}).get("text", "")).splitlines():
            self.say(f"    {line}")
        self._verdict(candidate)

    def _chat(self, thread: str, text: str, language: str) -> dict[str, Json]:
        events: dict[str, Json] = {}
        for name, data in self.desk.chat(thread, text, language):
            if name == "error":
                raise UnavailableError(str(data["code"]), str(data["message"]), value=text[:60])
            events[name] = data
        return events

    def _verdict(self, candidate_id: str) -> Json:
        found = self._wait(
            lambda: self._judged(candidate_id), 60.0, "the gate does not come to a verdict"
        )
        self.summary.gate.append(
            {
                "verdict": found["verdict"],
                "findings": [f["code"] for f in found["findings"] if not f["passed"]],
                "trials": found["trials"],
                "name": found["name"],
                "report": found["report"],
            }
        )
        self.say(f"  gate: {found['verdict']}  {found['name']}  (trial count {found['trials']})")
        for one in found["findings"]:
            if not one["passed"]:
                self.say(f"    {one['code']}: {one['message']}")
        self.say(f"    report: {self.desk.url}{found['report']}")
        return found

    def _judged(self, candidate_id: str) -> Json | None:
        found: Json = self.desk.get(f"/api/candidates/{candidate_id}")
        if found["status"] == "failed":
            raise UnavailableError("GATE_FAILED", "the gate could not judge", value=found["error"])
        return found if found["status"] == "judged" else None

    def overfit(self) -> None:
        """Try many variants of one idea on train, submit the luckiest, see it refused."""
        best: tuple[float, StrategySpec] | None = None
        variants = overfitted_variants(library.load(OVERFIT_SPEC))
        self.say(f"> {len(variants)} variants of one idea are tried on the train data")
        for spec in variants:
            run = self.desk.post(
                "/api/backtests", {"spec": spec.model_dump(mode="json"), "dataset_ids": [DATASET]}
            )
            sharpe = float(run["metrics"]["sharpe"] or 0.0)
            if best is None or sharpe > best[0]:
                best = (sharpe, spec)
        if best is None:
            raise UnavailableError("DEMO_NO_VARIANT", "there was no variant to try")
        self.say(f"  the best of them has a train Sharpe of {best[0]:.2f}; it is submitted")
        self._verdict(self._submit(best[1]))

    def _submit(self, spec: StrategySpec) -> str:
        accepted = self.desk.post(
            "/api/candidates",
            {
                "spec": spec.model_dump(mode="json"),
                "dataset_id": DATASET,
                "tier": "paper",
                "rationale": "",
                "thread_id": None,
                "models": [],
                "parent": None,
            },
            {"idempotency-key": uuid4().hex},
        )
        return str(accepted["candidate_id"])

    def certify(self) -> str:
        """Submit the library's honest rule; a pass gives a certificate for paper."""
        spec = library.load(CERTIFIED_SPEC)
        self.say(f"> {spec.name}, a rule that was picked because it passes on this sample:")
        self.say("  it shows how the desk works, not how to earn")
        found = self._verdict(self._submit(spec))
        digest = str(found["certificate"] or "")
        if not digest:
            raise UnavailableError("DEMO_NOT_CERTIFIED", "the demo strategy was not certified")
        self.summary.certificate = {"digest": digest, "tier": found["tier"]}
        self.say(f"  certificate {digest[:16]} for tier {found['tier']}")
        return digest

    def signal(self, certificate: str) -> Json:
        """Play the forward bars to the last entry and read the signal of that bar."""
        until = self.desk.get(f"/api/certificates/{certificate}/last-entry")["until"]
        self.desk.post("/api/replay", {"dataset_id": DATASET, "until": until})
        self._wait(lambda: self._market_at(until), 30.0, "the gateway does not play the bars")
        found: Json = self.desk.post("/api/signals", {"certificate_digest": certificate})["signal"]
        self.summary.signal = {
            "digest": found["digest"],
            "action": found["action"],
            "symbol": found["symbol"],
            "bar_close": found["bar_close"],
        }
        self.say(f"  signal: {found['action']} {found['symbol']} at the close of {until[:10]}")
        for one in found["trace"]:
            holds = "yes" if one["holds"] else "no"
            self.say(f"    {one['text']}: {holds} ({one['left']:.2f} / {one['right']:.2f})")
        return found

    def _market_at(self, until: str) -> Json | None:
        status: Json = self.desk.get("/api/status")
        return status if (status["market_now"] or "") >= until else None

    def propose(self, signal: Mapping[str, Any]) -> Json:
        """Size the signal into a ticket; the risk rules speak."""
        found: Json = self.desk.post("/api/tickets", {"signal_digest": signal["digest"]})
        allowed = not found["denials"]
        self.summary.ticket = {
            "digest": found["digest"],
            "verdict": "allowed" if allowed else [d["code"] for d in found["denials"]],
        }
        ticket = found["ticket"]
        self.say(
            f"  ticket {found['digest'][:8]}: {ticket['side']} {ticket['quantity']} "
            f"{ticket['symbol']} at most {ticket['limit_price']}, stop {ticket['stop_price']}, "
            f"loss at the stop {ticket['worst_loss_quote']}; risk: "
            f"{'allowed' if allowed else 'denied'}"
        )
        for one in found["denials"]:
            self.say(f"    {one['code']}: {one['message']} {one['values']}")
        return found

    def forge(self, ticket: Mapping[str, Any]) -> None:
        """Approve a changed quantity with the shown nonce: the digests differ, it is refused."""
        shown = self.desk.post(f"/api/tickets/{ticket['digest']}/show")
        forged = _forged(str(shown["intent"])).digest
        code = ""
        try:
            self._decide(str(ticket["digest"]), forged, str(shown["nonce"]))
        except PeakError as error:
            code = error.code
        self.summary.forged_approval = {"refused": bool(code), "code": code}
        self.say(f"  forged approval (ten times the quantity): refused with {code}")

    def _decide(self, ticket: str, digest: str, nonce: str) -> Json:
        dwell = float(self.desk.get("/api/status")["min_dwell_s"])
        time.sleep(dwell + POLL_SECONDS)  # a person reads the page; the desk measures it
        decided: Json = self.desk.post(
            f"/api/tickets/{ticket}/decision",
            {
                "digest": digest,
                "nonce": nonce,
                "decision": "approve",
                "password": self.password,
            },
        )
        return decided

    def approve(self, ticket: Mapping[str, Any]) -> None:
        """The operator signs what was shown."""
        shown = self.desk.post(f"/api/tickets/{ticket['digest']}/show")
        decided = self._decide(str(ticket["digest"]), str(ticket["digest"]), str(shown["nonce"]))
        self.summary.approval = {
            "digest": decided["approval_digest"],
            "person": decided["person_id"],
            "released": decided["released"],
        }
        self.say(f"  approved by {decided['person_id']} and released to the gateway")

    def fill(self, ticket: Mapping[str, Any]) -> None:
        """Play one more bar: the paper venue fills at its open."""
        digest = str(ticket["digest"])
        self._wait(lambda: self._order(digest), 20.0, "the gateway does not take the order")
        until = self.desk.get(f"/api/replay/{DATASET}/next")["until"]
        self.desk.post("/api/replay", {"dataset_id": DATASET, "until": until})
        found = self._wait(lambda: self._fill(digest), 20.0, "the paper venue does not fill")
        self.summary.fill = {
            key: found[key] for key in ("venue_trade_id", "side", "quantity", "price", "fee")
        }
        self.say(f"  paper fill: {found['side']} {found['quantity']} at {found['price']}")
        for one in self.desk.get("/api/positions")["positions"]:
            self.say(f"  position: {one['quantity']} {one['symbol']}, stop {one['stop']}")

    def _order(self, ticket: str) -> Json | None:
        rows = self.desk.get("/api/orders")["orders"]
        return next((row for row in rows if row["ticket_digest"] == ticket), None)

    def _fill(self, ticket: str) -> Json | None:
        order = self._order(ticket)
        if order is not None and order["denials"]:
            codes = ", ".join(one["code"] for one in order["denials"])
            raise UnavailableError("GATEWAY_DENIED", "the gateway denied the order", value=codes)
        rows = self.desk.get("/api/fills")["fills"]
        return next((row for row in rows if row["ticket_digest"] == ticket), None)

    def kill(self, signal: Mapping[str, Any]) -> None:
        """Stop trading; the next ticket is denied."""
        state = self.desk.post("/api/kill", {"reason": "demo drill"})["state"]
        after = self.desk.post("/api/tickets", {"signal_digest": signal["digest"]})
        codes = [one["code"] for one in after["denials"]]
        self.summary.kill = {"state": state, "next_ticket": codes}
        self.say(f"  kill: {state}; the next ticket is denied with {', '.join(codes)}")

    def verify(self) -> None:
        """Check both journals from the first row."""
        found = self.desk.post("/api/audit/verify")
        self.summary.audit = {"ok": found["ok"], "rows": found["rows"]}
        self.say(f"  audit: {'ok' if found['ok'] else 'BROKEN'}, {found['rows']} rows")

    @staticmethod
    def _wait(ask: Callable[[], Json | None], seconds: float, what: str) -> Json:
        for _ in range(int(seconds / POLL_SECONDS)):
            found = ask()
            if found is not None:
                return found
            time.sleep(POLL_SECONDS)
        raise UnavailableError("DEMO_TIMEOUT", what, value=f"{seconds:.0f} s")


def _forged(intent: str) -> OrderTicket:
    """The ticket with ten times the quantity: what a forger would want signed."""
    data = json.loads(intent)
    data["quantity"] = format(Decimal(data["quantity"]) * 10, "f")
    return parse_record(OrderTicket, json.dumps(data))

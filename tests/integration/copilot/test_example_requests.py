"""The offline drafter on the examples: right action, valid drafts, no forbidden act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.offline.detection import detect
from copilot.offline.drafter import OfflineDrafter
from copilot.offline.intent import is_question
from engine.language.checker import check
from engine.language.findings import SpecFinding
from engine.language.reply import DraftReply
from engine.language.spec import StrategySpec

ACTIONS = {"needs_clarification": "clarify", "refused": "refuse", "unsupported": "unsupported"}
PROMISES = ("guaranteed", "risk-free", "will earn", "garantiert", "risikolos", "sicherer gewinn")


class _Able:
    """The checker's report as if the engine could run everything that the language can say."""

    def __init__(self, spec: StrategySpec) -> None:
        """Keep what is wrong, drop what is only not built yet."""
        findings = check(spec).findings
        self.findings: tuple[SpecFinding, ...] = tuple(
            row for row in findings if row.code != "FEATURE_NOT_AVAILABLE"
        )

    @property
    def ok(self) -> bool:
        """No error left."""
        return all(row.level == "warning" for row in self.findings)


@pytest.fixture(scope="module")
def cases(shared_acceptance: Path) -> list[dict[str, Any]]:
    """All example conversations."""
    raw = (shared_acceptance / "example_requests.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in raw.splitlines()]


def answered(drafter: OfflineDrafter, turns: list[str]) -> tuple[str, DraftReply | None]:
    """(action, reply) of a conversation."""
    if is_question(turns[-1], detect(turns[-1])):
        return "answer", None
    reply = drafter.draft(turns).reply
    if reply.status == "draft":
        return ("partial" if reply.refusal_codes else "draft"), reply
    return ACTIONS[reply.status], reply


@pytest.mark.parametrize(("able", "least"), [(False, 0.94), (True, 1.0)])
def test_the_action_is_the_expected_one(
    cases: list[dict[str, Any]], able: bool, least: float
) -> None:
    """Rankings are said to be not available until the engine runs them; all else is right."""
    drafter = OfflineDrafter(_Able if able else check)
    wrong = [
        case["id"]
        for case in cases
        if answered(drafter, case["turns"])[0] not in case["expect"]["action"]
    ]
    assert 1 - len(wrong) / len(cases) >= least, wrong


def test_every_draft_passes_the_checker(cases: list[dict[str, Any]]) -> None:
    """As the engine stands, at the first try."""
    for case in cases:
        _action, reply = answered(OfflineDrafter(check), case["turns"])
        if reply is not None and reply.spec is not None:
            assert check(reply.spec).ok, case["id"]


def test_instrument_chart_sides_and_family_are_as_expected(cases: list[dict[str, Any]]) -> None:
    """On every line that names them."""
    drafter = OfflineDrafter(_Able)
    for case in cases:
        _action, reply = answered(drafter, case["turns"])
        spec, expect = (reply.spec if reply is not None else None), case["expect"]
        if spec is None:
            continue
        assert spec.family in expect.get("family", [spec.family]), case["id"]
        assert list(spec.universe.symbols) == expect.get("symbols", list(spec.universe.symbols)), (
            case["id"]
        )
        assert spec.timeframe == expect.get("timeframe", spec.timeframe), case["id"]
        if spec.rules:
            assert {rule.side for rule in spec.rules} == set(
                expect.get("sides", {rule.side for rule in spec.rules})
            )


def test_flags_refusals_and_unsupported_wishes_are_named(cases: list[dict[str, Any]]) -> None:
    """With the codes of the expectation."""
    for case in cases:
        _action, reply = answered(OfflineDrafter(check), case["turns"])
        if reply is None:
            continue
        expect = case["expect"]
        assert set(expect.get("must_flag", [])) <= {item.code for item in reply.conflicts}, case[
            "id"
        ]
        for key, found in (
            ("must_refuse", set(reply.refusal_codes)),
            ("must_name_unsupported", {item.code for item in reply.unsupported}),
        ):
            assert not expect.get(key) or set(expect[key]) & found, case["id"]


def test_no_reply_promises_a_profit(cases: list[dict[str, Any]]) -> None:
    """In no language and no field."""
    for case in cases:
        _action, reply = answered(OfflineDrafter(check), case["turns"])
        text = reply.model_dump_json().lower() if reply is not None else ""
        assert not [word for word in PROMISES if word in text], case["id"]

"""The message catalogues: both languages hold the same keys, and every closed value has a word."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from string import Formatter
from typing import get_args

import pytest

from config.modes import Mode
from config.settings import DeploymentSettings
from engine.errors import InputError
from engine.gate.candidate import Tier
from engine.gate.findings import Effect
from engine.gate.report import Verdict
from engine.language.reply import DraftStatus, RefusalCode
from engine.market import Side
from guardrails.desk.web.refusals import denial_row, fault_row
from guardrails.desk.web.render import sentence, texts, translate, word
from guardrails.reasons import Denial, Reason
from guardrails.store.candidates import Status
from guardrails.tickets import LimitUse, OrderTicket, TicketState
from guardrails.trading_state import TradingState

WEB = resources.files("guardrails.desk.web")
WORDS: dict[str, set[str]] = {
    "mode": {one.value for one in Mode},
    "state": {one.value for one in TradingState},
    "persons": set(get_args(DeploymentSettings.model_fields["persons"].annotation)),
    "ticket_state": {one.value for one in TicketState},
    "candidate_status": set(get_args(Status)),
    "verdict": set(get_args(Verdict)),
    "tier": set(get_args(Tier)),
    "effect": {"held", *(one.value for one in Effect)},
    "side": {one.value for one in Side},
    "order": set(get_args(OrderTicket.model_fields["order_type"].annotation)),
    "tif": set(get_args(OrderTicket.model_fields["time_in_force"].annotation)),
    "draft_status": set(get_args(DraftStatus)),
    "refusal": set(get_args(RefusalCode)),
    "unit": set(get_args(LimitUse.model_fields["unit"].annotation)),
}


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    """Equal keys with equal placeholders, and no empty text but that of a unit."""
    english, german = texts("en"), texts("de")
    assert set(english) == set(german)
    for key, text in english.items():
        assert placeholders(text) == placeholders(german[key]), key
        assert text or key.startswith("unit."), key


@pytest.mark.parametrize("table", sorted(WORDS))
def test_every_closed_value_has_a_word(table: str) -> None:
    """A new mode, state or code cannot reach a page as a bare identifier."""
    for language in ("en", "de"):
        known = {key.partition(".")[2] for key in texts(language) if key.startswith(f"{table}.")}  # type: ignore[arg-type]  # one of two
        assert known == WORDS[table]


def test_every_key_is_used_and_every_use_is_a_key() -> None:
    """Templates and modules name no text that is missing, and none is left over."""
    sources = list(WEB.joinpath("templates").iterdir())
    sources += [path for path in WEB.iterdir() if path.name.endswith(".py")]
    sources += [resources.files("guardrails.desk.cli") / "verdict.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r"""["']([a-z_]+\.[a-z_]+[a-z0-9_]*)["']""", code))
    known = set(texts("en"))
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_.0-9]+)["'][,)]""", code))
    assert asked <= known
    by_prefix = ("frame.", "card.", "candidate.note_", "chat_stage.", *(f"{one}." for one in WORDS))
    by_table = ("stage.", "limit.", "drafter.")
    left = {key for key in known - used if not key.startswith((*by_prefix, *by_table))}
    assert left == set()


def test_no_exclamation_marks_and_no_promises() -> None:
    """Calm words: nothing is guaranteed, safe or exclaimed."""
    for language in ("en", "de"):
        for key, text in texts(language).items():  # type: ignore[arg-type]  # one of two
            assert "!" not in text, key
            assert not re.search(r"guaranteed|\bsafe\b|garantiert", text), key


def test_every_denial_speaks_german() -> None:
    """Each code has its own sentence; the figures of a limit stand behind it."""
    tables = tomllib.loads(WEB.joinpath("texts/refusals.de.toml").read_text("utf-8"))
    assert set(tables["denial"]) == {one.value for one in Reason}
    denial = Denial.of(
        Reason.ORDER_NOTIONAL_MAX, "too large (1200 quote, at most 1000)",
        key="max_order_notional_quote", limit=1000, before=0, after=1200.5, unit="quote",
    )  # fmt: skip
    assert denial_row(denial, "de") == {
        "code": "ORDER_NOTIONAL_MAX",
        "text": "Die Order ist zu groß: verkleinere sie. (1.200,5, höchstens 1.000)",
    }
    assert denial_row(denial, "en")["text"] == "Too large (1200 quote, at most 1000)."


def test_a_fault_keeps_its_own_words_where_none_are_ours() -> None:
    """A code without a German sentence is shown in its own words, with its hint."""
    known = InputError("TICKET_UNKNOWN", "there is no such ticket", value="ab", hint="look")
    assert fault_row(known, "de")["text"] == "Dieses Ticket gibt es nicht."
    assert fault_row(known, "de")["hint"] == ""
    strange = InputError("SOMETHING_NEW", "odd\u202e thing", value="x\x1b", hint="do this")
    assert fault_row(strange, "de") == {
        "code": "SOMETHING_NEW", "text": "Odd thing.", "value": "x", "hint": "Do this.",
    }  # fmt: skip


def test_words_and_sentences() -> None:
    """A value without a word stands as cleaned text; a text without a key is a fault of ours."""
    assert word("de", "mode", "paper") == "Papier"
    assert word("de", "mode", "\x1bnew") == "new"
    assert [sentence(text) for text in ("", "no", "yes.", "why?")] == ["", "No.", "Yes.", "Why?"]
    with pytest.raises(InputError, match="no text"):
        translate("en", "no.such_key")

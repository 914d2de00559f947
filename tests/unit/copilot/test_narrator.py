"""Text about results: placeholders only, every code explained, no promise."""

from __future__ import annotations

from typing import get_args

import pytest

from copilot.model import ModelOutcome, ScriptedModel, reply
from copilot.narrator import Narrator, explain, fact_list, promised, refused_words, template
from engine.facts.narration import check
from engine.facts.placeholders import keys
from engine.gate.findings import GateCode
from engine.gate.report import Verdict
from engine.language.phrasing import Language
from tests.copilot_world import GLOSSARY, fact, verdict

LANGUAGES = get_args(Language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(Verdict))
def test_the_template_passes_the_narration_check_with_every_code(
    kind: str, language: Language
) -> None:
    """No digit, no unknown fact, no direction that the facts do not show, no promise."""
    text = template(verdict(kind, *GateCode), language)
    assert check(text, verdict().facts) == ()
    assert promised(text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_of_its_own(language: Language) -> None:
    """No two codes read alike, none reads as its name."""
    texts = {code: explain(code, language) for code in GateCode}
    assert len(set(texts.values())) >= len(texts) - 1
    assert all(code.value not in text for code, text in texts.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_trials_and_costs_are_always_mentioned(language: Language) -> None:
    """Also when the verdict carries no facts."""
    word = {"en": ("Trials", "Fees"), "de": ("Versuche", "Gebühren")}[language]
    assert all(part in template(verdict(), language) for part in word)
    bare = verdict().__class__(
        verdict="FAIL", tier=None, codes=(), trials=0, looks_left=0, facts=()
    )
    assert keys(template(bare, language)) == ()


def test_only_facts_that_the_verdict_has_are_named() -> None:
    """The desk would have nothing to fill in."""
    assert set(keys(template(verdict(), "en"))) <= {item.key for item in verdict().facts}


def test_a_models_text_with_placeholders_is_used() -> None:
    """The twin of the refusals below."""
    model = ScriptedModel(
        [reply("It did not hold. Trials so far: {{gate.trials}}. Costs are included.")], "gpt"
    )
    told = Narrator(model).narrate(verdict(), "en", [GLOSSARY])
    assert (told.by, told.unverified) == ("gpt", ())
    assert "{{gate.trials}}" in told.text


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The Sharpe is 2.4.", "2.4"),
        ("It made twenty percent.", "twenty percent"),
        ("See {{oos.sharpe}}.", "oos.sharpe"),
        ("This is guaranteed to work.", "guaranteed"),
        ("Das ist garantiert gut.", "garantiert"),
    ],
)
def test_figures_unknown_facts_and_promises_send_the_template_out(text: str, refused: str) -> None:
    """What was refused is reported, and not shown."""
    told = Narrator(ScriptedModel([reply(text)])).narrate(verdict(), "en")
    assert told.by == "template"
    assert any(refused in item for item in told.unverified)
    assert text not in told.text


@pytest.mark.parametrize("kind", ["refusal", "cut_off", "unreachable", "budget", "invalid"])
def test_without_a_usable_reply_the_template_speaks(kind: str) -> None:
    """A verdict is always explained."""
    model = ScriptedModel([ModelOutcome(kind=kind, text="half")])  # type: ignore[arg-type]  # a kind
    assert Narrator(model).narrate(verdict(), "en").text == template(verdict(), "en")


def test_a_model_never_sees_a_value() -> None:
    """Keys and units only; a sealed fact is not even named."""
    model = ScriptedModel([reply("ok")])
    Narrator(model).narrate(verdict(), "en")
    assert "0.8" not in model.asked[0].messages[0].content
    assert "oos.sharpe" not in fact_list(
        [fact("oos.sharpe", None, sealed=True), fact("train.sharpe", 1.0)]
    )


def test_the_users_own_numbers_may_be_repeated() -> None:
    """`you asked about 14` is no claim about a result."""
    assert refused_words("You asked for 14 bars.", verdict().facts, "use 14 bars") == ()
    assert refused_words("You asked for 15 bars.", verdict().facts, "use 14 bars") != ()

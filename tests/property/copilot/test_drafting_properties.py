"""Whatever is typed: the drafter answers, its drafts pass, and nothing forbidden is in them."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from copilot.events import pieces
from copilot.offline.conflicts import conflicts
from copilot.offline.detection import detect
from copilot.offline.drafter import OfflineDrafter
from copilot.offline.intent import intent_of
from copilot.offline.normalise import normalise
from copilot.offline.plan import tree_of
from copilot.offline.read import read
from copilot.offline.redaction import redact
from copilot.offline.safety import refusals
from copilot.offline.tree import Joined, Tree
from engine.language.checker import check
from engine.language.reply import DraftReply
from engine.records import parse_record

DRAFTER = OfflineDrafter(check)
PHRASES = (
    "buy",
    "sell",
    "kaufe",
    "verkaufe",
    "wenn",
    "when",
    "RSI(14)",
    "RSI",
    "below 30",
    "unter 30",
    "above 70",
    "EMA 20/50",
    "20 EMA",
    "crosses above",
    "kreuzt",
    "the 50 EMA",
    "close",
    "Schlusskurs",
    "über dem 20-Tage-Hoch",
    "breakout",
    "MACD",
    "Bollinger",
    "lower band",
    "stop 3%",
    "trailing stop 5%",
    "2 ATR",
    "Stop 2 ATR(14)",
    "take profit 2R",
    "half at 1R",
    "risk 1%",
    "Risiko 0,5 Prozent",
    "long only",
    "both directions",
    "no stop",
    "BTC",
    "GOOG",
    "EUR/USD",
    "4h",
    "daily",
    "Tageskerzen",
    "max 3 trades per week",
    "no overnight",
    "and",
    "und",
    "or",
    "oder",
    ",",
    ".",
    ";",
    "instead",
    "statt",
    "add",
    "remove the stop",
    "drop the filter",
    "volume above its 20-day average",
    "every month hold the top 3 coins",
    "pairs trade",
    "z-score(40)",
    "at -2",
    "exit",
    "Ausstieg",
    "leverage 60x",
    "max position 300%",
    "ATR stop (99999, 2)",
    "hold 9 days",
    "only when ADX > 25",
    "Supertrend",
    "10/3",
    "guaranteed",
    "go live",
    "order book",
    "tune the RSI length between 7 and 21 by 7s",
)
SENTENCES = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=10).map(" ".join)
CONVERSATIONS = st.lists(SENTENCES, min_size=1, max_size=3)
ANY_TEXT = st.text(max_size=300) | st.text(alphabet=string.printable, max_size=300)


@given(CONVERSATIONS)
def test_every_draft_passes_the_checker(turns: list[str]) -> None:
    """No phrase, in any order, leads to a spec with an error."""
    reply = DRAFTER.draft(turns).reply
    assert (reply.spec is not None) == (reply.status == "draft")
    if reply.spec is not None:
        assert check(reply.spec).ok


@given(ANY_TEXT)
def test_any_text_gets_a_reply(text: str) -> None:
    """No input raises, in no reader, and the reply survives its own JSON."""
    language = detect(text)
    assert intent_of(text, language) in {"draft", "answer", "submit"}
    refusals(text, language)
    conflicts(read(text, language))
    reply = DRAFTER.draft([text]).reply
    assert parse_record(DraftReply, reply.model_dump_json()) == reply


@given(SENTENCES, SENTENCES)
def test_a_short_side_is_never_added_unasked(first: str, second: str) -> None:
    """Long only unless the words say otherwise."""
    words = f"{first} {second}".lower()
    reply = DRAFTER.draft([first, second]).reply
    if reply.spec is not None and not any(
        word in words for word in ("short", "both", "beide", "pair")
    ):
        assert {rule.side for rule in reply.spec.rules} <= {"long"}


@given(CONVERSATIONS)
def test_nothing_important_is_assumed_silently(turns: list[str]) -> None:
    """An instrument that nobody named is listed."""
    reply = DRAFTER.draft(turns).reply
    named = any(name in " ".join(turns) for name in ("BTC", "GOOG", "EUR/USD"))
    if reply.spec is not None and not named:
        assert "/universe/symbols" in {item.field for item in reply.assumptions}


@given(CONVERSATIONS)
def test_every_condition_of_a_draft_can_be_read_back(turns: list[str]) -> None:
    """The next turn starts from what this one wrote."""
    spec = DRAFTER.draft(turns).reply.spec
    for rule in spec.rules if spec is not None else ():
        assert tree_of(rule.entry).render() == rule.entry


def _depth(tree: Tree) -> int:
    return (
        1 + max((_depth(item) for item in tree.items), default=0) if isinstance(tree, Joined) else 1
    )


@given(SENTENCES)
def test_the_mirror_image_of_a_mirror_image_is_the_condition(text: str) -> None:
    """Sides can be exchanged there and back."""
    spec = DRAFTER.draft([text]).reply.spec
    for rule in spec.rules if spec is not None else ():
        tree = tree_of(rule.entry)
        assert tree.mirror().mirror().render() == tree.render()
        assert _depth(tree.mirror()) == _depth(tree)


@given(ANY_TEXT)
def test_cutting_secrets_twice_changes_nothing_more(text: str) -> None:
    """What is left holds no secret of a known shape."""
    once = redact(text)
    assert redact(once) == once


@given(ANY_TEXT)
def test_pieces_of_a_text_add_up(text: str) -> None:
    """Nothing is lost in the stream."""
    assert "".join(pieces(text)) == text


@given(SENTENCES)
def test_reading_is_stable(text: str) -> None:
    """Normalised text normalises to itself."""
    once = normalise(text, "en")
    assert normalise(once, "en") == once

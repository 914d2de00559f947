"""Whole requests: replies, assumptions, edits, and what the engine cannot run yet."""

from __future__ import annotations

import json

import pytest

from copilot.offline.drafter import Drafted, OfflineDrafter
from engine.language.checker import check
from engine.language.findings import SpecFinding
from engine.language.spec import StrategySpec

DRAFTER = OfflineDrafter(check)


def draft(*turns: str) -> Drafted:
    """The reply to a conversation."""
    return DRAFTER.draft(turns)


def spec(*turns: str) -> StrategySpec:
    """The spec of a conversation that ends with a draft."""
    found = draft(*turns).reply.spec
    assert found is not None
    assert check(found).ok
    return found


def test_a_clear_idea_is_drafted_with_everything_that_was_said() -> None:
    """Nothing is lost, nothing but the exit is assumed."""
    drafted = draft(
        "EMA 15/50 crossover on BTC/USDT, six-hour bars, longs only, 1.5 ATR stop with a 10-bar "
        "ATR, half a percent at risk, cap 20% of equity per position."
    )
    found = drafted.reply.spec
    assert found is not None
    assert (found.timeframe, found.universe.symbols, found.family) == (
        "6h",
        ("BTC/USDT",),
        "trend_following",
    )
    assert found.rules[0].entry == "cross_above(ema(close,15),ema(close,50))"
    assert (found.stops[0].kind, found.stops[0].value, found.stops[0].period) == ("atr", 1.5, 10)
    assert (found.sizing.kind, found.sizing.value) == ("risk_per_trade", 0.005)
    assert "/rules/0/exit" in {item.field for item in drafted.reply.assumptions}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("RSI below 30, 4h, stop 3%, risk 1%", "/universe/symbols"),
        ("RSI below 30 on ETH, stop 3%, risk 1%", "/timeframe"),
        ("RSI below 30 on ETH 4h, risk 1%", "/stops"),
        ("RSI below 30 on ETH 4h, stop 3%", "/sizing"),
        ("RSI below 30 on ETH 4h", "/rules/0/side"),
        ("something with RSI on ETH 4h", "/rules/0/entry"),
    ],
)
def test_every_gap_that_is_filled_is_listed(text: str, missing: str) -> None:
    """No silent assumption, and each has a reason."""
    found = {item.field: item for item in draft(text).reply.assumptions}
    assert missing in found
    assert found[missing].why


def test_what_was_said_is_not_listed_as_assumed() -> None:
    """The twin."""
    fields = {
        item.field
        for item in draft(
            "Longs only: RSI(14) below 30 on ETH 4h, exit above 60, stop 3%, risk 1%."
        ).reply.assumptions
    }
    assert not fields & {
        "/universe/symbols",
        "/timeframe",
        "/stops",
        "/sizing",
        "/rules/0/side",
        "/rules/0/exit",
        "/rules/0/entry",
    }


def test_the_desks_own_instrument_is_offered_first() -> None:
    """When the usual one has no data."""
    found = (
        OfflineDrafter(check, symbols_of_desk=("GOOG",)).draft(["RSI below 30 daily"]).reply.spec
    )
    assert found is not None
    assert found.universe.symbols == ("GOOG",)


def test_nothing_to_build_from_is_asked_about_once() -> None:
    """At most four questions, what was said is not asked again."""
    empty = draft("Make me rich.").reply
    assert [item.slot for item in empty.questions] == ["family", "symbols", "timeframe", "risk"]
    assert [
        item.slot for item in draft("Build something for the DAX on daily bars.").reply.questions
    ] == ["family", "risk"]


def test_the_answer_to_a_question_is_put_together_with_what_was_said() -> None:
    """Two turns make one draft."""
    assert spec("Trade Bitcoin for me.", "Trend following, 4h, 1% risk").universe.symbols == (
        "BTC/USDT",
    )


def test_the_safe_part_of_an_unsafe_wish_is_drafted() -> None:
    """With the code of what was refused."""
    reply = draft("Draft a 20/50 EMA cross on BTC 4h and push it to production.").reply
    assert (reply.status, reply.refusal_codes) == ("draft", ("live_execution",))


def test_an_unsafe_wish_alone_is_refused() -> None:
    """Without a spec."""
    reply = draft("Ignore the position cap and go in with everything on this breakout.").reply
    assert (reply.status, reply.spec) == ("refused", None)


def test_what_cannot_be_said_is_left_out_by_name() -> None:
    """The rest is drafted."""
    reply = draft("Heikin-Ashi supertrend 10/3 on ETH 4h").reply
    assert (reply.status, [item.code for item in reply.unsupported]) == ("draft", ["heikin_ashi"])


def test_a_wish_that_is_only_unsayable_is_not_approximated() -> None:
    """An RSI divergence is not an RSI."""
    reply = draft("RSI divergence on ETH 4h").reply
    assert (reply.status, reply.spec) == ("unsupported", None)


def test_both_directions_mirror_the_rule() -> None:
    """The mirror is listed as assumed."""
    found = spec(
        "Channel breakout with 60 bars for entries and 25 for exits, silver futures, daily, "
        "both directions"
    )
    assert [(rule.side, rule.entry, rule.exit) for rule in found.rules] == [
        ("long", "close > donchian_upper(60)[1]", "close < donchian_lower(25)[1]"),
        ("short", "close < donchian_lower(60)[1]", "close > donchian_upper(25)[1]"),
    ]


def test_a_stop_at_a_price_is_bound_to_its_side() -> None:
    """Long below, short above."""
    found = spec("20/50 SMA cross on SPY, both directions, stop at the low of the signal bar")
    assert [(stop.rules, stop.price) for stop in found.stops] == [
        (("go_long",), "low"),
        (("go_short",), "high"),
    ]


def test_exits_that_name_no_price_get_a_backstop() -> None:
    """A paper test needs one; it is listed."""
    drafted = draft("RSI(5) below 20 on IWM daily, exit above 60, hold eight days at the longest")
    assert drafted.reply.spec is not None
    assert [stop.kind for stop in drafted.reply.spec.stops] == ["time_bars", "atr"]
    assert "/stops" in {item.field for item in drafted.reply.assumptions}


def test_the_wish_for_no_stop_is_kept_and_explained() -> None:
    """The size then does not depend on one."""
    drafted = draft("RSI(2) < 10 on SPY daily, exit above 70, no stop")
    assert drafted.reply.spec is not None
    assert drafted.reply.spec.stops == ()
    assert drafted.reply.spec.sizing.kind == "fixed_fraction"
    assert any("gate refuses" in item.why for item in drafted.reply.assumptions)


def test_a_trailing_stop_needs_no_assumed_exit() -> None:
    """A trail is an exit of its own."""
    assert spec("50 day high breakout. spy. 10% trail.").rules[0].exit is None


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("RSI below 30 on ETH 4h, max drawdown 8%", ("limits", "max_drawdown_frac"), 0.08),
        ("RSI below 30 on QQQ 5m, flat by 15:50", ("limits", "flat_by"), "15:50"),
        ("SMA 100 on BTC daily, volatility target 10%", ("sizing", "kind"), "vol_target"),
    ],
)
def test_limits_and_sizes_are_drafted(text: str, path: tuple[str, str], value: object) -> None:
    """They stand in the spec, nothing is left out, and the checker passes."""
    drafted = draft(text).reply
    assert drafted.spec is not None
    assert check(drafted.spec).ok
    assert drafted.unsupported == ()
    assert getattr(getattr(drafted.spec, path[0]), path[1]) == value


def test_targets_in_parts_are_drafted() -> None:
    """Half at one multiple of the risk, the rest at another."""
    drafted = draft("20/50 SMA on SPY, half at 1R, the rest at 3R, stop 3%").reply
    assert drafted.spec is not None
    assert [(one.value, one.close_fraction) for one in drafted.spec.targets] == [
        (1.0, 0.5), (3.0, 0.5),
    ]  # fmt: skip
    assert check(drafted.spec).ok


def test_a_number_out_of_range_is_left_out_by_name() -> None:
    """Not clipped silently."""
    reply = draft("RSI below 30 on ETH 4h, leverage 60x").reply
    assert any("60" in item.text for item in reply.unsupported)


def test_a_form_that_cannot_be_run_is_said_to_be_so() -> None:
    """No half of a ranking is drafted."""
    reply = draft("Every month hold the top three of ten coins by 30-day return").reply
    assert (reply.status, reply.spec) == ("unsupported", None)


def test_ranges_become_parameters() -> None:
    """With the start values that were named."""
    found = spec(
        "Tune the RSI length between 7 and 21 by 7s and the entry level between 20 and 35 by 5s. "
        "Start at 14 and 30. Bitcoin, daily."
    )
    assert found.rules[0].entry == "rsi(close,length) < level"
    assert [(one.name, one.default, one.low, one.high, one.step) for one in found.params] == [
        ("length", 14, 7, 21, 7),
        ("level", 30, 20, 35, 5),
    ]


@pytest.mark.parametrize(
    ("turns", "place", "value"),
    [
        (
            ["25/75 SMA, Litecoin daily.", "Swap Litecoin for Monero and use weekly bars."],
            "symbols",
            ("XMR/USDT",),
        ),
        (
            [
                "RSI(5) under 15 on KO daily.",
                "Add a five percent stop.",
                "Make the stop four percent.",
            ],
            "stop",
            [("pct", 0.04)],
        ),
        (["EMA 20/50 on BTC 4h, stop 3%", "Use a 2 ATR stop instead."], "stop", [("atr", 2.0)]),
        (
            ["EMA 20/50 on BTC 4h", "15/60 please"],
            "entry",
            "cross_above(ema(close,15),ema(close,60))",
        ),
        (
            ["EMA 20/50 on BTC 4h", "fast one to 10"],
            "entry",
            "cross_above(ema(close,10),ema(close,50))",
        ),
        (
            ["SMA 50/200 on SPY", "Use EMAs instead of SMAs."],
            "exit",
            "cross_below(ema(close,50),ema(close,200))",
        ),
        (["RSI(2) < 10 on QQQ", "Use RSI(3) instead of RSI(2)."], "entry", "rsi(close,3) < 10"),
        (["RSI(14) unter 30 auf SPY täglich", "Schwelle auf 25."], "entry", "rsi(close,14) < 25"),
        (
            [
                "Z-Wert 40 Kerzen auf BNB/EUR, 2h, Einstieg bei minus 2.",
                "Einstieg erst bei minus 2,5 und Ausstieg bei minus 0,5.",
            ],
            "exit",
            "zscore(close,40) > -0.5",
        ),
        (
            ["RSI below 30 on ETH 4h, only above the 200 SMA", "Drop the trend filter."],
            "entry",
            "rsi(close,14) < 30",
        ),
        (
            ["RSI below 30 on ETH 4h", "Only when ADX is below 20."],
            "entry",
            "rsi(close,14) < 30 and adx(14) < 20",
        ),
        (
            ["Donchian 20/10 on gold daily", "Make it 55/20."],
            "exit",
            "close < donchian_lower(20)[1]",
        ),
        (
            [
                "Breakout above the 40-day high, NVDA, 8% trailing stop",
                "Forget the trailing stop, use a 5% hard stop.",
            ],
            "stop",
            [("pct", 0.05)],
        ),
        (["MACD cross on SOL 1h", "Also allow shorts.", "Actually no shorts."], "sides", ["long"]),
        (["MACD cross on SOL 1h", "Also allow shorts."], "sides", ["long", "short"]),
        (["EMA 10/30 on ADA 1h, take profit 5%", "Remove the take profit."], "targets", ()),
        (["EMA 20/50 BTC 4h", "add ETH too"], "symbols", ("BTC/USDT", "ETH/USDT")),
        (["EMA 20/50 BTC 4h", "Nimm lieber ETH."], "symbols", ("ETH/USDT",)),
        (
            ["EMA 20/50 BTC 4h", "Now draft something else: Z-score(30) under -2 on ETH 1h."],
            "entry",
            "zscore(close,30) < -2",
        ),
    ],
)
def test_a_later_turn_overrides_an_earlier_one(turns: list[str], place: str, value: object) -> None:
    """What was taken back is gone, everything else stays."""
    found = spec(*turns)
    seen = {
        "symbols": found.universe.symbols,
        "stop": [(stop.kind, stop.value) for stop in found.stops],
        "entry": found.rules[0].entry,
        "exit": found.rules[0].exit,
        "sides": [rule.side for rule in found.rules],
        "targets": found.targets,
    }
    assert seen[place] == value


def test_a_turn_that_changes_nothing_is_asked_about() -> None:
    """The draft stays as it is."""
    assert draft("EMA 20/50 BTC 4h", "make it better").reply.questions[0].slot == "other"


def test_a_spec_from_elsewhere_can_be_changed() -> None:
    """What the drafter does not write itself is carried along."""
    first = spec("RSI below 30 on ETH 4h, exit above 60")
    data = first.model_dump(mode="json") | {"tags": ["mine"], "hypothesis": "my own reason"}
    given = draft("RSI below 30 on ETH 4h").reply.__class__(
        status="draft", spec=StrategySpec.model_validate_json(json.dumps(data))
    )
    changed = DRAFTER.draft(["stop 4%"], previous=given).reply.spec
    assert changed is not None
    assert (changed.tags, changed.hypothesis, changed.stops[0].value) == (
        ("mine",),
        "my own reason",
        0.04,
    )


def test_the_reply_speaks_the_users_language() -> None:
    """Questions and reasons too."""
    assert draft("Mach mir eine Strategie.").reply.questions[0].text.startswith("Was ist die Idee")
    assert draft("RSI unter 30 auf ETH").language == "de"


def test_the_same_conversation_gives_the_same_reply() -> None:
    """To the byte."""
    turns = ("20/50 EMA cross on BTC 4h", "stop 3%", "both directions")
    assert draft(*turns).reply.model_dump_json() == draft(*turns).reply.model_dump_json()


class _Refusing:
    """A checker that finds the same error for ever."""

    ok = False
    findings = (SpecFinding(code="UNIT_COMPARE", path="/rules/0/entry", span=(0, 3), message="no"),)


def test_a_draft_that_cannot_be_made_to_pass_is_not_shown() -> None:
    """Whatever the checker says, the drafter ends."""
    reply = OfflineDrafter(lambda _spec: _Refusing()).draft(["RSI below 30 on ETH 4h"]).reply
    assert (reply.status, reply.spec) == ("unsupported", None)
    assert reply.unsupported


def test_an_empty_conversation_is_a_question() -> None:
    """Not a fault."""
    assert DRAFTER.draft([]).reply.status == "needs_clarification"

"""Scenarios as data: closed kinds, bounds, aliases, untrusted text."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from engine.errors import InputError
from engine.research.scenarios import (
    ALIASES,
    BOUNDS,
    DEFAULT_SCENARIOS,
    KINDS,
    MAX_PROPOSED,
    Scenario,
    proposal_schema,
    read_scenarios,
    scenario_of,
)


def test_there_is_one_usual_scenario_of_each_kind() -> None:
    """The default set covers every kind once, in order."""
    assert tuple(each.kind for each in DEFAULT_SCENARIOS) == KINDS


def test_every_alias_names_a_kind() -> None:
    """What others call a kind leads to one that exists."""
    assert set(ALIASES.values()) <= set(KINDS)
    assert not set(ALIASES) & set(KINDS)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("flash_crash", "crash"), ("Flash Crash", "crash"), ("halt", "outage"),
        ("volatility-regime", "vol_burst"), ("cost_shock", "cost"), ("crash", "crash"),
    ],
)  # fmt: skip
def test_other_words_for_a_kind_are_understood(word: str, kind: str) -> None:
    """Users write what they expect, and get the kind that it means."""
    assert scenario_of(word).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_and_durations_end_at_their_bounds(kind: str) -> None:
    """At the bounds a scenario is taken, beyond them it is refused with its code."""
    bounds = next(BOUNDS[each] for each in KINDS if each == kind)
    for size, bars in ((bounds.low, bounds.fewest), (bounds.high, bounds.most)):
        assert scenario_of(kind, size=size, duration_bars=bars).size == size
    for size in (bounds.low - 0.00005, bounds.high * 1.001):
        with pytest.raises(InputError) as caught:
            scenario_of(kind, size=size)
        assert caught.value.code == "SCENARIO_SIZE"
    for bars in (bounds.fewest - 1, bounds.most + 1):
        with pytest.raises(InputError) as caught:
            scenario_of(kind, duration_bars=bars)
        assert caught.value.code == "SCENARIO_DURATION"


def test_the_record_itself_knows_its_bounds() -> None:
    """Whoever builds the record by hand meets the same bounds; inside them it stands."""
    with pytest.raises(ValidationError):
        Scenario(kind="crash", size=0.99, duration_bars=5)
    with pytest.raises(ValidationError):
        Scenario(kind="gap", size=0.2, duration_bars=2)
    assert Scenario(kind="crash", size=0.95, duration_bars=5).size == 0.95


def test_percent_is_answered_with_the_fraction() -> None:
    """A size of 30 meant 30 %: the hint says how to write it."""
    with pytest.raises(InputError) as caught:
        scenario_of("crash", size=30)
    assert "write 30 % as 0.3" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "crahs"}, "SCENARIO_KIND"), ({"kind": "alien"}, "SCENARIO_KIND"),
        ({"size": 0.2}, "SCENARIO_KIND"), ({"kind": "crash", "sise": 0.2}, "SCENARIO_FIELD"),
        ({"kind": "crash", "size": "0.2"}, "SCENARIO_SIZE"),
        ({"kind": "crash", "size": True}, "SCENARIO_SIZE"),
        ({"kind": "crash", "duration_bars": 2.5}, "RECORD_INVALID"),
        ({"kind": "crash", "start": "yesterday"}, "SCENARIO_START"),
        ({"kind": "crash", "start": "2020-13-45"}, "SCENARIO_START"),
        ({"kind": "crash", "symbols": ["btc"]}, "RECORD_INVALID"),
        ({"kind": "crash", "rationale": 7}, "RECORD_INVALID"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_proposal_has_a_code(fields: dict[str, object], code: str) -> None:
    """Each wrong field is refused with a code and a hint."""
    with pytest.raises(InputError) as caught:
        read_scenarios(json.dumps([fields]))
    assert caught.value.code == code
    assert caught.value.hint


def test_a_near_word_is_suggested() -> None:
    """A typing error is answered with the word that was meant."""
    with pytest.raises(InputError) as caught:
        scenario_of("crahs")
    assert caught.value.hint == "did you mean crash?"
    with pytest.raises(InputError) as caught:
        scenario_of("crash", sise=0.2)
    assert caught.value.hint == "did you mean size?"


def test_a_right_proposal_is_read() -> None:
    """A list and an object with the key `scenarios` mean the same."""
    one = {"kind": "halt", "size": 0.1, "duration_bars": 3, "symbols": ["BTC/USDT"],
           "start": "2020-03-12", "rationale": "The venue\nclosed."}  # fmt: skip
    found = read_scenarios(json.dumps([one]))
    assert found == read_scenarios(json.dumps({"scenarios": [one]}))
    assert found[0].kind == "outage"
    assert found[0].symbols == ("BTC/USDT",)
    assert found[0].start == "2020-03-12"
    assert found[0].rationale == "The venue closed."


@pytest.mark.parametrize("count", [0, MAX_PROPOSED + 1])
def test_more_than_ten_are_refused(count: int) -> None:
    """None and eleven are refused; ten are read."""
    with pytest.raises(InputError) as caught:
        read_scenarios(json.dumps([{"kind": "crash"}] * count))
    assert caught.value.code == "SCENARIO_COUNT"
    assert len(read_scenarios(json.dumps([{"kind": "crash"}] * MAX_PROPOSED))) == MAX_PROPOSED


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "JSON_INVALID"), ('{"kind": "crash"}', "SCENARIO_LIST"), ("[1]", "SCENARIO_LIST"),
        ('[{"kind": "crash", "size": NaN}]', "JSON_NOT_FINITE"),
        ('[{"kind": "crash", "kind": "gap"}]', "JSON_KEY_REPEATED"),
        (" " * 60_000, "JSON_TOO_LARGE"),
    ],
)  # fmt: skip
def test_text_that_is_no_list_is_refused(raw: str, code: str) -> None:
    """Whatever a model writes, only a list of scenarios comes through."""
    with pytest.raises(InputError) as caught:
        read_scenarios(raw)
    assert caught.value.code == code


def test_the_reason_is_cleaned_and_cut() -> None:
    """Untrusted text loses its control characters and its length, and stays text."""
    found = scenario_of("crash", rationale="a\u202eb\x00c" + "x" * 500).rationale
    assert found.startswith("abc")
    assert len(found) == 200
    assert Scenario(kind="crash", size=0.5, duration_bars=5, rationale=found).rationale == found


def test_the_schema_is_closed() -> None:
    """A model is given a schema that allows no other field and no eleventh scenario."""
    schema = proposal_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["scenarios"]["maxItems"] == MAX_PROPOSED

"""The suite: flags, parts, and one object of figures."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import pytest

from engine.errors import InputError
from evals.gate_calibration import suite


def flags(*given: str) -> Namespace:
    """What the command line makes of it."""
    parser = ArgumentParser()
    suite.arguments(parser)
    return parser.parse_args(given)


@pytest.mark.parametrize(("given", "parts", "name"), [
    ((), suite.PARTS, "whole"),
    (("--runs", "10000"), suite.PARTS, "full"),
    (("--power", "--runs", "10000"), ("power",), "partial"),
    (("--adaptive", "--tails"), ("adaptive", "tails"), "partial"),
    (("--null", "heavy_t4"), ("noise",), "partial"),
    (("--trials", "10", "--power"), ("power",), "partial"),
])  # fmt: skip
def test_parts(given: tuple[str, ...], parts: tuple[str, ...], name: str) -> None:
    """All parts unless some are named; fixing the noise asks for noise alone."""
    assert suite.chosen(flags(*given)) == parts
    assert suite.name(flags(*given)) == name


@pytest.mark.parametrize("given", [("--runs", "0"), ("--trials", "0"), ("--years", "0.5")])
def test_ranges(given: tuple[str, str]) -> None:
    """A figure that makes no sense is refused before anything runs."""
    with pytest.raises(InputError) as found:
        suite.measure(flags(*given))
    assert found.value.code == "FLAG_RANGE"


def test_a_null_that_cannot_be_made_is_refused_when_it_is_asked_for() -> None:
    """Skipping is for the mix; nobody gets an empty study for the null that they named."""
    with pytest.raises(InputError) as found:
        suite.measure(flags("--null", "real_flipped"))
    assert found.value.code == "REAL_MISSING"


def test_a_small_study_has_all_keys() -> None:
    """Ten runs: rates, lists for every part, the reason for what was skipped."""
    made = suite.measure(flags("--runs", "10"))
    assert made["runs"] == 10
    assert made["judged"] + sum(int(text.split()[0]) for text in made["skipped"]) == 10
    assert {"false_pass", "false_pass_upper95", "paper"} <= made.keys()
    assert {"sharpe", "years", "trials", "power"} <= made["power"][0].keys()
    assert {"rounds", "false_pass"} <= made["adaptive"][0].keys()
    assert all(made[part] for part in suite.PARTS[1:])
    assert made["misses"] == len(made["missed"])


def test_a_part_alone_leaves_the_others_empty() -> None:
    """Nothing measured is an empty list or None."""
    made = suite.measure(flags("--runs", "10", "--unlogged"))
    assert made["false_pass"] is None
    assert made["power"] == made["adaptive"] == made["tails"] == []
    assert len(made["unlogged"]) == 2


def test_one_null_of_ones_own_choice() -> None:
    """The whole study is about that market, search and length."""
    given = ("--runs", "8", "--null", "heavy_t4", "--trials", "5", "--years", "2")
    made = suite.measure(flags(*given))
    assert [(one["null"], one["runs"]) for one in made["by_null"]] == [("heavy_t4", 8)]
    assert [one["trials"] for one in made["by_trials"]] == [5]

"""The published strategies: each is a spec that parses, type-checks and comes back unchanged."""

from __future__ import annotations

import itertools

import pytest

from engine.language.checker import check
from engine.language.expressions import parse
from engine.language.rendering import canonical
from engine.language.spec import StrategySpec, read_spec
from engine.records import canonical as canonical_bytes
from tests.published_specs import NUMBERS, expressions, published

PUBLISHED = published()
MANY_NUMBERS = {"p05_turtle_system_one", "p13_bollinger_squeeze", "p28_rule_quadrant"}
"""These rules do hold more than ten numbers: the one warning that they deserve."""
NOT_SAID_IN_V1 = {
    "p01_variable_moving_average": "the close itself",
    "p05_turtle_system_one": "Not exact",
    "p20_volatility_breakout": "measures from the next open",
    "p22_dual_thrust": "measures from the next open",
    "p25_distance_pair": "formation step outside",
    "p29_donchian_ensemble": "stand-ins",
    "p31_hlhb": "replaced by stop 3 % and target 6 %",
}


def with_defaults(spec: StrategySpec, **values: float) -> StrategySpec:
    """The spec at another point of its sweep."""
    params = tuple(
        param.model_copy(update={"default": values.get(param.name, param.default)})
        for param in spec.params
    )
    return spec.model_copy(update={"params": params})


def sweep(spec: StrategySpec) -> list[dict[str, float]]:
    """Every point of a spec's sweep."""
    axes = []
    for param in spec.params:
        low, high, step = param.low, param.high, param.step
        assert low is not None
        assert high is not None
        assert step is not None
        count = round((high - low) / step) + 1
        axes.append([(param.name, low + n * step) for n in range(count)])
    return [dict(point) for point in itertools.product(*axes)]


def test_every_strategy_of_the_list_is_there() -> None:
    """Twenty-four files, each with its number."""
    assert tuple(int(name[1:3]) for name in PUBLISHED) == NUMBERS
    assert all(spec.name == name for name, spec in PUBLISHED.items())


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_type_checks(name: str) -> None:
    """No error, and no warning but the one that three of them deserve."""
    report = check(PUBLISHED[name])
    assert report.errors == ()
    expected = {"PARAM_COUNT"} if name in MANY_NUMBERS else set()
    assert {found.code for found in report.findings} == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_text_tree_text_is_exact(name: str) -> None:
    """Every expression is written in its canonical form, and reading it changes nothing."""
    found = list(expressions(PUBLISHED[name].model_dump()))
    assert found
    for text in found:
        tree = parse(text)
        assert canonical(tree) == text
        assert parse(canonical(tree)) == tree


@pytest.mark.parametrize("name", PUBLISHED)
def test_spec_json_spec_is_exact(name: str) -> None:
    """The document comes back byte for byte, with the same digest."""
    spec = PUBLISHED[name]
    again = read_spec(spec.model_dump_json())
    assert again.model_dump_json() == spec.model_dump_json()
    assert canonical_bytes(again) == canonical_bytes(spec)
    assert again.digest == spec.digest


@pytest.mark.parametrize(("name", "words"), sorted(NOT_SAID_IN_V1.items()))
def test_what_cannot_be_said_is_said(name: str, words: str) -> None:
    """Where a rule of the source is replaced, the hypothesis says so."""
    assert words in PUBLISHED[name].hypothesis


def test_no_two_strategies_mean_the_same() -> None:
    """Twenty-four rules, twenty-four digests of meaning."""
    assert len({check(spec).rule_digest for spec in PUBLISHED.values()}) == len(PUBLISHED)


def test_a_fast_average_that_is_slow_is_an_error_all_over_the_sweep() -> None:
    """The golden cross: FAST_SLOW at every point with fast >= slow, nothing at any other."""
    spec = PUBLISHED["p02_golden_cross"]
    points = sweep(spec)
    wrong = [point for point in points if point["fast"] >= point["slow"]]
    assert wrong
    for point in points:
        codes = {found.code for found in check(with_defaults(spec, **point)).errors}
        assert ("FAST_SLOW" in codes) == (point in wrong), point
        assert point in wrong or not codes, point

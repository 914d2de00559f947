"""The sweep space of a spec: its points, and the points at which the spec means nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Final

from engine.language.analysis import analyse
from engine.language.spec import Parameter, StrategySpec
from engine.language.speclints import sweep_size

Point = Mapping[str, float]
MOST_POINTS: Final = 2_000
"""So many points are looked at."""


def values_of(param: Parameter) -> tuple[float, ...]:
    """The values that a sweep gives a parameter; its default alone without a range."""
    if param.low is None:
        return (param.default,)
    return tuple(
        round(param.low + place * (param.step or 0), 12) for place in range(sweep_size((param,)))
    )


def sweep_points(params: tuple[Parameter, ...]) -> Iterator[Point]:
    """Every point, the last parameter running fastest."""
    names = [param.name for param in params]
    for values in product(*(values_of(param) for param in params)):
        yield dict(zip(names, values, strict=True))


def at_point(spec: StrategySpec, point: Point) -> StrategySpec:
    """The spec with the point's values as defaults and nothing left to sweep."""
    params = tuple(
        Parameter(name=param.name, type=param.type, default=point.get(param.name, param.default))
        for param in spec.params
    )
    fields = {name: getattr(spec, name) for name in StrategySpec.model_fields}
    return StrategySpec.model_validate({**fields, "params": params})


def refused_points(
    spec: StrategySpec, most: int = MOST_POINTS
) -> Iterator[tuple[Point, tuple[str, ...]]]:
    """Points at which the spec is refused, each with its codes; FAST_SLOW for one.

    The default may be right and a corner of the sweep not: a fast average of 100 bars beside a
    slow one of 50. Looks at the first `most` points, about a millisecond each.
    """
    for point in islice(sweep_points(spec.params), most):
        found = analyse(at_point(spec, point)).findings
        codes = tuple(sorted({one.code for one in found if one.level == "error"}))
        if codes:
            yield point, codes

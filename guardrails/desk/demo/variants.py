"""Variants of one idea: what an eager optimiser would try, every one of them a counted trial."""

from __future__ import annotations

from itertools import product

from engine.errors import InputError
from engine.language.spec import Parameter, StrategySpec
from engine.records import canonical, read_json


def _grid(parameter: Parameter) -> list[float]:
    if parameter.low is None or parameter.high is None or parameter.step is None:
        return [parameter.default]
    count = round((parameter.high - parameter.low) / parameter.step)
    return [parameter.low + index * parameter.step for index in range(count + 1)]


def overfitted_variants(spec: StrategySpec, limit: int = 40) -> tuple[StrategySpec, ...]:
    """The spec with every combination of its swept parameters, the first `limit` of them."""
    names = [parameter.name for parameter in spec.params]
    found = []
    for values in product(*[_grid(parameter) for parameter in spec.params]):
        data = read_json(canonical(spec))
        if not isinstance(data, dict):
            raise InputError("SPEC_INVALID", "a spec is a JSON object", value=spec.name)
        chosen = dict(zip(names, values, strict=True))
        data["params"] = [row | {"default": chosen[row["name"]]} for row in data["params"]]
        found.append(StrategySpec.model_validate_json(canonical(data)))
        if len(found) == limit:
            break
    return tuple(found)

"""Recipes: what one account holds, as data. Files are read by `recipe_files.py`.

A recipe names sleeves (one strategy on one market each), the scheme that weighs them, how often
they are weighed anew and the caps. It holds no figure that was fitted to its own result.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from engine.market import Symbol, Timeframe
from engine.quantities import Ratio
from engine.records import Digest, Record, digest

Scheme = Literal["equal", "inverse_vol", "risk_parity", "hrp", "fixed", "regime"]
Rebalance = Literal["daily", "weekly", "monthly", "quarterly"]

RecipeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=64)]
SleeveName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:@-]{1,100}$")]
Share = Annotated[Ratio, Field(ge=0, le=1)]
AboveZero = Annotated[Ratio, Field(gt=0, le=1)]

OWN_WEIGHTS: Final = frozenset({"fixed", "regime"})
"""Schemes whose weights a person wrote down."""
NO_HISTORY: Final = frozenset({"equal", "fixed", "regime"})
"""Schemes that need no past returns."""
_SUM_TOLERANCE: Final = 1e-9


class RegimeWeights(Record):
    """Share of the account in each regime; what is not said is 0, that is cash.

    A trend with its volatility (`up_calm`) comes before the trend alone (`up`); `unknown` holds
    until there is history enough for a label.
    """

    up: Share | None = None
    range: Share | None = None
    down: Share | None = None
    up_calm: Share | None = None
    up_volatile: Share | None = None
    range_calm: Share | None = None
    range_volatile: Share | None = None
    down_calm: Share | None = None
    down_volatile: Share | None = None
    unknown: Share | None = None

    def of(self, label: str) -> float:
        """The share under a label such as `up_calm`."""
        given: dict[str, float | None] = dict(self)
        exact = given.get(label)
        trend = given.get(label.split("_", maxsplit=1)[0])
        return exact if exact is not None else trend or 0.0


class Sleeve(Record):
    """One strategy on one market.

    Attributes:
        strategy: name of a library spec or of one in the workspace folder.
        name: how the sleeve is called; needed where the same strategy stands twice.
        symbol: market to run on instead of the spec's own.
        dataset: id (or its start) or SYMBOL:timeframe of the data; else the newest of the market.
        weight: share of the account, scheme `fixed` only.
        regime_weights: share of the account for each label, scheme `regime` only.
    """

    strategy: SleeveName
    name: SleeveName | None = None
    symbol: Symbol | None = None
    dataset: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    weight: Share | None = None
    regime_weights: RegimeWeights | None = None

    @property
    def label(self) -> str:
        """The sleeve's name in results."""
        if self.name is not None:
            return self.name
        return self.strategy if self.symbol is None else f"{self.strategy}@{self.symbol}"


class RegimeMarket(Record):
    """The market whose regime decides, by the daily closes of its newest data."""

    symbol: Symbol
    timeframe: Timeframe = Timeframe.D1


class Recipe(Record):
    """A portfolio.

    Attributes:
        name: file name without its ending.
        description, description_de: one sentence each.
        sleeves: what is held.
        scheme: how they are weighed.
        lookback_days: days of returns behind a weight; rows of the joint calendar.
        rebalance: weights are set anew on the first day of each such period.
        vol_target: annual volatility that the account is scaled down to; never up.
        max_leverage: largest sum of weights; one at most, nothing is borrowed.
        correlation_cap: of two sleeves that correlate more, the larger weight stays.
        max_weight: largest weight of a sleeve.
        min_weight: a smaller weight is not worth holding; not for weights of one's own.
        currency: what the account counts in.
        regime: scheme `regime` only.
    """

    name: RecipeName
    description: Annotated[str, Field(min_length=1, max_length=300)]
    description_de: Annotated[str, Field(max_length=300)] = ""
    sleeves: Annotated[tuple[Sleeve, ...], Field(min_length=1, max_length=40)]
    scheme: Scheme
    lookback_days: Annotated[int, Field(ge=20, le=2_000)] = 120
    rebalance: Rebalance = "monthly"
    vol_target: AboveZero | None = None
    max_leverage: AboveZero = 1.0
    correlation_cap: AboveZero | None = None
    max_weight: AboveZero = 1.0
    min_weight: Share = 0.0
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,5}$")] = "USD"
    regime: RegimeMarket | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the sleeves, in order."""
        return tuple(sleeve.label for sleeve in self.sleeves)

    @property
    def needs_history(self) -> bool:
        """True when a weight needs `lookback_days` of past returns."""
        scaled = self.vol_target is not None or self.correlation_cap is not None
        return scaled or self.scheme not in NO_HISTORY

    @property
    def digest(self) -> Digest:
        """Digest of what decides: everything but the prose."""
        held = {name: getattr(self, name) for name in type(self).model_fields}
        prose = {"name", "description", "description_de"}
        return digest("peak/recipe/v1", {k: v for k, v in held.items() if k not in prose})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problem = next(_problems(self), None)
        if problem is not None:
            raise ValueError(problem)
        return self


def _problems(recipe: Recipe) -> Iterator[str]:
    """What does not fit together, one sentence each."""
    doubled = sorted({name for name in recipe.labels if recipe.labels.count(name) > 1})
    if doubled:
        yield f"two sleeves are called {doubled[0]}: give one of them a name of its own"
    if recipe.min_weight > recipe.max_weight:
        yield "min_weight is above max_weight"
    yield from _fixed_problems(recipe)
    yield from _regime_problems(recipe)


def _fixed_problems(recipe: Recipe) -> Iterator[str]:
    given = [sleeve.weight for sleeve in recipe.sleeves if sleeve.weight is not None]
    if recipe.scheme == "fixed" and len(given) != len(recipe.sleeves):
        yield "the scheme fixed needs a weight at every sleeve"
    if recipe.scheme != "fixed" and given:
        yield f"a weight belongs to the scheme fixed, not to {recipe.scheme}"
    if sum(given) > 1 + _SUM_TOLERANCE:
        yield f"the weights add up to {sum(given):g}: at most 1 can be held"


def _regime_problems(recipe: Recipe) -> Iterator[str]:
    maps = [sleeve.regime_weights for sleeve in recipe.sleeves if sleeve.regime_weights is not None]
    if recipe.scheme != "regime":
        if maps or recipe.regime is not None:
            yield f"regime and regime_weights belong to the scheme regime, not to {recipe.scheme}"
        return
    if recipe.regime is None or len(maps) != len(recipe.sleeves):
        yield "the scheme regime needs [regime] and regime_weights at every sleeve"
        return
    for label in RegimeWeights.model_fields:
        total = sum(each.of(label) for each in maps)
        if total > 1 + _SUM_TOLERANCE:
            yield f"the weights in {label} add up to {total:g}: at most 1 can be held"

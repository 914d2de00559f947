"""A recipe from certified strategies; each decision is a sentence.

Nothing is chosen by its profit: higher tiers come first, then older certificates, then names. A
choice by results would be one more search that nobody counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from engine.errors import InputError
from engine.gate.candidate import Tier
from engine.portfolio.notes import Note, note, scheme_note, train_key_note
from engine.portfolio.recipes import AboveZero, Rebalance, Recipe, RecipeName, Scheme, Sleeve
from engine.portfolio.sleeves import SleeveReturns, moves
from engine.records import Record

Profile = Literal["conservative", "moderate", "aggressive"]

MIN_COMMON_DAYS: Final = 60
RISK_PARITY_MEMBERS: Final = 3
HIERARCHY_MEMBERS: Final = 4
_RANK: Final[dict[Tier, int]] = {"live": 0, "testnet": 1, "paper": 2}
_VOL_TARGET: Final[dict[Profile, float]] = {
    "conservative": 0.08, "moderate": 0.12, "aggressive": 0.20,
}  # fmt: skip
_MAX_WEIGHT: Final[dict[Profile, float]] = {
    "conservative": 0.35, "moderate": 0.5, "aggressive": 0.7,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class CertifiedSleeve:
    """A strategy with a certificate that holds.

    Attributes:
        strategy: its name, as the library or the workspace folder knows it.
        dataset: id of the data that it was judged on.
        tier: how far it is certified.
        issued_at: when.
        returns: daily net returns on train, under the sleeve's name.
    """

    strategy: str
    dataset: str
    tier: Tier
    issued_at: datetime
    returns: SleeveReturns


class BuildOptions(Record):
    """What a person may choose.

    Attributes:
        name: of the recipe.
        profile: volatility target and largest weight.
        scheme: None lets the number of members decide.
        max_members: at most so many sleeves.
        max_correlation: two strategies that move more alike, up or down, are one.
        rebalance, lookback_days, currency: as in the recipe.
    """

    name: RecipeName = "certified"
    profile: Profile = "moderate"
    scheme: Literal["equal", "inverse_vol", "risk_parity", "hrp"] | None = None
    max_members: Annotated[int, Field(ge=1, le=40)] = 8
    max_correlation: AboveZero = 0.7
    rebalance: Rebalance = "monthly"
    lookback_days: Annotated[int, Field(ge=20, le=2_000)] = 120
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Built:
    """A recipe and why it is what it is."""

    recipe: Recipe
    reasons: tuple[Note, ...]


def build(certified: Sequence[CertifiedSleeve], options: BuildOptions) -> Built:
    """A recipe of certified strategies that do not move alike.

    Raises:
        InputError: PORTFOLIO_NOTHING_CERTIFIED, PORTFOLIO_SLEEVES for two of one name.
    """
    if not certified:
        raise InputError(
            "PORTFOLIO_NOTHING_CERTIFIED", "no certificate holds, so there is nothing to combine",
            value=0, hint="have a strategy judged with `peak gate`",
        )  # fmt: skip
    names = [each.returns.name for each in certified]
    if len(set(names)) < len(names):
        raise InputError(
            "PORTFOLIO_SLEEVES", "two certified strategies have one name",
            value=", ".join(sorted(names))[:200], hint="give one of them a name of its own",
        )  # fmt: skip
    ranked = sorted(certified, key=lambda c: (_RANK[c.tier], c.issued_at, c.returns.name))
    reasons = [note("CERTIFIED", count=len(ranked))]
    unlike, dropped = _unlike(ranked, options.max_correlation)
    members, surplus = unlike[: options.max_members], unlike[options.max_members :]
    reasons += dropped
    if surplus:
        left = ", ".join(each.returns.name for each in surplus)
        reasons.append(note("MEMBERS_CAPPED", names=left, count=options.max_members))
    scheme = options.scheme or _scheme_for(len(members))
    recipe = _recipe(members, scheme, options)
    limits = {"limit": recipe.max_weight, "scale": _VOL_TARGET[options.profile]}
    reasons += [scheme_note(scheme), note("LIMITS", percents=limits, label=options.profile)]
    return Built(recipe, (*reasons, *train_key_note(len(members), scheme)))


def _recipe(members: Sequence[CertifiedSleeve], scheme: Scheme, options: BuildOptions) -> Recipe:
    # One or two sleeves would leave most of the account idle under the profile's cap.
    largest = max(_MAX_WEIGHT[options.profile], 1.0 / len(members))
    return Recipe(
        name=options.name,
        description=f"{len(members)} certified strategies, {options.profile} limits.",
        description_de=f"{len(members)} zertifizierte Strategien, Profil {options.profile}.",
        sleeves=tuple(
            Sleeve(strategy=each.strategy, name=each.returns.name, dataset=each.dataset)
            for each in members
        ),
        scheme=scheme,
        lookback_days=options.lookback_days,
        rebalance=options.rebalance,
        vol_target=_VOL_TARGET[options.profile],
        max_weight=largest,
        currency=options.currency,
    )


def _scheme_for(members: int) -> Scheme:
    """Few members: by volatility; three: equal risk; more: down a tree, which bears bad estimates.

    A hierarchy needs at least four to have any; equal risk of one or two is inverse volatility.
    """
    if members >= HIERARCHY_MEMBERS:
        return "hrp"
    return "risk_parity" if members == RISK_PARITY_MEMBERS else "inverse_vol"


def _unlike(
    ranked: Sequence[CertifiedSleeve], limit: float
) -> tuple[list[CertifiedSleeve], list[Note]]:
    """Those that move like none before them, and a note on every other one."""
    kept: list[CertifiedSleeve] = []
    notes: list[Note] = []
    for each in ranked:
        name, twin = each.returns.name, None
        for other in kept:
            found = common_correlation(each.returns, other.returns)
            if found is None:
                notes.append(note("NOT_COMPARED", names=name, other=other.returns.name))
            elif abs(found) > limit:
                twin = other.returns.name
                figure = {"limit": found}
                notes.append(note("DUPLICATE_DROPPED", names=name, other=twin, ratios=figure))
                break
        if twin is None:
            kept.append(each)
    return kept, notes


def common_correlation(one: SleeveReturns, other: SleeveReturns) -> float | None:
    """Correlation on common days; 0 where one never moves, None below 60 common days."""
    _, mine, theirs = np.intersect1d(one.days, other.days, return_indices=True)
    if len(mine) < MIN_COMMON_DAYS:
        return None
    table = np.column_stack([one.returns[mine], other.returns[theirs]])
    if not moves(table).all():
        return 0.0
    x, y = (table - table.mean(axis=0)).T
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))


def recipe_toml(recipe: Recipe) -> str:
    """The recipe as the text of its file; reading it gives the recipe back."""
    data = recipe.model_dump(mode="json", exclude_none=True, exclude={"name"})
    sleeves, regime = data.pop("sleeves"), data.pop("regime", None)
    lines = [f"{key} = {_toml(value)}" for key, value in data.items()]
    if regime is not None:
        lines += ["", "[regime]", *[f"{key} = {_toml(value)}" for key, value in regime.items()]]
    for sleeve in sleeves:
        lines += ["", "[[sleeves]]", *[f"{key} = {_toml(value)}" for key, value in sleeve.items()]]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(held)}" for key, held in value.items()) + " }"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML string
    return str(value)

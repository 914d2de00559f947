"""Robustness of an ensemble: every other composition and each member alone is a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.panel import Panel
from engine.errors import InputError
from engine.gate.subject import Subject
from engine.language.compiler import compile_spec
from engine.language.spec import Ensemble, Member, StrategySpec
from engine.market import BARS_PER_YEAR_DAYS
from engine.research.composition import (
    TILTS,
    Composition,
    PortfolioStudy,
    Rest,
    Streams,
    study_of,
    tilted_weights,
)
from engine.research.joint import Figures, figures_of
from engine.research.paths import PATHS
from engine.research.watching import UNWATCHED, RunMany, Watch, run_batches


def ensemble_robustness(  # noqa: PLR0913 - an ensemble, its market, and who runs and watches
    subject: Subject,
    panel: Panel,
    base: BacktestResult,
    *,
    run_many: RunMany,
    paths: int = PATHS,
    watch: Watch = UNWATCHED,
) -> PortfolioStudy:
    """Robustness of an ensemble; its members alone and other compositions are trials.

    Weights are tilted where they are weights (`weighted`). The members alone stand for the
    sleeves, whatever regimes they are bound to.

    Args:
        subject: the ensemble with its members.
        panel: train bars.
        base: its own run on the whole panel, counted by the caller.
        run_many: runs on the panel itself, counted.
        paths: of the Monte Carlo.
        watch: progress in runs, and who may stop it.

    Raises:
        InputError: ENSEMBLE_MEMBER for a spec without members or runs without returns.
    """
    form = subject.spec.ensemble
    if form is None:
        raise InputError(
            "ENSEMBLE_MEMBER", "this spec has no members", value=subject.spec.name,
            hint="give a spec of the form ensemble",
        )  # fmt: skip
    names = [member.strategy for member in form.members]
    alone = [_alone(subject, name) for name in names]
    plans = _plans(form)
    variants = [_recomposed(subject, form, members) for _, _, members in plans]
    runnable = [*alone, *(one for one in variants if one is not None)]
    answers = run_batches(runnable, run_many, watch)
    per_year = BARS_PER_YEAR_DAYS[panel.instrument.calendar]
    streams = _members_alone(tuple(names), form, base, answers[: len(alone)], per_year)
    later = iter(answers[len(alone) :])
    found = [
        Composition(
            sleeve=name,
            factor=factor,
            figures=None if variant is None else _run_figures(next(later, None), per_year),
        )
        for (name, factor, _), variant in zip(plans, variants, strict=True)
    ]
    rest = Rest(
        subject.compiled.rule_digest, paths, len(answers),
        range(sum(each.factor == 0.0 for each in found)), watch, len(answers) < len(runnable),
    )  # fmt: skip
    without = [each for each in found if each.factor == 0.0]
    return study_of(streams, without, [each for each in found if each.factor != 0.0], rest)


def _alone(subject: Subject, name: str) -> Subject:
    member = subject.members[name]
    return replace(subject, spec=member.spec, compiled=member, members={})


def _plans(form: Ensemble) -> list[tuple[str, float, tuple[Member, ...]]]:
    """Every other composition: which member, times what, and the members then."""
    plans = []
    if len(form.members) > 1:
        plans = [
            (member.strategy, 0.0, tuple(one for one in form.members if one is not member))
            for member in form.members
        ]
    if form.combine == "weighted" and len(form.members) > 1:
        weights = np.array([[member.weight for member in form.members]])
        for place, member in enumerate(form.members):
            for factor in TILTS:
                tilted = tilted_weights(weights, place, factor)[0].tolist()
                plans.append((member.strategy, factor, _weighed(form.members, tilted)))
    return plans


def _weighed(members: tuple[Member, ...], weights: list[float]) -> tuple[Member, ...]:
    return tuple(
        member.model_copy(update={"weight": float(f"{weight:.12g}")})
        for member, weight in zip(members, weights, strict=True)
    )


def _recomposed(subject: Subject, form: Ensemble, members: tuple[Member, ...]) -> Subject | None:
    """The subject with other members or weights; None where that is no spec."""
    if not all(0.0 < member.weight <= 1.0 for member in members):
        return None
    spec: StrategySpec = subject.spec.model_copy(
        update={"ensemble": form.model_copy(update={"members": members})}
    )
    kept = {member.strategy for member in members}
    try:
        compiled = compile_spec(spec)
    except InputError:
        return None
    held = {name: one for name, one in subject.members.items() if name in kept}
    return replace(subject, spec=spec, compiled=compiled, members=held)


def _run_figures(result: BacktestResult | None, per_year: float) -> Figures | None:
    return None if result is None else figures_of(daily_net(result)[1], per_year)


def _members_alone(
    names: tuple[str, ...],
    form: Ensemble,
    base: BacktestResult,
    alone: Sequence[BacktestResult | None],
    per_year: float,
) -> Streams:
    """Members that ran alone; all runs are on one timeline, so their days are the same."""
    ran = [place for place, result in enumerate(alone) if result is not None]
    if not ran:
        raise InputError(
            "ENSEMBLE_MEMBER", "no member of the ensemble ran alone", value=", ".join(names)[:200],
            hint="run each member by itself to see why",
        )  # fmt: skip
    results = [result for result in alone if result is not None]
    returns = np.stack([daily_net(result)[1] for result in results], axis=1)
    equal = np.full(len(ran), 1.0 / len(ran))
    written = np.array([form.members[place].weight for place in ran])
    return Streams(
        tuple(names[place] for place in ran), returns, daily_net(base)[1],
        written if form.combine == "weighted" else equal, per_year,
    )  # fmt: skip

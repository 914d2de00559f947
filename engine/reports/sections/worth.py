"""What a verdict is worth: its tier's own words, what was seen, costs, the gate's calibration."""

from __future__ import annotations

import math
from typing import Final

from engine.facts.table import Unit
from engine.gate.calibration import sharpe_of_markets
from engine.gate.statistics import cap_of_look
from engine.gate.tier_words import TABLE, TierChances, leaked_sentence, pass_sentence, tier_sentence
from engine.reports.blocks import Block, Cell, NotRun, Paragraph
from engine.reports.cells import figure, paragraph, prose, words
from engine.reports.data import Language, ReportData
from engine.reports.studies import Calibration
from engine.reports.texts import text

_MARKETS: Final = 3
_ALIKE: Final = 0.5
"""An example of what further markets do: three that correlate by one half."""


def worth_blocks(data: ReportData, language: Language) -> list[Block]:
    """The tier about itself, "may be tried", research grade, and figures that people have seen."""
    gate = data.gate
    if gate is None:
        return []
    blocks: list[Block] = []
    if gate.tier is not None:
        told = tier_sentence(gate.tier, language, chances_of(data))
        blocks.append(Paragraph((words(f"{told} {pass_sentence(language)}"),)))
        if gate.grade == "research":
            blocks.append(paragraph("verdict.research", language, "warn"))
    if gate.verdict != "PASS" and data.holdout_state == "open":
        blocks.append(paragraph("verdict.revealed", language, "warn"))
    if gate.seen:
        blocks.append(Paragraph((words(leaked_sentence(gate.seen, language)),), "warn"))
    return blocks


def chances_of(data: ReportData) -> TierChances:
    """What the tier's sentence quotes: this report's own calibration, or the gate's table."""
    found = data.studies.calibration
    cap = TABLE.cap if data.gate is None else cap_of_look(max(1, data.gate.look))
    if found is None:
        return TierChances(cap=cap)
    one = next((point.paper for point in found.power if math.isclose(point.sharpe, 1.0)), None)
    return TierChances(found.noise_paper, found.noise_testnet, one, cap, own=True)


def cost_blocks(data: ReportData, language: Language) -> list[Block]:
    """The Sharpe ratio on train at other costs, in one line; nothing when nobody ran it."""
    points = data.studies.costs
    if not points:
        return []
    cells = [
        prose(
            "verdict.cost", language,
            factor=figure(point.factor, "number", language, f"costs.{place}.factor"),
            sharpe=figure(point.sharpe, "ratio", language, f"costs.{place}.sharpe"),
        )
        for place, point in enumerate(points)
    ]  # fmt: skip
    parts: list[Cell] = [Cell(text("verdict.costs", language))]
    for place, each in enumerate(cells):
        parts += [Cell(", " if place else " "), *each]
    return [Paragraph((*parts, Cell(".")))]


def calibration_blocks(data: ReportData, language: Language, *, brief: bool) -> list[Block]:
    """What this gate does with noise and with real edges on this much data."""
    found = data.studies.calibration
    if found is None:
        return [] if brief else [NotRun(text("calibration.none", language), "peak gate SPEC")]
    blocks: list[Block] = [_noise(found, language)]
    for place, point in enumerate(found.power):
        fact = f"calibration.power.{place}"
        values: dict[str, Cell | str] = {
            "sharpe": figure(point.sharpe, "number", language, f"{fact}.sharpe"),
            "chance": figure(point.chance, "percent", language, f"{fact}.chance"),
        }
        key = "calibration.power"
        if point.paper is not None:
            key = "calibration.power.both"
            values["paper"] = figure(point.paper, "percent", language, f"{fact}.paper")
        blocks.append(paragraph(key, language, "soft", **values))
    if not brief and len(data.prices) <= 1:
        blocks.append(_lever(language))
    return blocks


def _noise(found: Calibration, language: Language) -> Block:
    rates: dict[str, Cell | str] = {
        "testnet": figure(found.noise_testnet, "percent", language, "calibration.noise.testnet"),
        "paper": figure(found.noise_paper, "percent", language, "calibration.noise.paper"),
    }
    known = (found.train_years, found.holdout_years, found.trials, found.look)
    if any(value is None for value in known):
        return paragraph("calibration.noise", language, "", **rates)
    units: tuple[Unit, ...] = ("number", "number", "count", "count")
    names = ("train_years", "holdout_years", "trials", "look")
    sizes: dict[str, Cell | str] = {
        name: figure(
            None if value is None else round(value, 1), unit, language, f"calibration.{name}"
        )
        for name, value, unit in zip(names, known, units, strict=True)
    }  # fmt: skip
    return paragraph("calibration.noise.sized", language, "", **sizes, **rates)


def _lever(language: Language) -> Block:
    """K markets with pairwise correlation rho raise a Sharpe ratio by sqrt(K / (1 + (K-1) rho))."""
    gain = sharpe_of_markets(_MARKETS, _ALIKE) - 1
    return paragraph(
        "calibration.lever", language, "soft",
        markets=figure(_MARKETS, "count", language, "calibration.lever.markets"),
        alike=figure(_ALIKE, "number", language, "calibration.lever.correlation"),
        gain=figure(gain, "percent", language, "calibration.lever.gain"),
    )  # fmt: skip

"""The whole suite: parts by name, one object of figures."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from evals.performance import (
    children,
    duties,
    floors,
    host,
    ours,
    peers,
    racing,
    verdicts,
    workloads,
)
from evals.performance.children import ChildFailedError
from evals.performance.peers import Peer

Figures = dict[str, Any]

FAILED: Final = "failed"
"""Key of a part that could not be run."""

PARTS: Final = (
    "cases", "million", "sweep", "cold", "first_run", "prefix_check", "gate_keys", "report",
)  # fmt: skip
"""What can be measured by itself with `--only`."""
PEER_COMBOS: Final = 50
"""A peer's sweep is timed on so many combinations, after a small one that compiles."""


def arguments(parser: ArgumentParser) -> None:
    """Flags of the suite."""
    parser.add_argument(
        "--only", action="append", choices=[*PARTS, *(case.name for case in workloads.CASES)],
        metavar="PART", help=f"{', '.join(PARTS)} or the name of one case; may be repeated",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, help="rounds of each case instead of its own")
    parser.add_argument(
        "--peers", type=Path, default=peers.ROOT / peers.PYTHON, metavar="PYTHON",
        help="interpreter of the peers' environment",
    )  # fmt: skip
    parser.add_argument("--markdown", action="store_true", help="print the table of the docs")


def measure(flags: Namespace) -> Figures:
    """All figures, or the parts that are asked for.

    Raises:
        InputError: PEER_SILENT when a peer breaks in the middle.
    """
    chosen = set(flags.only or PARTS)
    with tempfile.TemporaryDirectory() as store:
        figures = _parts(chosen, flags, store)
    figures["unequal"] = sum(case["equal"] is False for case in figures.get("cases", ()))
    figures["not_run"] = sum(FAILED in figures.get(name, {}) for name in PARTS[1:])
    figures["floors"] = floors.judged(figures)
    return figures


def _parts(chosen: set[str], flags: Namespace, store: str) -> Figures:
    """What is chosen; `store` keeps compiled code for all processes of this run."""
    figures: Figures = {"host": host.description()}
    cases = [case for case in workloads.CASES if {"cases", case.name} & chosen]
    if "million" in chosen and not cases:
        cases = [case for case in workloads.CASES if case.kind == "sma_cross"]
    if cases or "sweep" in chosen:
        # Other processes of ours find the folder in the environment and compile nothing again.
        ours.warm(store)
        figures |= _raced(cases, flags, sweeping="sweep" in chosen)
    for name, part in _OTHERS.items():
        if name in chosen:
            figures[name] = _tried(part)
    if "million" in chosen:
        figures["million"] = _tried(lambda: _million(figures["cases"]))
    return figures


def _tried(part: Callable[[], Figures]) -> Figures:
    """A part's figures, or the sentence on why it has none: the others are still worth showing."""
    try:
        return part()
    except ChildFailedError as error:
        return {FAILED: f"{error.code}: {error.message}"}


_OTHERS: Final[dict[str, Callable[[], Figures]]] = {
    "cold": children.cold,
    "first_run": children.first_run,
    "prefix_check": duties.prefix_check,
    "gate_keys": verdicts.gate_keys,
    "report": duties.report,
}


def _raced(cases: Iterable[workloads.Case], flags: Namespace, *, sweeping: bool) -> Figures:
    """Races and the sweep: what the peers take part in."""
    done: list[racing.Race] = []
    wanted = list(cases)
    longest = max([workloads.SWEEP_BARS, *(case.bars for case in wanted)])
    bars = workloads.market(longest)
    with tempfile.TemporaryDirectory() as folder, peers.started(flags.peers) as running:
        path = Path(folder) / "market.npy"
        np.save(path, workloads.table(bars))
        for peer in running.values():
            if isinstance(peer, Peer):
                peer.ask(do="load", path=str(path))
        for case in wanted:
            rounds = flags.rounds or case.rounds
            done.append(racing.race(case._replace(rounds=rounds), bars, running))
        figures: Figures = {"peers": _told(running)}
        if wanted:
            figures["cases"] = [race.as_dict() for race in done]
        if sweeping:
            figures["sweep"] = _tried(children.sweep) | {"peers": _swept(running)}
    return figures


def _told(running: dict[str, Peer | str]) -> dict[str, str]:
    return {
        name: peer if isinstance(peer, str) else f"{peer.version} ({peer.engine})"
        for name, peer in running.items()
    }


def _swept(running: dict[str, Peer | str]) -> dict[str, float | str]:
    """Bar-combinations a second of each peer, on a part of the same sweep."""
    pairs, bars = workloads.sweep_pairs(PEER_COMBOS), workloads.SWEEP_BARS
    speeds: dict[str, float | str] = {}
    for name, peer in running.items():
        if isinstance(peer, str):
            speeds[name] = peer
            continue
        few = pairs[:2] if name == "backtesting" else pairs
        peer.ask(do="sweep", bars=bars, pairs=pairs[:2])
        told = peer.ask(do="sweep", bars=bars, pairs=few)
        speeds[name] = round(len(few) * bars / told["cpu_s"])
    return speeds


def _million(cases: list[Figures]) -> Figures:
    """A million bars against a hundred thousand: cost per bar, and memory on top of the bars."""
    cost = {case["name"]: case["ours_ns_per_bar"] for case in cases}
    told: Figures = {"extra_mib": round(children.memory("sma_cross", children.LONG_BARS), 1)}
    if {"sma_cross_1m", "sma_cross_100k"} <= cost.keys():
        told["cost_ratio"] = round(cost["sma_cross_1m"] / cost["sma_cross_100k"], 3)
    return told

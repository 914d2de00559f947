"""A race: the same trades first, then everybody in turn, round by round, CPU time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.data.bars import Bars
from engine.language.compiler import compile_spec
from evals.performance import ours, workloads
from evals.performance.peers import NOT_INSTALLED, Peer
from evals.performance.timing import per_bar, warm_cpu_seconds
from evals.performance.workloads import Case

Peers = Mapping[str, Peer | str]

TOLERANCE: Final = 1e-9
"""Relative difference of two prices that count as one: averages are summed in another order."""


@dataclass(slots=True)
class Race:
    """One case's outcome; `peers` holds nanoseconds per bar, or the word why there are none."""

    case: Case
    trades: int
    ours_ns_per_bar: float
    peers: dict[str, float | str] = field(default_factory=dict)
    compared: dict[str, str] = field(default_factory=dict)
    peaks_mib: dict[str, float] = field(default_factory=dict)

    @property
    def equal(self) -> bool | None:
        """Whether all peers with our rules gave our trades; None when none is there to ask."""
        asked = [
            told
            for name, told in self.compared.items()
            if name in self.case.exact and told != NOT_INSTALLED
        ]
        return all(told == SAME for told in asked) if asked else None

    @property
    def ratios(self) -> dict[str, float]:
        """How many times as long each peer takes."""
        times = {name: ns for name, ns in self.peers.items() if isinstance(ns, float)}
        return {name: ns / self.ours_ns_per_bar for name, ns in times.items()}

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "name": self.case.name,
            "bars": self.case.bars,
            "equal": self.equal,
            "ours_ns_per_bar": round(self.ours_ns_per_bar, 2),
            "peers": _rounded(self.peers),
            "ratios": _rounded(self.ratios),
            "trades": self.trades,
            "compared": self.compared,
            "peer_process_peak_mib": _rounded(self.peaks_mib),
        }


SAME: Final = "same trades"


def _rounded(values: Mapping[str, float | str]) -> dict[str, float | str]:
    return {name: v if isinstance(v, str) else round(v, 2) for name, v in values.items()}


def difference(mine: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> str:
    """The first difference of two trade lists in words; empty when there is none.

    Rows are (entry bar, exit bar, entry price, exit price): bars must be equal, prices within a
    relative 1e-9.
    """
    for place, (one, other) in enumerate(zip(mine, theirs, strict=False)):
        bars = tuple(one[:2]) == tuple(other[:2])
        prices = all(
            abs(a - b) <= TOLERANCE * abs(a) for a, b in zip(one[2:], other[2:], strict=True)
        )
        if not (bars and prices):
            return f"trade {place}: ours {list(one)}, theirs {list(other)}"
    return "" if len(mine) == len(theirs) else f"{len(mine)} trades and {len(theirs)}"


def _told(case: Case, name: str, mine: list[ours.Row], theirs: list[list[float]]) -> str:
    if name not in case.exact:
        return f"another stop rule: {len(theirs)} trades, ours {len(mine)}"
    return difference(mine, theirs) or SAME


def race(case: Case, bars: Bars, peers: Peers) -> Race:
    """One case on the first bars of a market that every running peer has loaded."""
    part = bars.slice(0, case.bars)
    compiled = compile_spec(workloads.SPECS[case.kind]())
    result, _ = ours.run(compiled, part)
    mine = ours.closed_rows(result)
    done = Race(case, len(mine), 0.0)
    question = {"do": "run", "case": case.kind, "bars": case.bars, "first": compiled.warmup}
    for name, peer in peers.items():
        if isinstance(peer, str):
            done.peers[name] = done.compared[name] = peer
            continue
        told = peer.ask(**question, trades=True)
        done.compared[name] = _told(case, name, mine, told["trades"])
    running = {name: peer for name, peer in peers.items() if isinstance(peer, Peer)}
    _time(done, part, running, {**question, "trades": False})
    return done


def _time(
    done: Race, bars: Bars, peers: Mapping[str, Peer], question: Mapping[str, object]
) -> None:
    """Take turns: a machine that slows down slows everybody down."""
    case, own = done.case, ours.race(done.case.kind, bars)
    mine: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(case.rounds):
        mine.append(warm_cpu_seconds(own))
        for name, peer in peers.items():
            told = peer.ask(**question)
            theirs[name].append(told["cpu_s"])
            done.peaks_mib[name] = told["peak_mib"]
    done.ours_ns_per_bar = per_bar(mine, case.bars)
    done.peers |= {name: per_bar(seconds, case.bars) for name, seconds in theirs.items()}

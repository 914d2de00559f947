"""Words of `peak research`: a few lines for each step, the last one the same for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Shown = Mapping[str, Any]
BEST_ROWS: Final = 10


def percent(value: float | None) -> str:
    """A fraction as percent."""
    return "none" if value is None else f"{value:.2%}"


def number(value: float | None) -> str:
    """A ratio with two digits."""
    return "none" if value is None else f"{value:.2f}"


def params(values: Mapping[str, float]) -> str:
    """Parameters as text."""
    return ", ".join(f"{name}={value:g}" for name, value in values.items()) or "as written"


def last_line(answer: Shown) -> str:
    """The last line of every output."""
    p = answer["p_is"]
    shown = "none" if p is None else f"{p:.4f}"
    return f"trials on this market: {answer['trials']}, p_IS of the best: {shown}"


def lines_of(answer: Shown) -> list[str]:
    """What a step found, for people."""
    found = answer["result"]
    head = f"{answer['strategy']} on train bars; the holdout has confirmed nothing of this"
    return [head, *_LINES[answer["kind"]](answer, found), *_reports(answer), last_line(answer)]


def _reports(answer: Shown) -> list[str]:
    report = answer.get("report", {})
    return [f"report: {report['html']}"] if "html" in report else []


def _best(answer: Shown) -> list[str]:
    best = answer["best"]
    if best is None:
        return ["no point has a Sharpe ratio: every run failed or never traded"]
    figures = best["figures"]
    return [
        (
            f"best: {params(best['params'])}; Sharpe {number(figures['sharpe'])}, return "
            f"{percent(figures['total_return'])}, worst drawdown "
            f"{percent(figures['max_drawdown'])}, trades {figures['trades']:.0f}"
        )
    ]


def top_rows(points: Sequence[Shown]) -> list[list[object]]:
    """Rows of a table of the best points, each trial once."""
    unique = {one["row"]: one for one in points}
    ranked = [(dict(one["figures"]), one) for one in unique.values()]
    ranked = [pair for pair in ranked if pair[0].get("sharpe") is not None]
    ranked.sort(key=lambda pair: (-pair[0]["sharpe"], pair[1]["row"]))
    return [
        [
            one["row"], params(dict(one["values"])), number(figures["sharpe"]),
            percent(figures["total_return"]), percent(figures["max_drawdown"]),
            number(figures["turnover"]), f"{figures['trades']:.0f}",
        ]
        for figures, one in ranked[:BEST_ROWS]
    ]  # fmt: skip


def _sweep(answer: Shown, found: Shown) -> list[str]:
    rows = {one["row"] for one in found["points"]}
    failed = f", {found['failed']} refused or failed" if found["failed"] else ""
    why = [] if answer["best"] else [one["message"] for one in found["points"] if one["message"]]
    return [f"{len(rows)} parameter sets tried{failed}", *_best(answer), *why[:1]]


def _select(answer: Shown, found: Shown) -> list[str]:
    return [*_best(answer), f"spec {found['spec_digest'][:12]}"]


def _walk_forward(answer: Shown, found: Shown) -> list[str]:
    del answer
    windows = [
        (
            f"{one['first']} to {one['last']}: {one['chosen']}; Sharpe inside "
            f"{number(one['inside_sharpe'])}, after {number(one['after_sharpe'])}, return "
            f"{percent(one['after_return'])}"
        )
        for one in found["windows"]
    ]
    return [
        *windows,
        (
            f"middle Sharpe after {number(found['after_sharpe'])}, {percent(found['positive'])} of "
            f"the windows earned something; purge {found['purge']} bars, {found['trials']} trials"
        ),
        *found["notes"],
    ]


def _monte_carlo(answer: Shown, found: Shown) -> list[str]:
    del answer
    paths = found["returns"]
    if paths is None:
        return [f"too little to resample: {', '.join(found['notes'])}"]
    last = paths["fan"][-1]
    return [
        f"{paths['paths']} paths of {last['day']} days, mean block {paths['block']} days",
        (
            f"growth at the end, 5 to 95 %: {number(last['low'])} .. {number(last['middle'])} .. "
            f"{number(last['high'])}"
        ),
        (
            f"worst drawdown: middle {percent(paths['drawdown_middle'])}, bad "
            f"{percent(paths['drawdown_bad'])}; loss of {percent(found['ruin_level'])}: "
            f"{percent(paths['ruin'])} of the paths"
        ),
    ]


def _stress(answer: Shown, found: Shown) -> list[str]:
    del answer
    return [
        f"{one['scenario']['kind']} {one['scenario']['size']:g}: skipped, {one['skipped']}"
        if one["skipped"]
        else f"{one['scenario']['kind']} {one['scenario']['size']:g}: middle loss "
        f"{percent(one['middle_loss'])}, worst {percent(one['worst_loss'])} of {one['starts']} "
        f"starts"
        for one in found["results"]
    ]


def _sensitivity(answer: Shown, found: Shown) -> list[str]:
    del answer
    swept = [
        f"{one['name']}: "
        + ", ".join(
            f"{value:g} -> {number(sharpe)}"
            for value, sharpe in zip(one["values"], one["sharpe"], strict=True)
        )
        for one in found["parameters"]
    ]
    costs = [f"costs x {one['factor']:g}: Sharpe {number(one['sharpe'])}" for one in found["costs"]]
    orders = [
        f"{one['kind'].replace('_', ' ')}: "
        + (one["skipped"] or f"Sharpe {number(one['sharpe'])}, worst {number(one['worst_sharpe'])}")
        for one in found["execution"]
    ]
    return [*swept, *costs, *orders]


def _pipeline(answer: Shown, found: Shown) -> list[str]:
    return [
        f"{len({one['row'] for one in found['sweep']})} parameter sets tried",
        *_best(answer),
        "walk-forward:",
        *[f"  {line}" for line in _walk_forward(answer, found["walk_forward"])],
        "Monte Carlo:",
        *[f"  {line}" for line in _monte_carlo(answer, found["monte_carlo"])],
        "stress:",
        *[f"  {line}" for line in _stress(answer, found["stress"])],
    ]


_LINES: Final[dict[str, Callable[[Shown, Shown], list[str]]]] = {
    "sweep": _sweep,
    "select": _select,
    "walk_forward": _walk_forward,
    "monte_carlo": _monte_carlo,
    "stress": _stress,
    "sensitivity": _sensitivity,
    "pipeline": _pipeline,
}

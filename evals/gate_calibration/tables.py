"""The tables of docs/gate.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Figures = Mapping[str, Any]

COMMAND: Final = "python -m evals gate_calibration --runs 10000 --real FOLDER --markdown"
"""What makes the tables."""
_WORDS: Final = {
    "garch_t": "GARCH(1,1), Student-t shocks",
    "heavy_t4": "independent Student-t(4) days",
    "real_flipped": "real markets, a fair sign per day",
    "drift_up_0.8": "drift up, holding pays Sharpe 0.8",
    "drift_up_1.2": "drift up, holding pays Sharpe 1.2",
    "drift_down_0.8": "drift down, holding costs Sharpe 0.8",
    "best_p_lent": "the train key of the best trial lent to another one",
    "raw_only": "net returns alone, in a market that pays Sharpe 1.2",
    "grid": "averaging-down grid, best of 10",
    "honest=40": "honest, 40 trades",
    "honest=80": "honest, 80 trades",
}


def tables(figures: Figures) -> str:
    """All tables that were measured, with an empty line between them."""
    parts = (_noise, _power, _adaptive, _fooled, _tails)
    return "\n\n".join(text for part in parts if (text := "\n".join(part(figures)))) + "\n"


def _share(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{100.0 * value:.{digits}f} %"


def _interval(row: Figures, name: str, digits: int = 2) -> str:
    low, high = row[f"{name}_lower95"], row[f"{name}_upper95"]
    return f"{_share(low, digits)} .. {_share(high, digits)}"


def _noise(figures: Figures) -> Iterator[str]:
    if not figures["judged"]:
        return
    yield "| noise | runs | testnet | 95 % interval | paper |"
    yield "|---|---|---|---|---|"
    whole = {**figures, "runs": figures["judged"]}
    yield _line("**all**", whole)
    for row in figures["by_null"]:
        yield _line(_WORDS[row["null"]], row)
    for row in figures["by_trials"]:
        yield _line(f"best of {row['trials']:,}", row)
    for row in figures["by_years"]:
        yield _line(f"{row['years']:g} years", row)
    for row in figures["by_family"]:
        yield _line(f"rules: {row['family']}", row)


def _line(what: str, row: Figures) -> str:
    return (
        f"| {what} | {row['runs']:,} | {_share(row['false_pass'])} | "
        f"{_interval(row, 'false_pass')} | {_share(row['paper'], 1)} |"
    )


def _power(figures: Figures) -> Iterator[str]:
    rows = figures.get("power", ())
    if not rows:
        return
    yield "| true Sharpe ratio | years | promised | found in a search of 100 | 95 % interval | alone | paper, search | paper, alone |"  # noqa: E501 - one row
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        promised = "-" if row["floor"] is None else _share(row["floor"], 0)
        shares = (_share(row[key], 0) for key in ("alone", "paper", "paper_alone"))
        yield (
            f"| {row['sharpe']:g} | {row['years']:g} | {promised} | {_share(row['power'], 1)} | "
            f"{_interval(row, 'power', 1)} | {' | '.join(shares)} |"
        )


def _adaptive(figures: Figures) -> Iterator[str]:
    rows = figures.get("adaptive", ())
    if not rows:
        return
    yield "| campaigns against | campaigns | a false pass at any look | 95 % interval | looks taken, mean | control that sees the held out score |"  # noqa: E501 - one row
    yield "|---|---|---|---|---|---|"
    for what, key in (("the gate", "adaptive"), ("the two keys alone", "adaptive_keys")):
        for row in figures.get(key, ()):
            yield (
                f"| {what}, {row['rounds']} rounds | {row['runs']:,} | "
                f"{_share(row['false_pass'])} | {_interval(row, 'false_pass')} | "
                f"{row['mean_looks']:.2f} | {_share(row['control_false_pass'], 0)} |"
            )


def _fooled(figures: Figures) -> Iterator[str]:
    unlogged, controls = figures.get("unlogged", ()), figures.get("controls", ())
    if not unlogged and not controls:
        return
    yield "| what is wrong | runs | noise that passes | 95 % interval | the gate, same searches |"
    yield "|---|---|---|---|---|"
    if figures["judged"]:
        yield (
            f"| a gate of p_O <= 5 % alone | {figures['judged']:,} | "
            f"{_share(figures['holdout_5_percent'])} | - | {_share(figures['false_pass'])} |"
        )
    for row in unlogged:
        what = f"{row['logged']} of {row['tried']:,} trials logged, first look"
        yield _wrong(what, row, row["whole"])
    for row in controls:
        yield _wrong(_WORDS[row["cell"]], row, row["gate"])


def _wrong(what: str, row: Figures, right: float) -> str:
    return (
        f"| {what} | {row['runs']:,} | {_share(row['false_pass'])} | "
        f"{_interval(row, 'false_pass')} | {_share(right)} |"
    )


def _tails(figures: Figures) -> Iterator[str]:
    rows = figures.get("tails", ())
    if not rows:
        return
    yield "| strategy | runs | passes the two keys | keys and veto | 95 % interval |"
    yield "|---|---|---|---|---|"
    for row in rows:
        cell = row["cell"]
        what = _WORDS.get(cell, f"no edge, a crash in {cell.partition('/')[2]} days, best of 10")
        yield (
            f"| {what} | {row['runs']:,} | {_share(row['keys'], 1)} | {_share(row['passed'], 1)} | "
            f"{_interval(row, 'passed', 1)} |"
        )

"""The path suite tells a wrong rule from the right one: changed golds of our own cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.errors import SpecError
from engine.language.expressions import parse
from engine.language.normal import normal
from engine.market import Timeframe
from evals.case import Case, read_cases
from evals.drafting import OWN_CASES
from evals.path_suite import Frame, gold, same_condition

NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def golds() -> Iterator[tuple[tuple[str, ...], Frame]]:
    """Every expected entry that the engine can run, with the bars it is meant for."""
    for case in read_cases(OWN_CASES):
        if isinstance(case, Case):
            symbol = (case.expect.symbols or ("BTC/USDT",))[0]
            frame = Frame(case.expect.timeframe or Timeframe.D1, symbol)
            for texts in case.expect.entry.values():
                if not any("htf(" in text for text in texts):
                    yield texts, frame


def whole(texts: tuple[str, ...]) -> str:
    """The clauses as one condition."""
    return " and ".join(f"({text})" for text in texts)


def changed(texts: tuple[str, ...]) -> Iterator[str]:
    """The same with one number raised by one, or one clause dropped."""
    text = whole(texts)
    meant = normal(parse(text))
    for match in NUMBER.finditer(text):
        other = text[: match.start()] + str(int(match[0]) + 1) + text[match.end() :]
        # The line of macd does not know its signal's window: the same rule in another number.
        if normal(parse(other)) != meant:
            yield other
    for place in range(len(texts) if len(texts) > 1 else 0):
        yield whole(texts[:place] + texts[place + 1 :])


def accepted(expected: str, other: str, frame: Frame) -> bool | None:
    """Whether the suite takes the other for the expected one; None when it is no expression."""
    try:
        given = gold(other, "entry", frame.timeframe)
    except SpecError:
        return None
    return same_condition(gold(expected, "entry", frame.timeframe), given, frame)


def test_no_changed_rule_passes_for_the_right_one() -> None:
    """One number off by one, or one clause less, differs on some bar of some path."""
    verdicts = {
        f"{whole(texts)} -> {other}": accepted(whole(texts), other, frame)
        for texts, frame in golds()
        for other in changed(texts)
    }
    assert sum(verdict is not None for verdict in verdicts.values()) >= 40
    assert [name for name, verdict in verdicts.items() if verdict] == []


def test_the_right_rule_always_passes() -> None:
    """The twin: each gold equals itself, and turns on the suite."""
    assert all(accepted(whole(texts), whole(texts), frame) for texts, frame in golds())

"""A case of the drafting suite: what a user says, and what a good reply contains.

One JSON object per line: `{id, lang, kind, turns[], expect{...}, note?}`. A key of `expect` that
is absent is not scored. Percentages are percent, as the user said them; a spec holds fractions.
A line that cannot be read becomes a `BrokenCase`: it counts as a failure, never as a gap.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from engine.errors import InputError
from engine.language.reply import ConflictCode, QuestionSlot, RefusalCode, UnsupportedCode
from engine.language.spec import Family, PositionSide
from engine.market import Timeframe
from engine.records import Record, parse_record

MAX_LINE_BYTES: Final = 100_000
Action = Literal["draft", "partial", "clarify", "refuse", "unsupported", "answer"]
Kind = Literal[
    "precise", "constraints", "colloquial", "vague", "contradictory", "unsafe", "impossible",
    "injection", "answer", "multi_turn",
]  # fmt: skip
Language = Literal["en", "de"]
Act = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = int | float
BySide = dict[PositionSide, tuple[str, ...]]
ByTimeframe = str | dict[str, str]
"""One expression, or timeframe -> expression when several are right."""


class WantedIndicator(Record):
    """An operator that the spec uses, with its numeric arguments from the left."""

    name: str
    params: tuple[Number, ...] = ()


class WantedStop(Record):
    """A protective exit; a key that is absent is not compared."""

    kind: str
    pct: Number | None = None
    mult: Number | None = None
    period: Number | None = None
    bars: Number | None = None
    r: Number | None = None
    expr: str | None = None
    pct_max: Number | None = None


class WantedTarget(Record):
    """A profit exit; `fraction` of the initial size."""

    kind: str
    pct: Number | None = None
    mult: Number | None = None
    period: Number | None = None
    r: Number | None = None
    expr: str | None = None
    fraction: Number | None = None


class WantedSizing(Record):
    """How much; `weights` are those of an ensemble's members, in percent."""

    kind: str
    pct: Number | None = None
    lookback: Number | None = None
    amount: Number | None = None
    currency: str | None = None
    weights: tuple[Number, ...] | dict[str, Number] | None = None
    max_weight_pct: Number | None = None


class WantedLimits(Record):
    """The spec's own limits; `_pct` is in percent."""

    max_positions: Number | None = None
    max_units: Number | None = None
    max_leverage: Number | None = None
    max_drawdown_pct: Number | None = None
    max_daily_loss_pct: Number | None = None
    max_trades_per_day: Number | None = None
    max_trades_per_week: Number | None = None
    max_losses_per_day: Number | None = None
    cooldown_bars: Number | None = None
    max_correlation: Number | None = None
    session: str | None = None
    flat_by: str | None = None
    days: tuple[str, ...] | None = None
    overnight: bool | None = None


class WantedRank(Record):
    """A ranked universe: how many, how often, by what, among which."""

    top: Number | None = None
    bottom: Number | None = None
    rebalance: str | None = None
    score: ByTimeframe | None = None
    eligible: ByTimeframe | None = None


class Expect(Record):
    """What a good reply contains; None and empty mean that the slot is not scored."""

    action: Annotated[tuple[Action, ...], Field(min_length=1)]
    family: tuple[Family, ...] = ()
    symbols: tuple[str, ...] = ()
    sides: tuple[PositionSide, ...] = ()
    timeframe: Annotated[Timeframe | None, Field(strict=False)] = None
    indicators: tuple[WantedIndicator, ...] = ()
    entry: BySide = Field(default_factory=dict)
    exit: BySide = Field(default_factory=dict)
    stop: tuple[WantedStop, ...] = ()
    target: tuple[WantedTarget, ...] = ()
    sizing: tuple[WantedSizing, ...] = ()
    limits: WantedLimits | None = None
    regimes: tuple[str, ...] = ()
    rank: WantedRank | None = None
    must_ask: tuple[QuestionSlot, ...] = ()
    must_flag: tuple[ConflictCode, ...] = ()
    must_refuse: tuple[RefusalCode, ...] = ()
    must_name_unsupported: tuple[UnsupportedCode, ...] = ()
    must_not: tuple[Act, ...] = ()

    def scores(self, slot: str) -> bool:
        """Whether a slot is scored in this case."""
        return bool(getattr(self, slot))

    @property
    def only_clarify(self) -> bool:
        """Whether nothing but a question is right."""
        return set(self.action) == {"clarify"}


class Case(Record):
    """One conversation of a user; the reply to the last turn is scored."""

    id: Annotated[str, Field(min_length=1, max_length=60)]
    lang: Language
    kind: Kind
    turns: Annotated[tuple[str, ...], Field(min_length=1)]
    expect: Expect
    note: str | None = None


class BrokenCase(Record):
    """A line that cannot be read as a case, and why."""

    id: str
    lang: str = "?"
    kind: str = "unreadable"
    why: str


def read_cases(path: Path) -> tuple[Case | BrokenCase, ...]:
    """The cases of a file in its order; blank lines do not count.

    Raises:
        InputError: CASES_MISSING when there is no such file, CASES_EMPTY when it holds no line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "CASES_MISSING", "the file of cases cannot be read", value=path.name,
            hint="give a file of one JSON object per line with --cases",
        ) from error  # fmt: skip
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise InputError("CASES_EMPTY", "the file holds no case", value=path.name)
    return _distinct([_case(number, line) for number, line in lines])


def _case(number: int, line: str) -> Case | BrokenCase:
    try:
        return parse_record(Case, line, MAX_LINE_BYTES)
    except InputError as error:
        return BrokenCase(id=f"line {number}", why=f"{error.code}: {error.message}"[:300])


def _distinct(cases: list[Case | BrokenCase]) -> tuple[Case | BrokenCase, ...]:
    """The same, with a second case of one id marked as broken."""
    seen: set[str] = set()
    checked: list[Case | BrokenCase] = []
    for case in cases:
        repeated = case.id in seen
        seen.add(case.id)
        why = f"the id {case.id} stands twice"
        checked.append(BrokenCase(id=f"{case.id} again", why=why) if repeated else case)
    return tuple(checked)

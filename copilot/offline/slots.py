"""What one message says, slot by slot; an empty slot was not mentioned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.offline.limits import LimitValue
from copilot.offline.normalise import Language
from copilot.offline.operands import Frame
from copilot.offline.rules import RulesFound
from copilot.offline.sides import SidesFound
from copilot.offline.windows import Window
from engine.language.spec import CrossSection, Family, Pair, Parameter, Sizing, Stop, Target
from engine.market import Timeframe


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranked universe: the section, its watch list name, and what of it was assumed."""

    section: CrossSection
    assumed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """Numbers that the user wants to vary: parameter and the text it stands for."""

    parameter: Parameter
    target: str


@dataclass(frozen=True, slots=True)
class Slots:
    """One message, read. `text` is normalised, `rest` what the slot readers left.

    `odd` are numbers that were said and lie outside what their place takes.
    """

    language: Language
    text: str
    rest: str
    symbols: tuple[str, ...] = ()
    timeframe: Timeframe | None = None
    timeframe_implied: bool = False
    timeframe_rejected: str = ""
    frame: Frame = field(default_factory=lambda: Frame(Timeframe.D1))
    family: Family | None = None
    sides: SidesFound = field(default_factory=SidesFound)
    rules: RulesFound = field(default_factory=RulesFound)
    stops: tuple[Stop, ...] = ()
    no_stop: bool = False
    targets: tuple[Target, ...] = ()
    sizing: Sizing | None = None
    cap: float | None = None
    limits: Mapping[str, LimitValue] = field(default_factory=dict)
    sweeps: tuple[Sweep, ...] = ()
    ranking: Ranking | None = None
    pair: Pair | None = None
    month_end_only: bool = False
    window: Window | None = None
    odd: tuple[str, ...] = ()

    @property
    def says_rules(self) -> bool:
        """Whether the message holds entry or exit conditions."""
        found = self.rules
        return any((found.entry_long, found.entry_short, found.exit_long, found.exit_short))

    @property
    def says_something(self) -> bool:
        """Whether the message holds anything that a spec is made of, apart from its idea."""
        return bool(
            self.says_rules or self.rules.filters or self.rules.alone or self.symbols
            or self.timeframe or self.stops or self.no_stop or self.targets or self.sizing
            or self.limits or self.sweeps or self.ranking or self.pair or self.cap
            or self.sides.sides or self.window
        )  # fmt: skip

"""What the engine cannot run yet leaves the draft by name; what is left always passes the checker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from copilot.offline.complete import _cautious, copy_of, finish
from copilot.offline.plan import Plan
from copilot.offline.texts import text as sentence
from copilot.offline.tree import Joined, Tree
from engine.language.findings import SpecFinding
from engine.language.reply import Unsupported
from engine.language.spec import StrategySpec

ROUNDS: Final = 6
"""How often parts are taken out and the spec is checked again."""


class Report(Protocol):
    """What a checker answers: `engine.language.checker.CheckReport` and fakes alike."""

    @property
    def ok(self) -> bool:
        """No error among the findings."""
        ...

    @property
    def findings(self) -> tuple[SpecFinding, ...]:
        """Errors and warnings in document order."""
        ...


Check = Callable[[StrategySpec], Report]

"""What the nodes are handed: ports and ceilings, made once at the composition root."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config.settings import CopilotSettings
from copilot.budget import Budgets, TurnBudget
from copilot.desk_client import Desk, DeskContext
from copilot.model import ChatModel
from copilot.offline.drafter import OfflineDrafter
from copilot.offline.runnable import Check
from copilot.retrieval import Retriever
from copilot.state import State
from engine.clock import Clock
from engine.errors import PeakError


@dataclass(frozen=True, slots=True)
class Parts:
    """Ports of the graph. Without a model the offline drafter answers everything.

    `verdict_wait_s` is how long a turn waits for the gate; `poll_s` how often it asks.
    """

    desk: Desk
    retriever: Retriever
    clock: Clock
    budgets: Budgets
    settings: CopilotSettings
    check: Check
    model: ChatModel | None = None
    sleep: Callable[[float], None] = field(default=time.sleep)
    verdict_wait_s: float = 120.0
    poll_s: float = 0.2

    @property
    def drafter(self) -> str:
        """Who drafts: the model's name, or `offline`."""
        return self.model.name if self.model is not None else "offline"

    def context(self) -> DeskContext | None:
        """The desk's context, or None while the desk does not answer."""
        try:
            return self.desk.context()
        except PeakError:
            return None

    def offline(self) -> OfflineDrafter:
        """The rule-based drafter, with the desk's instruments at hand."""
        found = self.context()
        return OfflineDrafter(self.check, symbols_of_desk=found.symbols if found else ())

    def spend(self, state: State) -> TurnBudget:
        """The allowance of the turn in hand."""
        return self.budgets.turn(state.get("thread_id", ""), state.get("turn", 0))

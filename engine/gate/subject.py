"""Subject: what is judged, in the one form in which every spec can be run.

One instrument is a panel of one, so rules on one market, on several, rankings, pairs and
ensembles are judged by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import DEFAULT_EQUITY
from engine.data.panel import Panel
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.needs import symbols_of
from engine.language.spec import StrategySpec
from engine.market import Symbol


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A compiled spec with the strategies that it names and its costs; build it with `of`."""

    spec: StrategySpec
    costs: CostModel
    compiled: CompiledSpec
    members: Mapping[str, CompiledSpec] = field(default_factory=dict)

    @classmethod
    def of(
        cls, spec: StrategySpec, costs: CostModel, members: Sequence[StrategySpec] = ()
    ) -> Subject:
        """Compile a spec and its members.

        Args:
            spec: the spec.
            costs: of every run.
            members: strategies of an ensemble, in the order in which it names them.

        Raises:
            SpecError: the first error finding.
        """
        names = [] if spec.ensemble is None else [one.strategy for one in spec.ensemble.members]
        compiled = {
            name: compile_spec(member) for name, member in zip(names, members, strict=False)
        }
        return cls(spec, costs, compile_spec(spec), compiled)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Every instrument that it trades or looks at, in order."""
        asked = (self.compiled, *self.members.values())
        return tuple(
            dict.fromkeys(symbol for one in asked for symbol in symbols_of(one.spec, one.trees))
        )

    def run(
        self,
        panel: Panel,
        *,
        costs: CostModel | None = None,
        first: int = 0,
        grid: bool = True,
        start_equity: float = DEFAULT_EQUITY,
    ) -> BacktestResult:
        """Run it on one account; writes no trial, so it is for the gate's own questions only.

        Args:
            panel: every instrument that it needs.
            costs: other costs than its own.
            first: row of the timeline from which the account runs, flat.
            grid: False switches price and quantity steps off.
            start_equity: quote currency.

        Raises:
            InputError: whatever the run raises.
        """
        return run_spec(
            self.compiled, panel, costs or self.costs, start_equity=start_equity,
            members=self.members, first=first, grid=grid,
        )  # fmt: skip

"""Weights of today: days after train are read only when every sleeve holds a certificate.

A certified strategy runs over all its days, as its signals do; nothing but the weights that follow
leaves this room. What is not certified is weighed by its train days.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.store import DatasetStore
from engine.gate.report import Certificate
from engine.language.compiler import compile_spec
from engine.portfolio.recipes import Recipe
from engine.portfolio.sleeves import sleeve_of
from engine.records import canonical, parse_record
from guardrails.desk.certified import holding
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.local import Local
from guardrails.desk.portfolio_plan import PlannedSleeve, regime_labels
from guardrails.desk.portfolios import Present


def certificates_now(here: Local) -> tuple[Certificate, ...]:
    """Certificates that hold now, from the running desk or from the store."""
    if here.running():
        rows = DeskClient.of(here.folders.run).get("/api/certificates")["certificates"]
        return tuple(
            parse_record(Certificate, canonical(row["certificate"]))
            for row in rows
            if row["ended"] is None
        )
    with here.store() as database:
        return tuple(one.certificate for one in holding(database, here.clock))


def uncertified(
    planned: Sequence[PlannedSleeve], certificates: Sequence[Certificate], costs: CostModel
) -> tuple[str, ...]:
    """Sleeves without a certificate for their spec, on their data, under these costs."""
    known = {(one.spec_digest, one.dataset_id, one.cost_digest) for one in certificates}
    return tuple(
        each.name
        for each in planned
        if (each.spec.digest, each.dataset.id, costs.digest) not in known
    )


def present_of(
    recipe: Recipe, planned: Sequence[PlannedSleeve], datasets: DatasetStore, costs: CostModel
) -> Present:
    """Daily returns of certified sleeves up to the last bar; the caller has checked them."""
    sleeves = []
    for each in planned:
        bars = datasets.prices(each.dataset)
        result = simulate(bars, compile_spec(each.spec).decide(bars), costs)
        sleeves.append(sleeve_of(each.name, result, bars.instrument.calendar))
    return Present(tuple(sleeves), regime_labels(recipe, datasets, all_days=True))

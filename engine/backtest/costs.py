"""Cost model: fees on notional at each fill, spread and slippage against us."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from engine.quantities import Ratio
from engine.records import Digest, Record, digest

BPS = 10_000

MOST_BPS: Final = 1_000.0
MOST_BORROW_BPS: Final = 10_000.0
Bps = Annotated[Ratio, Field(ge=0, le=MOST_BPS)]


class CostModel(Record):
    """Costs in basis points (1/10,000) of notional.

    Taker fee on everything but limit and target fills, which pay the maker fee. Half the spread
    plus slippage moves the fill price against us on everything but limits and targets.
    `limit_fill`: `through` = price must trade beyond a limit, `touch` = reaching it is enough.
    `spread`: `quoted` takes the spread of the dataset's quotes where it has them, never less than
    `spread_bps`. `slippage_range` adds this share of the range (high - low) of the bar before the
    fill, so wild markets cost more. `borrow_bps_year`: of a short's notional, per year.
    """

    taker_fee_bps: Bps = 10.0
    maker_fee_bps: Bps = 10.0
    spread_bps: Bps = 2.0
    slippage_bps: Bps = 3.0
    limit_fill: Literal["through", "touch"] = "through"
    spread: Literal["fixed", "quoted"] = "fixed"
    slippage_range: Annotated[Ratio, Field(ge=0, le=1)] = 0.0
    borrow_bps_year: Annotated[Ratio, Field(ge=0, le=MOST_BORROW_BPS)] = 0.0

    @property
    def digest(self) -> Digest:
        """Digest of the model; part of a candidate's identity."""
        return digest("peak/costs/v1", self)

    @property
    def impact(self) -> float:
        """Fraction by which a market or stop fill is worse than the raw price."""
        return (self.spread_bps / 2 + self.slippage_bps) / BPS

    @property
    def varying(self) -> bool:
        """Whether the impact differs from bar to bar."""
        return self.spread == "quoted" or self.slippage_range > 0.0

    @property
    def taker(self) -> float:
        """Taker fee as a fraction of notional."""
        return self.taker_fee_bps / BPS

    @property
    def maker(self) -> float:
        """Maker fee as a fraction of notional."""
        return self.maker_fee_bps / BPS

    def scaled(self, factor: float) -> CostModel:
        """All costs times `factor` (cost sensitivity), none beyond what a cost may be at most."""
        return CostModel(
            taker_fee_bps=min(MOST_BPS, self.taker_fee_bps * factor),
            maker_fee_bps=min(MOST_BPS, self.maker_fee_bps * factor),
            spread_bps=min(MOST_BPS, self.spread_bps * factor),
            slippage_bps=min(MOST_BPS, self.slippage_bps * factor),
            limit_fill=self.limit_fill,
            spread=self.spread,
            slippage_range=min(1.0, self.slippage_range * factor),
            borrow_bps_year=min(MOST_BORROW_BPS, self.borrow_bps_year * factor),
        )

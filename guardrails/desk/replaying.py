"""Replay: moves the market's present forward over a dataset's forward bars.

The desk asks; the gateway owns the feed and publishes the bars. Time only moves forward.
"""

from __future__ import annotations

from datetime import UTC, datetime

from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.records import utc_text
from guardrails.ports import MarketView
from guardrails.store.database import Database
from guardrails.store.outbox import enqueue


class Replaying:
    """Orders the replay feed through the outbox."""

    def __init__(self, database: Database, datasets: DatasetStore, market: MarketView) -> None:
        """Use the desk's store, the registered data and the market's present."""
        self._database = database
        self._datasets = datasets
        self._market = market

    def advance(self, dataset_ref: str, until: datetime, actor: str) -> datetime:
        """Play a dataset up to `until` (close times); answers the time that was asked for.

        Raises:
            InputError: DATASET_UNKNOWN, REPLAY_NO_FORWARD (no forward data), REPLAY_BACKWARDS.
        """
        dataset = self._datasets.find(dataset_ref)
        if dataset.forward_from is None:
            raise InputError(
                "REPLAY_NO_FORWARD", "this dataset has no forward bars to play",
                value=dataset.ref, hint="import newer bars, or register it with a forward tail",
            )  # fmt: skip
        now = self._market.market_now()
        if now is not None and until < now:
            raise InputError(
                "REPLAY_BACKWARDS", "the market's time only moves forward", value=until,
                hint=f"take a time after {utc_text(now)}",
            )  # fmt: skip
        with self._database.write() as work:
            payload = {
                "dataset_id": dataset.id,
                "symbol": dataset.instrument.symbol,
                "until": utc_text(until),
            }
            enqueue(work, "replay", payload)
            work.journal(actor, "replay.asked", payload)
        return until

    def next_close(self, dataset_ref: str) -> datetime | None:
        """Close time of the first bar that was not played yet; None at the end of the data."""
        bars = self._datasets.prices(self._datasets.find(dataset_ref))
        now = self._market.market_now()
        reached = 0 if now is None else int(now.timestamp() * 1000)
        later = bars.close_time[bars.close_time > reached]
        return datetime.fromtimestamp(int(later[0]) / 1000, UTC) if len(later) else None

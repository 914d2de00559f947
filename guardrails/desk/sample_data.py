"""The embedded sample data of a new installation: real bars, registered like any other."""

from __future__ import annotations

from engine.data import samples
from engine.data.store import DatasetStore


def register_samples(store: DatasetStore) -> None:
    """Register GOOG (daily, with a forward tail) and EUR/USD (hourly) where nothing is yet."""
    if not store.datasets():
        store.register(samples.goog_daily(), window_end=samples.GOOG_WINDOW_END)
        store.register(samples.eurusd_hourly())

"""The installation as a command sees it: settings, folders, data; and the store under its lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.loader import load_settings
from config.private_files import private_folder
from config.settings import Settings
from engine.backtest.costs import CostModel
from engine.clock import Clock, SystemClock
from engine.data.store import DatasetStore
from engine.errors import UnavailableError
from engine.fast import keep_compiled
from engine.gate.identity import code_digest
from guardrails.desk.folders import Folders
from guardrails.desk.sample_data import register_samples
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.lock import desk_lock


@dataclass(frozen=True, slots=True)
class Local:
    """One installation on this machine."""

    settings: Settings
    folders: Folders
    clock: Clock

    def datasets(self) -> DatasetStore:
        """The dataset store (no lock needed: it has its own), never without the samples."""
        private_folder(self.folders.root)
        keep_compiled(lambda: self.folders.compiled / code_digest()[:16])
        store = DatasetStore(self.folders.datasets)
        register_samples(store)
        return store

    def costs(self) -> CostModel:
        """The cost model of the settings."""
        return CostModel(**self.settings.costs.model_dump())

    @property
    def user(self) -> str:
        """Who acts on the command line of this machine, as the journal names them."""
        return f"cli-{os.getuid()}"

    def running(self) -> bool:
        """True when a desk owns the store of this installation."""
        lock = desk_lock(self.folders.run)
        try:
            lock.take()
        except UnavailableError:
            return True
        lock.free()
        return False

    @contextmanager
    def store(self) -> Iterator[Database]:
        """The desk's database while no desk runs; DESK_RUNNING otherwise."""
        private_folder(self.folders.root)
        with desk_lock(self.folders.run):
            database = open_database(
                self.folders.desk_store, desk_metadata, "desk", self.clock,
                backups=self.folders.backups,
            )  # fmt: skip
            try:
                yield database
            finally:
                database.close()


def local(profile: str | None = None) -> Local:
    """This installation, from profile, file and variables."""
    settings = load_settings(profile)
    place = settings.deployment
    return Local(
        settings,
        Folders(place.state_dir, place.strategies_dir.expanduser(), settings.store.url),
        SystemClock(),
    )

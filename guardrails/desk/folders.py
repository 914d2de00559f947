"""Where an installation keeps its things; every path below one state folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.private_files import private_folder

STRATEGIES: Final = Path("strategies")
"""The folder of one's own strategies below the state folder, unless the settings name another."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Paths of one installation, from its state folder."""

    root: Path
    strategies_dir: Path = STRATEGIES
    store_url: str = ""

    @property
    def desk_db(self) -> Path:
        """The desk's store unless the settings name a URL."""
        return self.root / "desk.db"

    @property
    def desk_store(self) -> Path | str:
        """Where the desk's store is: its file, or the URL of the settings."""
        return self.store_url or self.desk_db

    @property
    def gateway_db(self) -> Path:
        """The gateway's store; the desk reads it."""
        return self.root / "gateway.db"

    @property
    def backups(self) -> Path:
        """Copies of stores from before an upgrade."""
        return self.root / "backups"

    @property
    def datasets(self) -> Path:
        """Content-addressed market data."""
        return self.root / "datasets"

    @property
    def reports(self) -> Path:
        """Rendered reports by candidate."""
        return self.root / "reports"

    @property
    def compiled(self) -> Path:
        """Compiled loops, one folder per state of the code; it may be deleted at any time."""
        return self.root / "compiled"

    @property
    def halt(self) -> Path:
        """The latch."""
        return self.root / "halt"

    @property
    def run(self) -> Path:
        """Locks, logs and boot files of running processes."""
        return self.root / "run"

    @property
    def copilot(self) -> Path:
        """The copilot's own folder: checkpoints and index, nothing of the desk's."""
        return self.root / "copilot"

    @property
    def strategies(self) -> Path:
        """Specs of the user's own, one JSON file each; a path of their own stands by itself."""
        return self.root / self.strategies_dir

    def prepare(self) -> None:
        """Make the folders that every installation has, for their owner alone."""
        for folder in (self.root, self.run, self.reports, self.halt, self.root / STRATEGIES):
            private_folder(folder)

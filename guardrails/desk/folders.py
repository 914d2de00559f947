"""Where an installation keeps its things; every path below one state folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.private_files import private_folder


@dataclass(frozen=True, slots=True)
class Folders:
    """Paths of one installation, from its state folder."""

    root: Path

    @property
    def desk_db(self) -> Path:
        """The desk's store."""
        return self.root / "desk.db"

    @property
    def gateway_db(self) -> Path:
        """The gateway's store; the desk reads it."""
        return self.root / "gateway.db"

    @property
    def datasets(self) -> Path:
        """Content-addressed market data."""
        return self.root / "datasets"

    @property
    def reports(self) -> Path:
        """Rendered reports by candidate."""
        return self.root / "reports"

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
        """Specs of the user's own, one JSON file each."""
        return self.root / "strategies"

    def prepare(self) -> None:
        """Make the folders that every installation has, for their owner alone."""
        for folder in (self.root, self.run, self.reports, self.halt, self.strategies):
            private_folder(folder)

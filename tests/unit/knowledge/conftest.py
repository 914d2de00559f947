"""A knowledge base in a folder of its own, without a background thread."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.clock import FixedClock
from knowledge.app import Knowledge, open_knowledge
from knowledge.documents import Document

CLOCK = FixedClock(datetime(2026, 1, 15, tzinfo=UTC))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our own documents, fitted, closed, without an index; to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    open_knowledge(folder, clock=CLOCK, background=False).close()
    return folder


@pytest.fixture
def knowledge(tmp_path: Path, filled: Path) -> Iterator[Knowledge]:
    """Our own documents, searched by exact scan until `rebuild` is called."""
    folder = tmp_path / "knowledge"
    shutil.copytree(filled, folder)
    with open_knowledge(folder, clock=CLOCK, background=False) as opened:
        yield opened


@pytest.fixture
def note() -> Document:
    """A short document that somebody uploaded on the first of June 2025."""
    return Document(
        name="note",
        title="A note on quokkas",
        language="en",
        as_of=date(2025, 6, 1),
        tier="uploaded",
        origin="uploads",
        text="## Habit\n\nQuokkas trade leaves at dawn.\n\n## Rest\n\nThey sleep at noon.",
    )

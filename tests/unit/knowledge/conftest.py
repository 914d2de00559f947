"""A knowledge base in a folder of its own, without a background thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.clock import FixedClock
from knowledge.app import Knowledge, open_knowledge
from knowledge.documents import Document

TODAY = date(2026, 1, 15)


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    """Our own documents, searched by exact scan until `rebuild` is called."""
    clock = FixedClock(datetime(2026, 1, 15, tzinfo=UTC))
    with open_knowledge(tmp_path / "knowledge", clock=clock, background=False) as opened:
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

"""Strategy files as people keep them, for the tests of the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.language_world import spec

DOCUMENT: dict[str, Any] = spec().model_dump(mode="json")
"""A sound spec as JSON."""


def written(folder: Path, name: str = "mine", **changes: object) -> Path:
    """A spec file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(DOCUMENT | changes))
    return path

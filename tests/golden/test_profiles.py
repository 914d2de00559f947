"""What each packaged profile starts from, value by value: a changed default is a visible change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.loader import load_settings
from config.sources import profile_names


@pytest.mark.parametrize("profile", profile_names())
def test_a_profile_gives_the_same_settings(
    profile: str, golden: Callable[[str, str | bytes], None]
) -> None:
    """Defaults and profiles change only together with their golden file."""
    settings = load_settings(profile, env={"PEAK_STATE_DIR": "/var/lib/peak"})
    golden(f"profile-{profile}.json", settings.model_dump_json(indent=2) + "\n")

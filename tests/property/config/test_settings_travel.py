"""Every setting can be set by its variable, and nothing else can."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.loader import load_settings
from config.modes import Mode
from config.settings import (
    CopilotSettings,
    CostSettings,
    DeploymentSettings,
    DeskSettings,
    GatewaySettings,
    LimitSettings,
    Settings,
)
from config.sources import variable_of

NAMES = st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True)
BPS = st.floats(min_value=0, max_value=1000)

SETTINGS = st.builds(
    Settings,
    deployment=st.builds(
        DeploymentSettings,
        id=NAMES,
        mode=st.sampled_from([Mode.RESEARCH, Mode.PAPER]),
        persons=st.sampled_from(["solo", "team"]),
        state_dir=NAMES.map(lambda name: Path("/var") / name),
        language=st.sampled_from(["en", "de"]),
    ),
    desk=st.builds(DeskSettings, port=st.integers(0, 65535)),
    copilot=st.builds(CopilotSettings, max_calls_per_turn=st.integers(1, 10)),
    gateway=st.builds(GatewaySettings, account_id=NAMES, heartbeat_s=st.floats(1e-9, 5)),
    limits=st.builds(
        LimitSettings,
        overrides=st.dictionaries(
            st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True), st.integers(0, 10**9)
        ),
    ),
    costs=st.builds(CostSettings, taker_fee_bps=BPS, spread_bps=BPS),
)


def as_environment(settings: Settings) -> dict[str, str]:
    """Every value of the settings as the variable that sets it."""
    variables: dict[str, str] = {}
    for section, group in settings.model_dump(mode="json").items():
        for name, value in group.items():
            key = f"{section}.{name}"
            if isinstance(value, dict):
                inner = {variable_of(f"{key}.{k}"): str(v) for k, v in value.items()}
                variables.update(inner)
            else:
                variables[variable_of(key)] = str(value)
    return variables


@given(SETTINGS)
def test_settings_come_back_from_the_environment(settings: Settings) -> None:
    """Any valid settings, written as variables and loaded again, are equal."""
    assert load_settings(env=as_environment(settings)) == settings


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=30), st.text())
def test_no_stranger_is_ever_ignored(name: str, value: str) -> None:
    """A PEAK_ variable that is no setting stops the start, whatever it holds."""
    variable = f"PEAK_{name}"
    known = {*as_environment(Settings()), "PEAK_CONFIG", "PEAK_PROFILE", "PEAK_STATE_DIR"}
    assume(variable not in known and not variable.startswith("PEAK_LIMITS__OVERRIDES__"))
    with pytest.raises(ConfigError) as caught:
        load_settings(env={variable: value})
    assert caught.value.code == "CONFIG_UNKNOWN_KEY"

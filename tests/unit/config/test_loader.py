"""Settings: who wins, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.loader import load_settings, require_available
from config.modes import RIGHTS, Mode


def refused(env: dict[str, str] | None = None, file: Path | None = None) -> ConfigError:
    """The refusal that these sources end in."""
    with pytest.raises(ConfigError) as caught:
        load_settings(env=env or {}, file=file)
    return caught.value


def written(folder: Path, text: str) -> Path:
    """A settings file with this text."""
    file = folder / "peak.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_anything_the_paper_profile_starts() -> None:
    """An empty environment gives a paper installation on loopback."""
    settings = load_settings(env={})
    assert settings.deployment.mode is Mode.PAPER
    assert settings.desk.host == "127.0.0.1"


@pytest.mark.parametrize("profile", ["paper", "research", "demo"])
def test_every_packaged_profile_loads(profile: str) -> None:
    """Each profile that ships is valid as it is."""
    load_settings(profile, env={})


def test_a_file_beats_the_profile_and_a_variable_beats_the_file(tmp_path: Path) -> None:
    """Later sources win: profile, then file, then environment."""
    file = written(tmp_path, "[desk]\nport = 8801\n[gateway]\npoll_ms = 50\n")
    settings = load_settings("demo", env={"PEAK_DESK__PORT": "8802"}, file=file)
    assert settings.desk.port == 8802
    assert settings.gateway.poll_ms == 50
    assert settings.deployment.id == "demo"


def test_file_and_profile_can_be_named_by_variables(tmp_path: Path) -> None:
    """PEAK_CONFIG and PEAK_PROFILE do what the arguments do, and arguments win."""
    env = {
        "PEAK_CONFIG": str(written(tmp_path, "[desk]\nport = 8803\n")),
        "PEAK_PROFILE": "research",
    }
    assert load_settings(env=env).deployment.mode is Mode.RESEARCH
    settings = load_settings("demo", env=env)
    assert (settings.deployment.id, settings.desk.port) == ("demo", 8803)


def test_the_state_folder_comes_out_absolute(tmp_path: Path) -> None:
    """Child processes in another folder find the same state."""
    assert load_settings(env={}).deployment.state_dir.is_absolute()
    assert load_settings(env={"PEAK_STATE_DIR": str(tmp_path)}).deployment.state_dir == tmp_path


def test_the_full_name_beats_the_short_one() -> None:
    """PEAK_DEPLOYMENT__STATE_DIR wins over PEAK_STATE_DIR, so a parent's cannot stray in."""
    env = {"PEAK_STATE_DIR": "/short", "PEAK_DEPLOYMENT__STATE_DIR": "/full"}
    assert load_settings(env=env).deployment.state_dir == Path("/full")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("PEAK_DESK__PROT", "PEAK_DESK__PORT"),
        ("PEAK_DSK__PORT", "PEAK_DESK__PORT"),
        ("PEAK_desk__port", "PEAK_DESK__PORT"),
        ("PEAK_PROFIL", "PEAK_PROFILE"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_right_name(name: str, nearest: str) -> None:
    """CONFIG_UNKNOWN_KEY names the nearest variable, whatever the value was."""
    fault = refused({name: "8800"})
    assert fault.code == "CONFIG_UNKNOWN_KEY"
    assert fault.value == name
    assert (nearest in fault.hint) or name == "PEAK_desk__port"


def test_a_secret_in_a_variable_is_not_echoed() -> None:
    """The refusal of an unknown variable shows its name and never its value."""
    fault = refused({"PEAK_MODEL_API_KEY": "sk-very-secret"})
    assert fault.code == "CONFIG_UNKNOWN_KEY"
    assert "sk-very-secret" not in str(fault.as_dict())


def test_an_unknown_key_in_a_file_is_refused_with_the_right_name(tmp_path: Path) -> None:
    """CONFIG_UNKNOWN_KEY names the file and the nearest key."""
    file = written(tmp_path, "[desk]\nprot = 1\n")
    fault = refused(file=file)
    assert fault.code == "CONFIG_UNKNOWN_KEY"
    assert "desk.port" in fault.hint
    assert str(file) in fault.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PEAK_DESK__PORT", "65536"),
        ("PEAK_DESK__PORT", "-1"),
        ("PEAK_DESK__PORT", "8_700"),
        ("PEAK_DESK__PORT", "8700.0"),
        ("PEAK_DESK__HOST", "192.168.1.5"),
        ("PEAK_COSTS__SPREAD_BPS", "nan"),
        ("PEAK_COSTS__SPREAD_BPS", "inf"),
        ("PEAK_COSTS__SPREAD_BPS", "-0.1"),
        ("PEAK_DEPLOYMENT__MODE", "Paper"),
        ("PEAK_DEPLOYMENT__ID", "../up"),
        ("PEAK_GATEWAY__PAPER_CASH_QUOTE", "1e9"),
        ("PEAK_COPILOT__KNOWLEDGE_CUTOFF", "yesterday"),
        ("PEAK_LIMITS__OVERRIDES__MAX_RISK", "1.5"),
    ],
)
def test_a_value_out_of_range_names_key_source_and_value(variable: str, value: str) -> None:
    """CONFIG_VALUE_INVALID says which key in which place holds which value."""
    fault = refused({variable: value})
    assert fault.code == "CONFIG_VALUE_INVALID"
    assert fault.value == value
    assert variable in fault.message
    assert variable in fault.hint


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PEAK_DESK__PORT", "65535"),
        ("PEAK_DESK__PORT", "0"),
        ("PEAK_COSTS__SPREAD_BPS", "0"),
        ("PEAK_COSTS__SPREAD_BPS", "1000"),
        ("PEAK_DEPLOYMENT__MODE", "research"),
        ("PEAK_GATEWAY__PAPER_CASH_QUOTE", "2500.50"),
        ("PEAK_COPILOT__KNOWLEDGE_CUTOFF", "2025-06-30"),
        ("PEAK_LIMITS__OVERRIDES__MAX_RISK", "25"),
    ],
)
def test_a_value_at_its_bound_is_taken(variable: str, value: str) -> None:
    """The twin of the refusals: bounds are inclusive where the reference says so."""
    load_settings(env={variable: value})


def test_credentials_in_an_address_are_not_echoed() -> None:
    """An endpoint with a password in it is refused without repeating the password."""
    fault = refused({"PEAK_COPILOT__BASE_URL": "https://me:hunter2@host/v1"})
    assert fault.code == "CONFIG_VALUE_INVALID"
    assert "hunter2" not in str(fault.as_dict())


def test_half_an_endpoint_is_refused_and_a_whole_one_taken() -> None:
    """base_url and model belong together."""
    env = {"PEAK_COPILOT__BASE_URL": "http://127.0.0.1:9/v1"}
    assert refused(env).code == "CONFIG_VALUE_INVALID"
    assert load_settings(env={**env, "PEAK_COPILOT__MODEL": "m"}).copilot.model == "m"


@pytest.mark.parametrize("mode", ["shadow", "testnet", "live"])
def test_a_mode_without_its_parts_is_refused(mode: str) -> None:
    """MODE_NOT_AVAILABLE says that this version refuses it, and what may be chosen."""
    fault = refused({"PEAK_DEPLOYMENT__MODE": mode})
    assert fault.code == "MODE_NOT_AVAILABLE"
    assert fault.message.startswith(f"{mode} is refused in this version")
    assert "research or paper" in fault.hint


def test_available_modes_pass() -> None:
    """The twin: research and paper pass the same check."""
    for mode in (Mode.RESEARCH, Mode.PAPER):
        require_available(mode)
        assert RIGHTS[mode].available


def test_an_unknown_profile_is_refused() -> None:
    """CONFIG_PROFILE_UNKNOWN names the nearest profile."""
    fault = refused({"PEAK_PROFILE": "papr"})
    assert fault.code == "CONFIG_PROFILE_UNKNOWN"
    assert fault.hint == "did you mean paper?"


def test_a_profile_is_a_name_and_not_a_path() -> None:
    """Nothing outside the packaged folder can be named as a profile."""
    assert refused({"PEAK_PROFILE": "../profiles/paper"}).code == "CONFIG_PROFILE_UNKNOWN"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[desk\nport = 1", "CONFIG_FILE_INVALID"),
        ("[desk]\nport = 1\nport = 2", "CONFIG_FILE_INVALID"),
        ("desk = 1", "CONFIG_VALUE_INVALID"),
        ("[desk]\nport = true", "CONFIG_VALUE_INVALID"),
        ("[desk]\nport = [1]", "CONFIG_VALUE_INVALID"),
        ("[costs]\nspread_bps = nan", "CONFIG_VALUE_INVALID"),
        ("[limits]\noverrides = 3", "CONFIG_VALUE_INVALID"),
        ("[limits.overrides]\nx = {y = 1}", "CONFIG_VALUE_INVALID"),
        ("[secrets]\ntoken = 'x'", "CONFIG_UNKNOWN_KEY"),
        ("[desk.tls]\non = true", "CONFIG_UNKNOWN_KEY"),
    ],
)
def test_a_broken_file_ends_in_a_code(tmp_path: Path, text: str, code: str) -> None:
    """Whatever is wrong with the file, the start ends with a code and the file's name."""
    assert refused(file=written(tmp_path, text)).code == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """CONFIG_FILE_MISSING instead of silently going on with defaults."""
    fault = refused({"PEAK_CONFIG": str(tmp_path / "nothing.toml")})
    assert fault.code == "CONFIG_FILE_MISSING"


def test_limits_can_be_tightened_one_by_one(tmp_path: Path) -> None:
    """Overrides come from the file's table and from variables, merged."""
    file = written(tmp_path, "[limits.overrides]\nmax_risk = 30\nmax_order = 500\n")
    settings = load_settings(env={"PEAK_LIMITS__OVERRIDES__MAX_RISK": "25"}, file=file)
    assert settings.limits.overrides == {"max_risk": 25, "max_order": 500}

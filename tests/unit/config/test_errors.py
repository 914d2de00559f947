"""The base of all faults: what a door can render."""

from __future__ import annotations

from config.errors import ConfigCode, ConfigError, PeakError
from engine import errors


def test_a_fault_is_code_message_value_and_hint() -> None:
    """A fault renders as the four texts that CLI and API answer with."""
    fault = ConfigError(ConfigCode.CONFIG_VALUE_INVALID, "too large", value=7, hint="make it 6")
    assert fault.as_dict() == {
        "code": "CONFIG_VALUE_INVALID",
        "message": "too large",
        "value": "7",
        "hint": "make it 6",
    }


def test_a_long_value_is_cut() -> None:
    """Whatever was handed in, at most 200 characters of it come back."""
    assert len(PeakError("X_Y", "m", value="z" * 1_000).value) == 200


def test_all_faults_have_one_base() -> None:
    """One `except PeakError` at a door catches every fault that the engine exports."""
    faults = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(fault, PeakError) for fault in faults)
    assert errors.ConfigError is ConfigError

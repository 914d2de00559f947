"""The base of all faults of this project, and the one fault that settings and secrets raise.

It lives here because every other package may import `config`, and `config` imports nothing of
ours. The tree below the base is drawn in `engine/errors.py`.
"""

from __future__ import annotations

from enum import StrEnum

_VALUE_CHARACTERS = 200


class PeakError(Exception):
    """Base of all faults of this project: a closed code, the offending value, what to do.

    Attributes:
        code: closed code `CATEGORY_CONDITION`.
        message: what is wrong, one sentence.
        value: the offending value as text, already cut to a readable length.
        hint: one sentence that says what to do.
    """

    def __init__(self, code: str, message: str, *, value: object = "", hint: str = "") -> None:
        """Keep the parts apart so that every door can render them its own way."""
        super().__init__(message)
        self.code = code
        self.message = message
        shown = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        self.value = shown[:_VALUE_CHARACTERS]
        self.hint = hint

    def as_dict(self) -> dict[str, str]:
        """The fault as the JSON object that CLI and API answer with."""
        return {
            "code": str(self.code),
            "message": self.message,
            "value": self.value,
            "hint": self.hint,
        }


class ConfigCode(StrEnum):
    """Closed list of what can be wrong before a process has started."""

    CONFIG_UNKNOWN_KEY = "CONFIG_UNKNOWN_KEY"
    CONFIG_VALUE_INVALID = "CONFIG_VALUE_INVALID"
    CONFIG_PROFILE_UNKNOWN = "CONFIG_PROFILE_UNKNOWN"
    CONFIG_FILE_MISSING = "CONFIG_FILE_MISSING"
    CONFIG_FILE_INVALID = "CONFIG_FILE_INVALID"
    MODE_NOT_AVAILABLE = "MODE_NOT_AVAILABLE"
    SECRETS_MISSING = "SECRETS_MISSING"
    SECRETS_EXIST = "SECRETS_EXIST"
    SECRETS_PERMISSIONS = "SECRETS_PERMISSIONS"
    SECRETS_INVALID = "SECRETS_INVALID"
    PACKAGE_OWNERSHIP = "PACKAGE_OWNERSHIP"


class ConfigError(PeakError):
    """A setting, a secrets file or the installation is not what it must be; the start stops."""

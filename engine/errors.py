"""Faults, drawn as a tree; a refusal that belongs to the business is data, not an exception.

PeakError
 +- InputError        something a person or a program handed in is wrong: code, value, what to do
 |   +- DataError     bars, files or datasets are not what they must be
 |   +- SpecError     a strategy document cannot be read at all (findings are data, see `language`)
 |   +- ConfigError   a setting is unknown, out of range or above its ceiling
 +- AccessError       the caller may not do this (role, seal, permit)
 +- IntegrityError    something that was written does not verify any more; stop, do not repair
 +- UnavailableError  a peer process, a store or an endpoint does not answer
"""

from __future__ import annotations


class PeakError(Exception):
    """Base of all faults of this project: a closed code, the offending value, what to do.

    Attributes:
        code: closed code `CATEGORY_CONDITION`.
        value: the offending value as text, already cut to a readable length.
        hint: one sentence that says what to do.
    """

    def __init__(self, code: str, message: str, *, value: object = "", hint: str = "") -> None:
        """Keep the parts apart so that every door can render them its own way."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.value = str(value)[:200]
        self.hint = hint

    def as_dict(self) -> dict[str, str]:
        """The fault as the JSON object that CLI and API answer with."""
        return {
            "code": self.code,
            "message": self.message,
            "value": self.value,
            "hint": self.hint,
        }


class InputError(PeakError):
    """Something handed in at a door is wrong; nothing was written."""


class DataError(InputError):
    """Bars, files or datasets are not what they must be."""


class SpecError(InputError):
    """A strategy document cannot be read at all."""


class ConfigError(InputError):
    """A setting is unknown, out of range or looser than its ceiling."""


class AccessError(PeakError):
    """The caller may not do this: wrong role, sealed data, missing permit."""


class IntegrityError(PeakError):
    """A record, chain or signature does not verify; the process must stop, not repair."""


class UnavailableError(PeakError):
    """A peer process, a store or an endpoint does not answer."""

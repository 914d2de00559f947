"""Faults, drawn as a tree; a refusal that belongs to the business is data, not an exception.

PeakError             the base: a closed code, the offending value, what to do (`config/errors.py`)
 +- ConfigError       a setting, a secrets file or the installation is wrong (`config/errors.py`)
 +- InputError        something a person or a program handed in is wrong: code, value, what to do
 |   +- DataError     bars, files or datasets are not what they must be
 |   +- SpecError     a strategy document cannot be read at all (findings are data, see `language`)
 +- AccessError       the caller may not do this (role, seal, permit)
 +- IntegrityError    something that was written does not verify any more; stop, do not repair
 +- UnavailableError  a peer process, a store or an endpoint does not answer
"""

from __future__ import annotations

from config.errors import ConfigError, PeakError

__all__ = [
    "AccessError",
    "ConfigError",
    "DataError",
    "InputError",
    "IntegrityError",
    "PeakError",
    "SpecError",
    "UnavailableError",
]


class InputError(PeakError):
    """Something handed in at a door is wrong; nothing was written."""


class DataError(InputError):
    """Bars, files or datasets are not what they must be."""


class SpecError(InputError):
    """A strategy document cannot be read at all."""


class AccessError(PeakError):
    """The caller may not do this: wrong role, sealed data, missing permit."""


class IntegrityError(PeakError):
    """A record, chain or signature does not verify; the process must stop, not repair."""


class UnavailableError(PeakError):
    """A peer process, a store or an endpoint does not answer."""

"""A command line that cannot be read, as the same kind of fault as every other bad input."""

from __future__ import annotations

from typing import Any

import typer

from engine.errors import InputError


def only_wants_help(error: typer.TyperException) -> bool:
    """True when a group was named without a command: its help is the answer."""
    # typer keeps this class private; its name is all there is to know it by
    return type(error).__name__ == "NoArgsIsHelpError"


def usage_fault(error: typer.TyperException) -> InputError:
    """USAGE_INVALID with the offending word and where the help stands.

    Passwords can be options: only the name of an option is repeated, never what was given to it.
    """
    told: Any = error
    context = getattr(told, "ctx", None)
    path = "peak" if context is None else context.command_path
    message = told.format_message().strip()
    parameter = getattr(told, "param", None)
    value = getattr(told, "option_name", "") or getattr(parameter, "name", "") or ""
    return InputError(
        "USAGE_INVALID", message[0].lower() + message[1:], value=value, hint=f"see `{path} --help`"
    )

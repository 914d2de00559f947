"""Start-up self-test: this process must hold nothing that could approve, place or change a limit.

The operating system catches malice; this catches accidents: an import that crept in, a key that
was handed down in the environment, tracing that would send conversations away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Final

from engine.errors import IntegrityError

FORBIDDEN_MODULES: Final = (
    "guardrails", "ccxt", "sqlalchemy", "backtesting", "pyarrow", "engine.data.store",
    "engine.data.partitions", "engine.data.exchange_feed", "engine.gate.judge",
    "engine.gate.holdout",
)  # fmt: skip
"""Modules that may never be loaded here, nor anything below them."""

_DROPPED: Final = ("LANGSMITH_", "LANGCHAIN_", "OPENAI_")
_SECRET_WORDS: Final = ("SECRET", "TOKEN", "PASSWORD", "PRIVATE", "API_KEY", "APIKEY", "SIGNING")
_STRICT: Final = "LANGGRAPH_STRICT_MSGPACK"


def prepare(environment: MutableMapping[str, str] | None = None) -> None:
    """Set the environment before any library of the graph is imported.

    Checkpoints may hold plain data only, and no variable may switch on tracing or point the
    model client elsewhere.
    """
    found = os.environ if environment is None else environment
    for name in list(found):
        if name.startswith(_DROPPED):
            del found[name]
    found[_STRICT] = "true"


def _loaded(modules: Iterable[str]) -> list[str]:
    found = list(modules)
    return [
        f"module {name}"
        for name in FORBIDDEN_MODULES
        if any(module == name or module.startswith(f"{name}.") for module in found)
    ]


def _handed_down(environment: Mapping[str, str]) -> list[str]:
    return [
        f"variable {name}"
        for name in sorted(environment)
        if any(word in name.upper() for word in _SECRET_WORDS)
    ]


def escapes(
    modules: Iterable[str] | None = None, environment: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What this process holds and must not; empty when it is contained.

    Args:
        modules: names of loaded modules, the process's own by default.
        environment: variables, the process's own by default.
    """
    loaded = list(sys.modules) if modules is None else list(modules)
    variables = os.environ if environment is None else environment
    return (*_loaded(loaded), *_handed_down(variables))


def assert_contained(
    modules: Iterable[str] | None = None, environment: Mapping[str, str] | None = None
) -> None:
    """Refuse to start unless the process is contained.

    Raises:
        IntegrityError: CONTAIN_ESCAPED with everything that was found (names, never values).
    """
    found = escapes(modules, environment)
    if found:
        raise IntegrityError(
            "CONTAIN_ESCAPED",
            "this process holds what the copilot must not hold",
            value=", ".join(found),
            hint="start it with an emptied environment, through `peak serve`",
        )


def assert_strict_checkpoints() -> None:
    """Refuse to start unless checkpoints can only hold plain data.

    Raises:
        IntegrityError: CONTAIN_ESCAPED when the graph's library was imported before `prepare`.
    """
    from langgraph.checkpoint.serde import _msgpack  # noqa: PLC0415 - after the environment is set

    if not _msgpack.STRICT_MSGPACK_ENABLED:
        raise IntegrityError(
            "CONTAIN_ESCAPED",
            "checkpoints could run code when they are read",
            value=_STRICT,
            hint="call copilot.isolation.prepare before anything imports langgraph",
        )

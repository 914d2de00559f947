"""Locks of an installation: one holder, named when somebody else asks, free when it is gone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UnavailableError
from guardrails.store.lock import FileLock, desk_lock, gateway_lock, serve_lock

LOCKS: list[tuple[Callable[[Path], FileLock], str]] = [
    (desk_lock, "DESK_RUNNING"),
    (serve_lock, "SERVE_RUNNING"),
    (lambda run: gateway_lock(run, "paper-1"), "GATEWAY_RUNNING"),
]


@pytest.mark.parametrize(("make", "code"), LOCKS, ids=[code for _, code in LOCKS])
def test_a_lock_has_one_holder(tmp_path: Path, make: Callable[[Path], FileLock], code: str) -> None:
    """The second one hears the code, the holder's process id and what to do; then it is free."""
    with make(tmp_path / "run"):
        with pytest.raises(UnavailableError) as refused:
            make(tmp_path / "run").take()
        assert refused.value.code == code
        assert refused.value.value == str(os.getpid())
        assert refused.value.hint
    with make(tmp_path / "run"):
        pass


def test_a_lock_is_private(tmp_path: Path) -> None:
    """Its folder and its file are their owner's alone."""
    with serve_lock(tmp_path / "run") as held:
        assert stat.S_IMODE(held.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(held.path.parent.stat().st_mode) == 0o700

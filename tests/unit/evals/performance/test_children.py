"""Cold starts and memory are measured in processes of their own, and a failing one is loud."""

from __future__ import annotations

import numpy as np
import pytest

from evals.performance import children, resident
from evals.performance.children import ChildFailedError


def test_a_cold_engine_does_not_import_numba() -> None:
    """A short run in a fresh process is timed and stays plain."""
    told = children.task("engine", "500")
    assert told["engine_s"] > 0
    assert told["numba_imported"] is False


def test_a_failing_task_is_an_error() -> None:
    """No figures means no figures: the child's last line is passed on."""
    with pytest.raises(ChildFailedError) as caught:
        children.task("no_such_task")
    assert caught.value.code == "CHILD_FAILED"
    assert "no_such_task" in caught.value.message


def test_what_a_call_holds_at_its_peak_is_seen() -> None:
    """An array that is gone at the end has still been there."""
    work = resident.extra_mib(lambda: float(np.ones(6_000_000).sum()))
    assert 40 < work < 80


def test_a_call_that_holds_nothing_adds_nothing() -> None:
    """The twin: arithmetic needs no memory."""
    assert resident.extra_mib(lambda: sum(range(1_000))) < 2

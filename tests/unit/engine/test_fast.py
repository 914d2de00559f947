"""When a loop is compiled, and where compiled code is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import fast


@pytest.fixture
def cold() -> Iterator[None]:
    """A process that was not warmed and keeps nothing; afterwards as it was."""
    before, folder = dict(fast._state), list(fast._folder)
    fast.cool()
    fast._folder.clear()
    yield
    fast._state.update(before)
    fast._folder[:] = folder


@pytest.mark.usefixtures("cold")
def test_a_short_loop_is_never_compiled(tmp_path: Path) -> None:
    """Below the smaller bound nothing is asked, not even for the folder."""

    def folder() -> Path:
        """Nobody may want to know."""
        raise AssertionError(tmp_path)

    fast.keep_compiled(folder)
    assert not fast.worth_compiling(fast.WORTH_LOADING - 1)


@pytest.mark.usefixtures("cold")
def test_code_that_is_there_pays_sooner(tmp_path: Path) -> None:
    """A million cells load what an earlier process left; without it twenty million are needed."""
    pytest.importorskip("numba", reason="the extra `fast` brings the compiler")
    fast.keep_compiled(lambda: tmp_path)
    assert not fast.worth_compiling(fast.WORTH_LOADING)
    assert fast.worth_compiling(fast.WORTH_COMPILING)
    (tmp_path / "loop.nbi").touch()
    assert fast.worth_compiling(fast.WORTH_LOADING)


@pytest.mark.usefixtures("cold")
def test_a_warmed_process_compiles_everything() -> None:
    """After `warm` one bar is enough; after `cool` it is not."""
    pytest.importorskip("numba", reason="the extra `fast` brings the compiler")
    assert fast.warm()
    assert fast.worth_compiling(1)
    fast.cool()
    assert not fast.worth_compiling(1)

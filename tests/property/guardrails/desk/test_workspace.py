"""Whatever lies in the workspace, the list stands: a file is a spec or a fault with a code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from guardrails.desk.workspace import own_specs
from tests.language_world import spec

DOCUMENT = spec().model_dump_json().encode()


@contextmanager
def workspace(content: bytes) -> Iterator[Path]:
    """A folder with one file of this content beside a sound one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "any.json").write_bytes(content)
        (folder / "sound.json").write_bytes(DOCUMENT)
        yield folder


def check(content: bytes) -> None:
    """The sound file is read, the other one is read or has a fault that says what to do."""
    with workspace(content) as folder:
        other, sound = own_specs(folder)
    assert sound.spec is not None
    assert (other.spec is None) != (other.fault is None)
    if other.fault is not None:
        assert other.fault.code.isupper()
        assert other.fault.message


@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    """Random bytes never break the list."""
    check(content)


@given(st.text(max_size=200), st.integers(0, len(DOCUMENT)), st.integers(0, 40))
def test_a_damaged_document(inserted: str, place: int, cut: int) -> None:
    """A sound document with something cut out and something put in never breaks the list."""
    raw = inserted.encode("utf-8", errors="surrogatepass")
    check(DOCUMENT[:place] + raw + DOCUMENT[place + cut :])

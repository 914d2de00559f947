"""CSV import: any text is bars or a refusal with a code, never another exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.files import read_csv
from engine.errors import DataError
from engine.market import Instrument, Timeframe

COIN = Instrument(symbol="COIN/USD", base="COIN", quote="USD")
cell = st.one_of(
    st.sampled_from(["1", "2.5", "-1", "nan", "", "x", "1e5", '"', "2020-01-01", "1577836800"]),
    st.text(max_size=6),
)
row = st.lists(cell, max_size=8).map(",".join)
table = st.lists(row, max_size=6).map("\n".join)
headed = table.map(lambda text: "ts,open,high,low,close,volume\n" + text)


@settings(max_examples=200, deadline=None)
@given(st.one_of(table, headed, st.binary(max_size=200)))
def test_hostile_text_is_refused_with_a_code(content: str | bytes) -> None:
    """Every door answers with its own closed codes."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.csv"
        path.write_bytes(raw)
        refusal: DataError | None = None
        try:
            count = len(read_csv(path, COIN, Timeframe.D1))
        except DataError as error:
            refusal = error
    if refusal is None:
        assert count >= 1
    else:
        assert refusal.code.startswith(("CSV_", "BARS_", "FILE_", "TIMEFRAME_"))
        assert refusal.hint

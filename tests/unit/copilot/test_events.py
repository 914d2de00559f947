"""Events on the wire."""

from __future__ import annotations

import json

import pytest

from copilot.events import pieces, sse


def test_an_event_has_a_name_and_one_line_of_json() -> None:
    """Line breaks inside the data are escaped."""
    raw = sse("answer", {"text": "a\nb", "n": None}).decode()
    name, data = raw.strip().split("\n")
    assert name == "event: answer"
    assert json.loads(data.removeprefix("data: ")) == {"text": "a\nb", "n": None}
    assert raw.endswith("\n\n")


def test_a_number_that_is_none_is_not_sent() -> None:
    """NaN is not JSON."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        sse("answer", {"x": float("nan")})


@pytest.mark.parametrize(
    "text", ["", "one", "many words " * 40, "see {{gate.trials}} and more words to come " * 9]
)
def test_pieces_add_up_and_never_cut_a_placeholder(text: str) -> None:
    """The desk fills each piece as it comes."""
    found = pieces(text)
    assert "".join(found) == text
    assert all(piece.count("{{") == piece.count("}}") for piece in found)

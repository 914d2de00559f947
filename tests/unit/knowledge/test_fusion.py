"""Two lists become one by rank."""

from __future__ import annotations

from knowledge.fusion import SMOOTHING, fuse


def test_a_passage_in_both_lists_wins() -> None:
    """Scores add up; the weight of the weak list keeps the strong one's order."""
    scores = fuse(((("a", "b", "c"), 1.0), (("c", "d"), 0.25)))
    assert list(scores) == ["c", "a", "b", "d"]
    assert scores["c"] == 1 / (SMOOTHING + 3) + 0.25 / (SMOOTHING + 1)


def test_a_light_list_cannot_turn_a_heavy_one() -> None:
    """At weight 0.25 the first of the dense list alone stays behind fifty word hits."""
    words = tuple(f"w{number:02d}" for number in range(50))
    assert list(fuse(((words, 1.0), (("new",), 0.25))))[:50] == list(words)


def test_equal_scores_are_ordered_by_id() -> None:
    """The order of the lists does not matter."""
    assert list(fuse(((("b",), 1.0), (("a",), 1.0)))) == ["a", "b"]
    assert fuse(()) == {}

"""Universes: packaged lists are sound, one's own come first, wrong ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.instruments import instrument_for
from engine.data.universe import load_universe, universe_names
from engine.errors import DataError

GOOD = 'title = "Mine"\nsymbols = ["BTC/USDT", "SPY"]\nbenchmark = "SPY"\n'


def refused(name: str, folder: Path | None = None) -> DataError:
    """The refusal of a list."""
    with pytest.raises(DataError) as caught:
        load_universe(name, folder)
    return caught.value


@pytest.mark.parametrize("name", universe_names())
def test_packaged_lists_are_sound(name: str) -> None:
    """Each has a title, symbols that make instruments, and a benchmark among them."""
    found = load_universe(name)
    assert found.name == name
    assert found.title
    assert found.benchmark in found.symbols
    assert [instrument_for(symbol).symbol for symbol in found.symbols] == list(found.symbols)


def test_the_lists_of_the_library_exist() -> None:
    """Library specs speak of majors and funds."""
    assert {"majors", "etfs", "currencies", "metals"} <= set(universe_names())
    assert "BTC/USDT" in load_universe("majors").symbols


def test_a_list_of_ones_own_comes_first(tmp_path: Path) -> None:
    """A file in the folder replaces the packaged one of its name; others stay."""
    (tmp_path / "majors.toml").write_text(GOOD)
    assert load_universe("majors", tmp_path).title == "Mine"
    assert load_universe("etfs", tmp_path).symbols == load_universe("etfs").symbols
    assert universe_names(tmp_path) == universe_names()
    assert universe_names(tmp_path / "absent") == universe_names()


def test_an_unknown_name_is_answered_with_near_ones(tmp_path: Path) -> None:
    """UNIVERSE_UNKNOWN asks whether majors was meant; paths are names of nothing."""
    assert "majors" in refused("major").hint
    (tmp_path / "Not A Name.toml").write_text(GOOD)
    for name in ("../majors", "Not A Name", "", "majors.toml"):
        assert refused(name, tmp_path).code == "UNIVERSE_UNKNOWN"


@pytest.mark.parametrize(
    "text",
    [
        "title = ",
        GOOD.replace("Mine", ""),
        GOOD.replace('"SPY"]', '"spy"]'),
        GOOD.replace('["BTC/USDT", "SPY"]', "[]"),
        GOOD.replace('"SPY"]', '"SPY", "SPY"]'),
        GOOD.replace('benchmark = "SPY"', 'benchmark = "QQQ"'),
        GOOD + "extra = 1\n",
        GOOD + "day = 2020-01-01\n",
        GOOD + "x = nan\n",
        "#" * 100_001,
    ],
)
def test_a_wrong_list_is_refused(tmp_path: Path, text: str) -> None:
    """UNIVERSE_INVALID names the file; the right one passes."""
    path = tmp_path / "own.toml"
    path.write_text(GOOD)
    assert load_universe("own", tmp_path).benchmark == "SPY"
    path.write_text(text)
    error = refused("own", tmp_path)
    assert error.code == "UNIVERSE_INVALID"
    assert "own.toml" in error.message

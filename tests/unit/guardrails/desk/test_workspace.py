"""The workspace: one's own strategies by name, and files that are none, refused with a code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.language import library
from guardrails.desk.specs import find_spec, named_spec
from guardrails.desk.workspace import own_names, own_specs, read_file
from tests.language_world import spec

DOCUMENT = spec().model_dump(mode="json")
TAKEN = "ma_crossover_btc_moderate"


def written(folder: Path, name: str = "mine.json", text: str | bytes | None = None) -> Path:
    """A file of the workspace: a sound spec unless a text is given."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    raw = json.dumps(DOCUMENT) if text is None else text
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


def refused(path: Path) -> InputError:
    """The fault of reading a file."""
    with pytest.raises(InputError) as caught:
        read_file(path)
    return caught.value


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """No workspace yet: no names, no fault, and nothing is made by looking."""
    folder = tmp_path / "strategies"
    assert own_names(folder) == ()
    assert own_specs(folder) == ()
    assert not folder.exists()


def test_a_file_is_a_strategy_by_its_name(tmp_path: Path) -> None:
    """`mine.json` is `mine`; hidden files, other endings and folders are no strategies."""
    written(tmp_path)
    for other in (".hidden.json", "notes.txt", "mine.json~"):
        written(tmp_path, other)
    (tmp_path / "folder.json").mkdir()
    assert own_names(tmp_path) == ("mine",)
    assert find_spec("mine", tmp_path).name == DOCUMENT["name"]
    assert find_spec("mine.json", tmp_path).name == DOCUMENT["name"]


def test_a_broken_file_stops_no_other(tmp_path: Path) -> None:
    """Each broken file stands with its fault beside the sound ones."""
    written(tmp_path)
    written(tmp_path, "broken.json", '{"name": ')
    written(tmp_path, "wrong.json", json.dumps({**DOCUMENT, "leverage": 9}))
    found = {own.name: own for own in own_specs(tmp_path)}
    assert found["mine"].spec is not None
    faults = {name: own.fault.code for name, own in found.items() if own.fault is not None}
    assert faults == {"broken": "JSON_INVALID", "wrong": "RECORD_INVALID"}


def test_a_name_of_the_library_is_taken(tmp_path: Path) -> None:
    """A file named like a library spec is refused, neither of the two is used silently."""
    written(tmp_path, f"{TAKEN}.json")
    with pytest.raises(InputError) as caught:
        find_spec(TAKEN, tmp_path)
    assert caught.value.code == "SPEC_NAME_TAKEN"
    assert "rename" in caught.value.hint
    fault = own_specs(tmp_path)[0].fault
    assert fault is not None
    assert fault.code == "SPEC_NAME_TAKEN"
    # named by its path it is a file like any other
    assert find_spec(str(tmp_path / f"{TAKEN}.json"), tmp_path).name == DOCUMENT["name"]


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('{\n "name": "x",\n "family" "other"\n}', ":3:11", '"family" "other"'),
        ('{"a": 1,\n', ":2:1", "too early"),
        ("", ":1:1", "too early"),
        ("[1, 2", ":1:6", "[1, 2"),
    ],
)
def test_broken_json_names_line_and_column(
    tmp_path: Path, text: str, place: str, hint: str
) -> None:
    """JSON_INVALID says where, and shows the line."""
    fault = refused(written(tmp_path, "b.json", text))
    assert fault.code == "JSON_INVALID"
    assert fault.value == f"b.json{place}"
    assert hint in fault.hint


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("x.yaml", None, "SPEC_EXTENSION"),
        ("x.json", b"\xff\xfe\x00", "FILE_UNREADABLE"),
        ("x.json", " " * 1_000_001, "FILE_TOO_LARGE"),
        ("x.json", '{"name": NaN}', "JSON_NOT_FINITE"),
        ("x.json", '{"name": "a", "name": "b"}', "JSON_KEY_REPEATED"),
        ("x.json", "[" * 100_000, "JSON_INVALID"),
    ],
)
def test_a_file_that_is_no_spec(
    tmp_path: Path, name: str, text: str | bytes | None, code: str
) -> None:
    """Whatever is wrong with a file has its code and a next step."""
    fault = refused(written(tmp_path, name, text))
    assert fault.code == code


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """SPEC_IS_FOLDER names the files inside."""
    written(tmp_path)
    fault = refused(tmp_path)
    assert fault.code == "SPEC_IS_FOLDER"
    assert "mine.json" in fault.hint


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """Own names, library and research shelf are all searched."""
    written(tmp_path, "my_turtle.json")
    for asked, near in (("my_turtel", "my_turtle"), (TAKEN[:-1], TAKEN),
                        ("dual_trust_btc", "dual_thrust_btc")):  # fmt: skip
        with pytest.raises(InputError) as caught:
            find_spec(asked, tmp_path)
        assert caught.value.code == "SPEC_UNKNOWN"
        assert near in caught.value.hint


@pytest.mark.parametrize("asked", ["", "x" * 5_000, "a\0b", "../../etc/passwd", "~"])
def test_a_hostile_name_is_refused_as_data(asked: str, tmp_path: Path) -> None:
    """No name makes it crash or read beyond a `.json` file."""
    with pytest.raises(InputError):
        find_spec(asked, tmp_path / "none")


def test_a_name_from_elsewhere_is_never_a_path(tmp_path: Path) -> None:
    """`named_spec` knows workspace and library; a file outside is SPEC_UNKNOWN."""
    outside = written(tmp_path, "outside.json")
    folder = tmp_path / "strategies"
    written(folder)
    assert named_spec("mine", folder).name == DOCUMENT["name"]
    assert named_spec(TAKEN, folder).name == TAKEN
    for asked in (str(outside), "../outside.json", "../outside", "mine.json"):
        with pytest.raises(InputError) as caught:
            named_spec(asked, folder)
        assert caught.value.code == "SPEC_UNKNOWN"


def test_the_research_shelf_is_found_by_name(tmp_path: Path) -> None:
    """Every SPEC argument takes library and research names alike."""
    for name in (*library.names(), *library.research_names()):
        assert find_spec(name, tmp_path).name == name

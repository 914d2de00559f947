"""New strategies: valid at once, never over an existing file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from engine.errors import InputError
from engine.language import library
from engine.language.checker import check
from engine.language.spec import Family, read_spec
from guardrails.desk.new_spec import as_text, copy_of, family_of, template, write_new
from guardrails.desk.specs import find_spec


@pytest.mark.parametrize("family", get_args(Family))
def test_a_template_of_every_family_is_valid_at_once(family: Family, tmp_path: Path) -> None:
    """What is written can be found by its name, has no error and says what to write."""
    path = write_new(tmp_path, template("my_rule", family))
    spec = find_spec("my_rule", tmp_path)
    assert path == tmp_path / "my_rule.json"
    assert check(spec).errors == ()
    assert spec.family == family
    assert spec.hypothesis.startswith("Write here why this should earn")


@pytest.mark.parametrize("name", [*library.names(), *library.research_names()])
def test_a_copy_means_the_same(name: str) -> None:
    """A copy differs in name and prose only; its tags, and so its tier, stay."""
    model = library.load(name)
    copy = read_spec(as_text(copy_of(model, "my_copy", None)))
    assert check(copy).rule_digest == check(model).rule_digest
    assert copy.hypothesis.startswith(f"Started from {name}: ")
    assert copy.tags == model.tags
    assert library.tier_of(copy) == library.tier_of(model)


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """SPEC_EXISTS, and the file is left as it was."""
    path = write_new(tmp_path, template("my_rule", None))
    path.write_text("mine")
    with pytest.raises(InputError) as caught:
        write_new(tmp_path, template("my_rule", "breakout"))
    assert caught.value.code == "SPEC_EXISTS"
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("My-Rule", "SPEC_NAME_INVALID"),
        ("../up", "SPEC_NAME_INVALID"),
        ("", "SPEC_NAME_INVALID"),
        ("x" * 61, "SPEC_NAME_INVALID"),
        ("a__b", "SPEC_NAME_INVALID"),
        ("ma_crossover_btc_moderate", "SPEC_NAME_TAKEN"),
        ("dual_thrust_btc", "SPEC_NAME_TAKEN"),
    ],
)
def test_a_name_that_cannot_be_taken(name: str, code: str, tmp_path: Path) -> None:
    """Nothing is written under a name that is no name, or the library's."""
    spec = template("fine", None).model_copy(update={"name": name})
    with pytest.raises(InputError) as caught:
        write_new(tmp_path / "strategies", spec)
    assert caught.value.code == code
    assert not (tmp_path / "strategies").exists()


def test_a_family_that_is_nearly_right() -> None:
    """FAMILY_UNKNOWN with the nearest one."""
    with pytest.raises(InputError) as caught:
        family_of("breakuot")
    assert caught.value.code == "FAMILY_UNKNOWN"
    assert "breakout" in caught.value.hint


def test_numbers_stand_as_people_write_them() -> None:
    """Whole numbers have no point, and the size is always written."""
    text = as_text(template("my_rule", "trend_following"))
    assert '"default": 20,' in text
    assert '"sizing"' in text

"""Ownership: one home and one owner for each package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.ownership import HOME, PACKAGES, check


def installed(folder: Path, name: str, *files: str) -> str:
    """A folder with an installed distribution that claims these files; answers the folder."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    return str(folder)


def test_this_checkout_is_in_order() -> None:
    """Our own environment passes the check that every process makes."""
    check()


def test_each_package_lies_beside_this_one() -> None:
    """The six names are the six packages of the checkout."""
    assert all((HOME / name / "__init__.py").is_file() for name in PACKAGES)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_foreign_distribution_with_our_name_is_refused(tmp_path: Path, name: str) -> None:
    """PACKAGE_OWNERSHIP names the package and the distribution that would overwrite it."""
    folder = installed(tmp_path, "stranger", f"{name}/__init__.py", "stranger/x.py")
    with pytest.raises(ConfigError) as caught:
        check([*sys.path, folder])
    assert caught.value.code == "PACKAGE_OWNERSHIP"
    assert caught.value.value == "stranger"
    assert name in caught.value.message


def test_a_foreign_module_with_our_name_is_refused(tmp_path: Path) -> None:
    """A single file `evals.py` of another distribution counts as well."""
    with pytest.raises(ConfigError):
        check([installed(tmp_path, "stranger", "evals.py")])


@pytest.mark.parametrize("made", ["guardrails/__init__.py", "guardrails.py"])
def test_a_second_home_on_the_path_is_refused(tmp_path: Path, made: str) -> None:
    """PACKAGE_OWNERSHIP names the folder that shadows ours."""
    file = tmp_path / made
    file.parent.mkdir(exist_ok=True)
    file.touch()
    with pytest.raises(ConfigError) as caught:
        check([str(HOME), str(tmp_path)])
    assert caught.value.code == "PACKAGE_OWNERSHIP"
    assert caught.value.value == str(tmp_path.resolve())


def test_neighbours_pass(tmp_path: Path) -> None:
    """The twins: our own distribution, other names, and a plain folder of the same name."""
    ours = installed(tmp_path / "a", "peak_trade", "guardrails/__init__.py")
    other = installed(tmp_path / "b", "guardrails-ai-client", "guardrails_client/__init__.py")
    (tmp_path / "c" / "config").mkdir(parents=True)
    check([str(HOME), ours, other, str(tmp_path / "c")])

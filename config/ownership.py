"""Each of our packages has exactly one home and one owner; every process checks it at its start.

The names are plain words. Another distribution that ships a `guardrails` or an `evals` package
would overwrite ours or stand before it on the path, without a word from the installer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from config.errors import ConfigCode, ConfigError

PACKAGES: Final = ("config", "engine", "knowledge", "guardrails", "copilot", "evals")
DISTRIBUTION: Final = "peak-trade"
HOME: Final = Path(__file__).resolve().parents[1]


def check(path: Sequence[str] | None = None) -> None:
    """Refuse to run when one of our package names has a second home or another owner.

    Args:
        path: folders that imports are looked up in; None takes `sys.path`.

    Raises:
        ConfigError: PACKAGE_OWNERSHIP with the stranger's place or name.
    """
    folders = list(sys.path if path is None else path)
    for name in PACKAGES:
        for home in _homes(name, folders):
            if home != HOME:
                raise _stranger(name, f"also lies in {home}", home)
    for owner, name in _foreign_owners(folders):
        raise _stranger(name, f"also comes with the distribution {owner}", owner)


def _homes(name: str, folders: list[str]) -> Iterator[Path]:
    """Folders of the path that hold a package or a module of that name."""
    for folder in dict.fromkeys(Path(entry or ".").resolve() for entry in folders):
        if (folder / name / "__init__.py").is_file() or (folder / f"{name}.py").is_file():
            yield folder


def _foreign_owners(folders: list[str]) -> Iterator[tuple[str, str]]:
    """(distribution, package) of every installed distribution but ours that ships such a name."""
    for distribution in distributions(path=folders):
        owner = distribution.metadata["Name"] or ""
        if owner.lower().replace("_", "-") == DISTRIBUTION:
            continue
        for name in PACKAGES:
            if name in _top_level(distribution):
                yield owner, name


def _top_level(distribution: Distribution) -> set[str]:
    """First parts of the files that a distribution says it installed."""
    record = distribution.read_text("RECORD") or distribution.read_text("top_level.txt") or ""
    first = (line.partition("/")[0].partition(",")[0] for line in record.splitlines())
    return {name.removesuffix(".py") for name in first}


def _stranger(name: str, what: str, value: object) -> ConfigError:
    return ConfigError(
        ConfigCode.PACKAGE_OWNERSHIP,
        f"the package {name} {what}",
        value=value,
        hint="start from the project's own environment (make setup), without that distribution",
    )

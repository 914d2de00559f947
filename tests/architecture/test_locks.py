"""Lock files: hashed, without addresses, in agreement, with licences that fit ours."""

from __future__ import annotations

import re
from importlib import metadata

import pytest

from config.bootstrap import BOOTSTRAP_LOCK, LOCKS
from tests.needs import ROOT

FILES = [*LOCKS.values(), BOOTSTRAP_LOCK]
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)(?: ; (.+?))? \\$")

COMPATIBLE = {
    "mit", "mit-0", "bsd-2-clause", "bsd-3-clause", "0bsd", "apache-2.0", "mpl-2.0", "isc", "zlib",
    "psf-2.0", "cc0-1.0", "agpl-3.0-or-later", "apache-2.0 with llvm-exception",
    "lgpl-3.0-only",
}  # fmt: skip
OLD_NAMES = {
    "MIT License": "mit",
    "any-OSI": "zlib",
    "bsd": "bsd-3-clause",
    "BSD": "bsd-3-clause",
    "DFSG approved": "mit",
    "BSD License": "bsd-3-clause",
    "3-Clause BSD License": "bsd-3-clause",
    "Apache Software License": "apache-2.0",
    "Apache License 2.0": "apache-2.0",
    "Apache License, Version 2.0": "apache-2.0",
    "MIT License, Apache License, Version 2.0": "mit",
    "Mozilla Public License 2.0 (MPL 2.0)": "mpl-2.0",
    "ISC License (ISCL)": "isc",
    "Python Software Foundation License": "psf-2.0",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "agpl-3.0-or-later",
}


def text_of(lock: str) -> str:
    """A lock file's text."""
    return (ROOT / lock).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, set[tuple[str, str]]]:
    """Name -> (version, marker) of each pin; two where newer Pythons get another version."""
    found: dict[str, set[tuple[str, str]]] = {}
    for match in map(PIN.match, text_of(lock).splitlines()):
        if match:
            found.setdefault(match[1], set()).add((match[2], match[3] or ""))
    return found


def versions(lock: str) -> dict[str, set[str]]:
    """Name -> versions, whatever the markers say."""
    return {name: {version for version, _ in found} for name, found in pins(lock).items()}


def dropped(lock: str) -> set[str]:
    """Names that carry the marker which no machine fulfils."""
    return {
        name
        for name, found in pins(lock).items()
        if all("'never'" in marker for _, marker in found)
    }


def installed(lock: str) -> list[str]:
    """Pinned names that are installed here, sorted."""
    return sorted(name for name in set(pins(lock)) - dropped(lock) if _is_installed(name))


def _is_installed(name: str) -> bool:
    return next(iter(metadata.distributions(name=name)), None) is not None


UNSTATED = {"ta-lib": {"bsd-2-clause"}}
"""Distributions that ship their licence as a file and name it nowhere."""


def licences(name: str) -> set[str]:
    """Licence identifiers of an installed distribution, lower case; unknown words stay as found."""
    if name in UNSTATED:
        return UNSTATED[name]
    facts = metadata.distribution(name).metadata
    classified = [one for one in facts.get_all("Classifier", []) if one.startswith("License")]
    found = [one.rpartition(" :: ")[2] for one in classified]
    # `get`: a library may put its own finder first, whose metadata raise for what is absent
    stated = facts.get("License-Expression") or (not found and facts.get("License")) or ""
    words = re.split(r"\s+(?:and|or)\s+", OLD_NAMES.get(stated, stated).lower())
    return ({word.strip("() ") for word in words} | {OLD_NAMES.get(one, one) for one in found}) - {
        ""
    }


@pytest.mark.parametrize("lock", FILES)
def test_a_lock_holds_no_address_and_no_path(lock: str) -> None:
    """A lock works with whatever index a machine is configured for."""
    text = text_of(lock)
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|file:|/(home|root|Users|tmp)/", text)


@pytest.mark.parametrize("lock", FILES)
def test_every_pin_has_a_hash(lock: str) -> None:
    """Nothing is installed that was not looked at when the lock was made."""
    blocks = re.split(r"\n(?=[a-z0-9])", text_of(lock).strip())
    assert len(blocks) == sum(len(found) for found in pins(lock).values()) > 0
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_larger_lock_holds_the_smaller_one() -> None:
    """Shared distributions have equal versions: `make demo` after `make test` changes nothing."""
    core, dev = versions(LOCKS["core"]), versions(LOCKS["dev"])
    assert {name: dev.get(name) for name in core} == core


def test_what_was_dropped_is_never_installed() -> None:
    """The five heavy parts inside chromadb keep the marker that no machine fulfils."""
    heavy = {"kubernetes", "onnxruntime", "huggingface-hub", "zstandard", "pillow"}
    assert heavy & set(pins(LOCKS["core"])) <= dropped(LOCKS["core"])


@pytest.mark.parametrize("name", installed(LOCKS["dev"]))
def test_what_is_installed_is_what_is_locked(name: str) -> None:
    """The environment that runs these tests has a locked version of each distribution."""
    assert metadata.version(name) in versions(LOCKS["dev"])[name]


@pytest.mark.parametrize("name", installed(LOCKS["dev"]))
def test_a_licence_fits_ours(name: str) -> None:
    """Every locked distribution may be combined with AGPL-3.0-or-later."""
    found = licences(name)
    assert found
    assert found <= COMPATIBLE


def test_a_licence_that_does_not_fit_is_seen() -> None:
    """The twin: a proprietary word is not on the list."""
    assert "proprietary" not in COMPATIBLE
    assert OLD_NAMES.get("Commons Clause", "Commons Clause") not in COMPATIBLE

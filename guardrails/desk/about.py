"""What this product is: version and licence, as pages and commands show them."""

from __future__ import annotations

from importlib import metadata
from typing import Final

LICENCE: Final = "AGPL-3.0-or-later"


def product_version() -> str:
    """Version of the installed distribution."""
    return metadata.version("peak-trade")

"""The address of the desk's store: no password in it, nothing in the clear to another host."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.settings import StoreSettings


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql:///peak",
        "postgresql://peak@127.0.0.1:5432/peak",
        "postgresql://postgres@/peak?host=/run/postgresql",
        "postgresql://peak@db.example/peak?sslmode=verify-full&sslrootcert=/etc/peak/ca.pem",
    ],
)
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    """A file, a socket, this machine, or a server that proves who it is."""
    assert StoreSettings(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://peak:secret@localhost/peak",
        "postgresql:///peak?password=secret",
        "postgresql:///peak?options=-csynchronous_commit=off",
        "postgresql://peak@db.example/peak",
        "postgresql://peak@db.example/peak?sslmode=require",
        "mysql://peak@localhost/peak",
        "sqlite:///desk.db",
    ],
)
def test_an_address_that_is_not_is_refused(url: str) -> None:
    """A password, options of the server, a line without proof, another kind of database."""
    with pytest.raises(ValidationError):
        StoreSettings(url=url)

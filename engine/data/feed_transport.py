"""The only way out of the download process: GET, on the venue's public paths, never redirected.

Proxies and credentials of the environment are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.data.venues import Venue, may_ask
from engine.errors import DataError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session


def guarded_session(venue: Venue, base_url: str | None) -> Session:
    """A session that refuses whatever is not one of the venue's listed requests.

    With `base_url` the local exchange there is asked instead of the venue. What is refused raises
    DataError FEED_REQUEST_REFUSED before a socket is opened; a reply that sends us elsewhere
    raises FEED_REDIRECTED.
    """
    import requests  # noqa: PLC0415 - opens a socket when it is loaded

    class Guarded(requests.Session):
        """A session with one more question before each request."""

        def send(self, request: PreparedRequest, **kwargs: Any) -> Response:  # noqa: ANN401 - as there
            """Send a listed request, and follow nothing."""
            _check(venue, base_url, request.method or "", request.url or "")
            reply = super().send(request, **{**kwargs, "allow_redirects": False})
            if reply.is_redirect:
                raise DataError(
                    "FEED_REDIRECTED", "the venue sends us elsewhere, and nobody follows",
                    value=reply.headers.get("location", "")[:200],
                    hint="the venue has moved its data, or something stands between: try later",
                )  # fmt: skip
            return reply

    made = Guarded()
    made.trust_env = False
    return made


def _check(venue: Venue, base_url: str | None, method: str, url: str) -> None:
    if not may_ask(venue, base_url, method, url):
        raise DataError(
            "FEED_REQUEST_REFUSED", "this is no request of a download",
            value=f"{method} {url}"[:200], hint="tell the maintainers",
        )  # fmt: skip

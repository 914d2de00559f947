"""The registry while no desk runs: this process reads the store under its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from guardrails.desk.experiments import Experiments
from guardrails.desk.local import Local
from guardrails.store.database import open_database
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import GatewayView


@contextmanager
def registry(here: Local) -> Iterator[Experiments]:
    """The registry of an installation that no desk owns now.

    Raises:
        UnavailableError: DESK_RUNNING.
    """
    with ExitStack() as stack:
        database = stack.enter_context(here.store())
        path = here.folders.gateway_db
        if not path.exists():
            yield Experiments(database)
            return
        gateway = open_database(path, gateway_metadata, "gateway", here.clock, read_only=True)
        stack.callback(gateway.close)
        yield Experiments(database, GatewayView(gateway).fills)

"""Starting an installation: prepare it, start its processes, wait until they answer.

Whoever starts holds the installation's `serve_lock`. Processes of a supervisor that died end by
themselves within seconds; they are waited for, so that nothing is started beside them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

from config.lifeline import GRACE_SECONDS
from engine.errors import PeakError, UnavailableError
from guardrails.desk.installation import prepare, process_plans
from guardrails.desk.local import Local
from guardrails.desk.supervisor import Supervisor, port_is_free
from guardrails.store.lock import desk_lock, gateway_lock

START_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
LEFTOVER_SECONDS: Final = 2 * GRACE_SECONDS
"""How long processes of a dead supervisor are waited for."""


def _wait_until_free(here: Local) -> None:
    """Wait until no process of an earlier start holds a lock or a port."""
    deadline = here.clock.monotonic() + LEFTOVER_SECONDS
    while True:
        try:
            _require_free(here)
        except UnavailableError:
            if here.clock.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _require_free(here: Local) -> None:
    run = here.folders.run
    for lock in (desk_lock(run), gateway_lock(run, here.settings.gateway.account_id)):
        with lock:
            pass
    for host, port, variable in (
        (here.settings.desk.host, here.settings.desk.port, "PEAK_DESK__PORT"),
        ("127.0.0.1", here.settings.copilot.port, "PEAK_COPILOT__PORT"),
    ):
        if not port_is_free(host, port):
            raise UnavailableError(
                "PORT_TAKEN", f"another process listens on port {port}", value=port,
                hint=f"stop it, or choose another port with {variable}; 0 takes a free one",
            )  # fmt: skip


def start_all(here: Local, say: Callable[[str], None]) -> tuple[str, Supervisor]:
    """Prepare the installation and start its processes; returns the desk's address.

    Raises:
        UnavailableError: DESK_RUNNING, GATEWAY_RUNNING or PORT_TAKEN before anything is written;
            CHILD_DIED or START_TIMEOUT, with everything stopped again.
    """
    _wait_until_free(here)
    prepare(here.folders)
    url, plans = process_plans(here.settings, here.folders)
    supervisor = Supervisor(here.folders.run, here.clock, dict(os.environ), say)
    try:
        for plan in plans:
            supervisor.start(plan)
        deadline = here.clock.monotonic() + START_SECONDS
        while not supervisor.ready():
            if here.clock.monotonic() > deadline:
                raise UnavailableError(
                    "START_TIMEOUT", "the processes did not come up", value=f"{START_SECONDS} s",
                    hint=f"see the logs in {here.folders.run}",
                )  # fmt: skip
            time.sleep(POLL_SECONDS)
    except (PeakError, KeyboardInterrupt):
        supervisor.stop()  # children have sessions of their own: nobody else would end them
        raise
    return url, supervisor

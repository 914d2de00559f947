"""Starting an installation: prepare it, start its processes, wait until they answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

from engine.errors import PeakError, UnavailableError
from guardrails.desk.installation import prepare, process_plans
from guardrails.desk.local import Local
from guardrails.desk.supervisor import Supervisor

START_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1


def start_all(here: Local, say: Callable[[str], None]) -> tuple[str, Supervisor]:
    """Prepare the installation and start its processes; returns the desk's address.

    Raises:
        UnavailableError: CHILD_DIED or START_TIMEOUT, with everything stopped again.
    """
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

"""`python -m guardrails.desk --boot FILE`: the desk process."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import NoReturn

import uvicorn

from config import lifeline, ownership
from config.lifeline import INSTANCE_HEADER
from config.private_files import private_process, read_private
from config.secrets import DeskSecrets, load_secrets
from config.settings import Settings
from engine.clock import SystemClock
from engine.errors import PeakError
from guardrails.desk.anchoring import gateway_witness
from guardrails.desk.app import application
from guardrails.desk.auditing import require_whole
from guardrails.desk.composition import Ports, compose
from guardrails.desk.copilot_client import CopilotClient
from guardrails.desk.desk_client import URL_FILE
from guardrails.desk.folders import Folders
from guardrails.people import Passwords
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import GatewayView
from guardrails.store.lock import desk_lock


def _end(*_: object) -> NoReturn:
    sys.exit(0)


def serve(boot: dict[str, str | int]) -> None:
    """Run the desk until it is asked to stop."""
    settings = Settings.model_validate_json(json.dumps(boot["settings"]))
    own = settings.deployment.strategies_dir.expanduser()
    folders, clock = Folders(Path(str(boot["state_dir"])), own, settings.store.url), SystemClock()
    secrets = load_secrets(DeskSecrets, Path(str(boot["secrets"])))
    port = int(boot["port"])
    with desk_lock(folders.run):
        # what we wrote must be what the gateway signed, before anything is added to it
        require_whole(folders, clock, settings.deployment.anchor_copy_dir, ("desk",))
        database = open_database(
            folders.desk_store, desk_metadata, "desk", clock, backups=folders.backups
        )
        gateway = open_database(
            folders.gateway_db, gateway_metadata, "gateway", clock, read_only=True
        )
        relay = secrets.relay_token.get_secret_value()
        desk = compose(
            settings,
            secrets,
            Ports(
                clock=clock,
                folders=folders,
                database=database,
                gateway=GatewayView(gateway),
                copilot=CopilotClient(str(boot["copilot_url"]), relay),
                passwords=Passwords(),
            ),
        )
        desk.watch.also(gateway_witness(desk.context, folders, gateway).look)
        # the server hands a signal on when it is done; the tidying below must still run
        signal.signal(signal.SIGTERM, _end)
        url = folders.run / URL_FILE
        url.write_text(f"http://{settings.desk.host}:{port}", encoding="utf-8")
        try:
            uvicorn.run(
                application(desk), host=settings.desk.host, port=port, log_level="warning",
                access_log=False, server_header=False, proxy_headers=False,
                headers=[(INSTANCE_HEADER, str(boot.get("instance", "")))],
            )  # fmt: skip
        finally:
            url.unlink(missing_ok=True)
            database.close()
            gateway.close()


def main() -> None:
    """Read the boot file and serve; a fault ends the process with its code in one line."""
    parser = argparse.ArgumentParser(prog="python -m guardrails.desk")
    parser.add_argument("--boot", type=Path, required=True, help="boot file (JSON)")
    lifeline.add_option(parser)
    options = parser.parse_args()
    private_process()
    lifeline.follow(options.parent_fd)
    try:
        ownership.check()
        serve(json.loads(read_private(options.boot)))
    except PeakError as error:
        sys.stderr.write(json.dumps(error.as_dict()) + "\n")
        sys.exit(3)


if __name__ == "__main__":
    main()

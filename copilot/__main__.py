"""`python -m copilot`: serve with a boot file, or draft once without desk and server."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from config import lifeline
from config.lifeline import INSTANCE_HEADER
from config.private_files import private_process
from copilot import isolation
from engine.errors import PeakError


def _fail(error: PeakError) -> int:
    sys.stderr.write(json.dumps({"error": error.as_dict()}) + "\n")
    return 2


def _serve(boot_file: Path) -> int:
    """Serve until stopped; refuses to start when the process holds what it must not."""
    from config import ownership  # noqa: PLC0415 - only the served process checks its packages

    isolation.prepare()
    try:
        isolation.assert_contained()
        ownership.check()
        from copilot.app import composed, read_boot  # noqa: PLC0415 - after the environment is set

        isolation.assert_strict_checkpoints()
        boot = read_boot(boot_file)
        with composed(boot) as application:
            isolation.assert_contained()
            import uvicorn  # noqa: PLC0415 - only to serve

            uvicorn.run(
                application, host="127.0.0.1", port=boot.port, log_level="warning",
                access_log=False, server_header=False, proxy_headers=False,
                headers=[(INSTANCE_HEADER, boot.instance)],
            )  # fmt: skip
    except PeakError as error:
        return _fail(error)
    return 0


def _draft(text: str, spec_in: Path | None) -> int:
    """Print one draft as JSON; 0 when there is one, 1 when it is a question or a refusal."""
    isolation.prepare()
    try:
        isolation.assert_contained(environment={})
        from copilot.app_draft import draft_once  # noqa: PLC0415 - no graph, no server

        spec = spec_in.read_text(encoding="utf-8") if spec_in is not None else None
        answer = draft_once(text, spec)
    except PeakError as error:
        return _fail(error)
    sys.stdout.write(answer + "\n")
    return 0 if json.loads(answer)["reply"]["status"] == "draft" else 1


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="copilot", description=__doc__)
    parser.add_argument("--boot", type=Path, help="boot file of the supervisor: serve")
    lifeline.add_option(parser)
    commands = parser.add_subparsers(dest="command")
    serve = commands.add_parser("serve", help="serve with a boot file")
    serve.add_argument("--boot", type=Path, required=True)
    draft = commands.add_parser("draft", help="draft once by the fixed rules")
    draft.add_argument("--text", required=True)
    draft.add_argument("--spec-in", type=Path)
    found = parser.parse_args(arguments)
    private_process()  # conversations are nobody else's business
    lifeline.follow(found.parent_fd)
    if found.command == "draft":
        return _draft(found.text, found.spec_in)
    if found.boot is None:
        parser.error("give --boot FILE, or the command draft")
    return _serve(found.boot)


if __name__ == "__main__":
    raise SystemExit(main())

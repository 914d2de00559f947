"""An installation's first minute: folders, secrets of each process, the sample data, the plans.

Nothing here has a default password: the first operator is made by a person with a one-time code,
or by the demo with a password of its own.
"""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable
from pathlib import Path

import httpx2

from config.lifeline import INSTANCE_HEADER
from config.secrets import (
    CopilotSecrets,
    DeskSecrets,
    GatewaySecrets,
    create_missing,
    own_folder,
    secrets_folder,
)
from config.settings import Settings
from engine.data.store import DatasetStore
from guardrails.desk.folders import Folders
from guardrails.desk.sample_data import register_samples
from guardrails.desk.supervisor import ChildPlan, free_port
from guardrails.signing import Signer


def prepare(folders: Folders, *, model_api_key: str = "") -> bool:
    """Create folders, secrets and sample datasets; True when the installation is new."""
    folders.prepare()
    new = create_missing(
        secrets_folder(folders.root),
        lambda private: Signer(private).public_hex,
        model_api_key=model_api_key,
    )
    register_samples(DatasetStore(folders.datasets))
    return new


def _answers(url: str, instance: str) -> Callable[[], bool]:
    def ready() -> bool:
        """True when our own child answers there, and not whoever else has the port."""
        try:
            with httpx2.Client(trust_env=False, timeout=1.0) as client:
                found = client.get(f"{url}/healthz")
        except httpx2.HTTPError:
            return False
        ours = found.headers.get(INSTANCE_HEADER) == instance
        return ours and found.status_code == httpx2.codes.OK

    return ready


def _exists(path: Path) -> Callable[[], bool]:
    return path.exists


def process_plans(settings: Settings, folders: Folders) -> tuple[str, tuple[ChildPlan, ...]]:
    """The desk's address and the plans of the three processes, ports chosen.

    Each boot file names one process's own secrets folder and nothing of the others'.
    """
    instance = random_source.token_hex(16)
    desk_port = settings.desk.port or free_port()
    copilot_port = settings.copilot.port or free_port()
    desk_url = f"http://{settings.desk.host}:{desk_port}"
    copilot_url = f"http://127.0.0.1:{copilot_port}"
    shared = settings.model_dump(mode="json")
    secrets = secrets_folder(folders.root)
    desk = ChildPlan(
        "desk",
        "guardrails.desk",
        {
            "settings": shared,
            "secrets": str(own_folder(secrets, DeskSecrets)),
            "state_dir": str(folders.root),
            "port": desk_port,
            "copilot_url": copilot_url,
            "instance": instance,
        },
        _answers(desk_url, instance),
    )
    copilot = ChildPlan(
        "copilot",
        "copilot",
        {
            "settings": settings.copilot.model_dump(mode="json"),
            "secrets": str(own_folder(secrets, CopilotSecrets)),
            "folder": str(folders.copilot),
            "datasets": str(folders.datasets),
            "desk_url": desk_url,
            "port": copilot_port,
            "instance": instance,
        },
        _answers(copilot_url, instance),
    )
    gateway = ChildPlan(
        "gateway",
        "guardrails.execution",
        {
            "settings": shared,
            "secrets": str(own_folder(secrets, GatewaySecrets)),
            "state_dir": str(folders.root),
            "costs": settings.costs.model_dump(mode="json"),
        },
        _exists(folders.gateway_db),
    )
    return desk_url, (gateway, desk, copilot)

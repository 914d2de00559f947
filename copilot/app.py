"""Composition root of the copilot process: the one place where its ports meet their adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI

from config.private_files import private_folder
from config.secrets import CopilotSecrets, load_secrets
from config.settings import CopilotSettings
from copilot.api import application
from copilot.budget import FILE, Budgets, DayBudget
from copilot.desk_client import DeskClient
from copilot.graph import build, open_checkpoints
from copilot.model import ChatModel
from copilot.parts import Parts
from copilot.retrieval import FixedRetriever, KnowledgeRetriever, Retriever
from copilot.sealed_probe import self_test
from copilot.turns import Turns
from engine.clock import Clock, SystemClock
from engine.errors import InputError, PeakError
from engine.language.checker import check
from engine.records import read_json


@dataclass(frozen=True, slots=True)
class Boot:
    """What the supervisor hands this process: settings, secrets, desk, folder, port.

    `instance` is a mark that answers carry, so that the supervisor knows its own child by it.
    `datasets` is the folder that the start-up self-test must fail to open, `sealed_required` says
    that it must.
    """

    settings: CopilotSettings
    secrets: CopilotSecrets
    desk_url: str
    folder: Path
    port: int
    instance: str = ""
    datasets: Path | None = None
    sealed_required: bool = False


def read_boot(path: Path) -> Boot:
    """The boot file.

    `settings` is the copilot's own section, `secrets` the copilot's own folder.

    Raises:
        PeakError: BOOT_INVALID, or a secrets code.
    """
    try:
        data = read_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            "BOOT_INVALID", f"the boot file cannot be read: {error.strerror}", value=path
        ) from error
    if not isinstance(data, dict) or not {
        "settings",
        "secrets",
        "desk_url",
        "folder",
        "port",
    } <= set(data):
        raise InputError(
            "BOOT_INVALID", "a boot file holds settings, secrets, desk_url, folder and port",
            value=path, hint="start the copilot through `peak serve`",
        )  # fmt: skip
    fields: dict[str, Any] = data
    return Boot(
        settings=CopilotSettings.model_validate(fields["settings"]),
        secrets=load_secrets(CopilotSecrets, _secrets_folder(Path(str(fields["secrets"])))),
        desk_url=str(fields["desk_url"]),
        folder=Path(str(fields["folder"])),
        port=int(fields["port"]),
        instance=str(fields.get("instance", "")),
        datasets=Path(str(fields["datasets"])) if fields.get("datasets") else None,
        sealed_required=bool(fields.get("sealed_required", False)),
    )


def _secrets_folder(path: Path) -> Path:
    return path.parent if path.suffix == ".json" else path


@contextmanager
def _retriever(folder: Path, clock: Clock) -> Iterator[Retriever]:
    """The knowledge base; without it the copilot goes on, only without citations."""
    from knowledge.app import open_knowledge  # noqa: PLC0415 - chromadb, only in a served process

    try:
        knowledge = open_knowledge(folder, clock=clock)
    except PeakError as error:
        structlog.get_logger().warning("knowledge_unavailable", code=error.code)
        yield FixedRetriever()
        return
    with knowledge:
        yield KnowledgeRetriever(knowledge)


@contextmanager
def open_model(settings: CopilotSettings, api_key: str, clock: Clock) -> Iterator[ChatModel | None]:
    """The configured model, or None: then the offline drafter answers."""
    if not settings.base_url:
        yield None
        return
    from copilot.openai_model import OpenAIModel  # noqa: PLC0415 - half a second, only with a model

    with closing(OpenAIModel(settings, api_key, clock=clock)) as model:
        yield model


@contextmanager
def composed(boot: Boot, clock: Clock | None = None) -> Iterator[FastAPI]:
    """The application with everything opened; closed again on the way out."""
    time = clock or SystemClock()
    self_test(boot.datasets, required=boot.sealed_required)
    private_folder(boot.folder)
    with ExitStack() as stack:
        retriever = stack.enter_context(_retriever(boot.folder / "knowledge", time))
        desk = stack.enter_context(
            DeskClient(boot.desk_url, boot.secrets.desk_token.get_secret_value())
        )
        key = boot.secrets.model_api_key.get_secret_value()
        model = stack.enter_context(open_model(boot.settings, key, time))
        day = DayBudget(boot.settings.max_tokens_per_day, time, boot.folder / FILE)
        parts = Parts(
            desk=desk,
            retriever=retriever,
            clock=time,
            budgets=Budgets(boot.settings, day),
            settings=boot.settings,
            check=check,
            model=model,
        )
        checkpoints = open_checkpoints(boot.folder / "checkpoints.db")
        stack.callback(checkpoints.conn.close)
        turns = Turns(build(parts, checkpoints), parts)
        yield application(turns, boot.secrets.relay_token.get_secret_value())

"""Secrets: one frozen type and one file per process, readable by nobody else.

A secret never stands in settings, in the environment, in a message or in a `repr`. The files lie
in `<state_dir>/secrets/<process>`, a folder (0700) and a file (0600) for each process, owned by
the user it runs as; a file that anybody else could read is refused, because it may have been read
already.
"""

from __future__ import annotations

import json
import secrets as random_source
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, StringConstraints
from pydantic import ValidationError as PydanticError

from config.errors import ConfigCode, ConfigError
from config.private_files import missing_file, private_folder, read_private, write_private_once

TOKEN_CHARACTERS: Final = 43
_KEY_BYTES: Final = 32


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < TOKEN_CHARACTERS:
        raise ValueError(f"a token has at least {TOKEN_CHARACTERS} characters")
    return value


def _is_key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) != 2 * _KEY_BYTES or not set(text) <= set("0123456789abcdef"):
        raise ValueError("a key is 64 lower-case hex digits")
    return value


Token = Annotated[SecretStr, AfterValidator(_long_enough)]
"""Shared by two processes: 256 random bits as URL-safe text."""

PrivateKeyHex = Annotated[SecretStr, AfterValidator(_is_key)]
"""Ed25519 private key, 32 bytes as hex."""

PublicKeyHex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Ed25519 public key, 32 bytes as hex; not a secret."""


class ProcessSecrets(BaseModel):
    """Base of the three types: frozen, closed, and silent about its values."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
    PROCESS: ClassVar[str] = ""
    FILE: ClassVar[str] = ""


class DeskSecrets(ProcessSecrets):
    """What the desk knows: the tokens of its two clients, its signing key, its session key.

    `copilot_token` is what the copilot shows to the desk, `relay_token` what the desk shows to
    the copilot.
    """

    PROCESS: ClassVar[str] = "desk"
    FILE: ClassVar[str] = "desk.json"
    copilot_token: Token
    relay_token: Token
    signing_key_hex: PrivateKeyHex
    session_key: Token


class CopilotSecrets(ProcessSecrets):
    """What the copilot knows: its token at the desk, the desk's at itself, the model's key."""

    PROCESS: ClassVar[str] = "copilot"
    FILE: ClassVar[str] = "copilot.json"
    desk_token: Token
    relay_token: Token
    model_api_key: SecretStr = SecretStr("")


class GatewaySecrets(ProcessSecrets):
    """What the gateway knows: the desk's public key to verify, its own key for its anchors."""

    PROCESS: ClassVar[str] = "gateway"
    FILE: ClassVar[str] = "gateway.json"
    desk_public_key_hex: PublicKeyHex
    signing_key_hex: PrivateKeyHex


SecretsT = TypeVar("SecretsT", bound=ProcessSecrets)


def secrets_folder(state_dir: Path) -> Path:
    """Where the secrets of an installation lie, one folder for each process."""
    return state_dir / "secrets"


def own_folder(folder: Path, kind: type[ProcessSecrets]) -> Path:
    """The folder of one process inside the installation's folder of secrets."""
    return folder / kind.PROCESS


def load_secrets(kind: type[SecretsT], folder: Path) -> SecretsT:
    """The secrets of one process from its file in `folder`, which is that process's own.

    Raises:
        ConfigError: SECRETS_MISSING, SECRETS_PERMISSIONS (owner or mode bits) or SECRETS_INVALID.
            No message ever holds a value of the file.
    """
    path = folder / kind.FILE
    raw = read_private(path)
    try:
        return kind.model_validate_json(raw)
    except PydanticError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        message = f"{where}: {first['msg']}"
    raise ConfigError(
        ConfigCode.SECRETS_INVALID,
        f"the secrets file {path.name} does not hold what it must: {message}",
        value=path,
        hint="restore it from its backup, or delete it and have a new one made",
    )


def create_secrets(folder: Path, secrets: ProcessSecrets) -> Path:
    """Write the file of one process into its own folder, whole or not at all; answer its path.

    Raises:
        ConfigError: SECRETS_EXIST when there is one already (it is left as it is), or
            SECRETS_PERMISSIONS when others may look into the folder.
    """
    text = json.dumps(_revealed(secrets), indent=1)
    return write_private_once(folder / secrets.FILE, text.encode())


def create_missing(
    folder: Path, public_key_of: Callable[[str], str], *, model_api_key: str = ""
) -> bool:
    """Make the three files of a new installation; False when they are there already.

    Args:
        folder: the installation's folder of secrets; each file gets its process's folder in it.
        public_key_of: Ed25519 public key (hex) of a private key (hex); the caller has the library.
        model_api_key: key of the model endpoint, for the copilot's file alone.

    Raises:
        ConfigError: SECRETS_MISSING when some are there and some are not: keys that belong
            together are never mixed.
    """
    kinds = (DeskSecrets, CopilotSecrets, GatewaySecrets)
    paths = [_moved_in(folder, kind) for kind in kinds]
    missing = [path for path in paths if not path.exists()]
    if not missing:
        return False
    if len(missing) < len(kinds):
        raise missing_file(missing[0])
    copilot, relay, session = (new_token() for _ in range(3))
    desk_key, gateway_key = new_private_key(), new_private_key()
    every = (
        GatewaySecrets(
            desk_public_key_hex=public_key_of(desk_key.get_secret_value()),
            signing_key_hex=gateway_key,
        ),
        CopilotSecrets(
            desk_token=copilot, relay_token=relay, model_api_key=SecretStr(model_api_key)
        ),
        DeskSecrets(
            copilot_token=copilot,
            relay_token=relay,
            signing_key_hex=desk_key,
            session_key=session,
        ),
    )
    for secrets in every:
        create_secrets(own_folder(folder, type(secrets)), secrets)
    return True


def _moved_in(folder: Path, kind: type[ProcessSecrets]) -> Path:
    """Where a process's file belongs; one that still lies beside the others' is moved there."""
    path, before = own_folder(folder, kind) / kind.FILE, folder / kind.FILE
    if before.exists() and not path.exists():
        private_folder(path.parent)
        before.rename(path)
    return path


def new_token() -> SecretStr:
    """A fresh token of 256 random bits."""
    return SecretStr(random_source.token_urlsafe(_KEY_BYTES))


def new_private_key() -> SecretStr:
    """A fresh Ed25519 private key as hex: any 32 random bytes are one."""
    return SecretStr(random_source.token_hex(_KEY_BYTES))


def _revealed(secrets: ProcessSecrets) -> Mapping[str, Any]:
    """The values in clear, for the file alone."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in secrets
    }

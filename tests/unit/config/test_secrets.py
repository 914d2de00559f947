"""Secrets: readable by one user, silent everywhere, one type per process."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import ConfigError
from config.secrets import (
    CopilotSecrets,
    DeskSecrets,
    GatewaySecrets,
    SecretsT,
    create_missing,
    create_secrets,
    load_secrets,
    new_private_key,
    new_token,
    own_folder,
    secrets_folder,
)


def public_key_of(private_hex: str) -> str:
    """Stands in for the signature library: any 64 hex digits that differ from the private ones."""
    return private_hex[::-1]


def copilot_secrets() -> CopilotSecrets:
    """Valid secrets of a copilot."""
    return CopilotSecrets(
        desk_token=new_token(), relay_token=new_token(), model_api_key=SecretStr("sk-hidden")
    )


def loaded(kind: type[SecretsT], folder: Path) -> SecretsT:
    """Secrets of one process of an installation."""
    return load_secrets(kind, own_folder(folder, kind))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return secrets_folder(tmp_path / "state")


def test_what_was_written_is_read_again(folder: Path) -> None:
    """A file comes back as the same typed record."""
    secrets = copilot_secrets()
    create_secrets(folder, secrets)
    assert load_secrets(CopilotSecrets, folder) == secrets


def test_file_and_folder_belong_to_their_owner_alone(folder: Path) -> None:
    """Mode 0600 in a folder of mode 0700, with no draft left behind."""
    path = create_secrets(folder, copilot_secrets())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == ["copilot.json"]


@pytest.mark.parametrize("shown", [repr, str, lambda s: s.model_dump_json(), lambda s: f"{s!r:s}"])
def test_nothing_prints_a_secret(shown: Callable[[CopilotSecrets], str]) -> None:
    """repr, str and JSON hold asterisks instead."""
    secrets = copilot_secrets()
    text = shown(secrets)
    assert "sk-hidden" not in text
    assert secrets.desk_token.get_secret_value() not in text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(folder: Path, mode: int) -> None:
    """SECRETS_PERMISSIONS for any right of group or world, and the hint says chmod 600."""
    path = create_secrets(folder, copilot_secrets())
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    assert caught.value.code == "SECRETS_PERMISSIONS"
    assert "chmod 600" in caught.value.hint


def test_a_read_only_file_is_taken(folder: Path) -> None:
    """The twin: stricter than 0600 is fine."""
    create_secrets(folder, copilot_secrets()).chmod(0o400)
    load_secrets(CopilotSecrets, folder)


def test_a_link_is_refused(folder: Path) -> None:
    """A symbolic link could point anywhere: SECRETS_PERMISSIONS."""
    path = create_secrets(folder, copilot_secrets())
    path.rename(folder / "elsewhere.json")
    path.symlink_to(folder / "elsewhere.json")
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    assert caught.value.code == "SECRETS_PERMISSIONS"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_only_a_regular_file_is_read(folder: Path, make: Callable[[Path], None]) -> None:
    """A pipe or a folder in its place is refused at once: SECRETS_PERMISSIONS."""
    folder.mkdir(parents=True)
    make(folder / "copilot.json")
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    assert caught.value.code == "SECRETS_PERMISSIONS"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(folder: Path) -> None:
    """The owner must be the user the process runs as: SECRETS_PERMISSIONS."""
    path = create_secrets(folder, copilot_secrets())
    os.chown(path, 12345, -1)
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    assert caught.value.code == "SECRETS_PERMISSIONS"


def test_an_open_folder_is_refused(folder: Path) -> None:
    """Nothing is written into a folder that others can look into."""
    folder.mkdir(parents=True, mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(ConfigError) as caught:
        create_secrets(folder, copilot_secrets())
    assert caught.value.code == "SECRETS_PERMISSIONS"
    assert list(folder.iterdir()) == []


def test_a_missing_file_is_refused(folder: Path) -> None:
    """SECRETS_MISSING, never a made-up secret."""
    with pytest.raises(ConfigError) as caught:
        load_secrets(DeskSecrets, folder)
    assert caught.value.code == "SECRETS_MISSING"


def test_a_second_write_changes_nothing(folder: Path) -> None:
    """SECRETS_EXIST, and the first file stays as it was."""
    first = copilot_secrets()
    create_secrets(folder, first)
    with pytest.raises(ConfigError) as caught:
        create_secrets(folder, copilot_secrets())
    assert caught.value.code == "SECRETS_EXIST"
    assert load_secrets(CopilotSecrets, folder) == first
    assert [file.name for file in folder.iterdir()] == ["copilot.json"]


def _changed(path: Path, **changes: object) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**values, **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [{"desk_token": "short-secret"}, {"stranger": "x-secret"}, {"relay_token": None}],
)
def test_a_broken_file_is_refused_without_its_values(
    folder: Path, changes: dict[str, object]
) -> None:
    """SECRETS_INVALID names the key and holds no value, not even in the chained exception."""
    _changed(create_secrets(folder, copilot_secrets()), **changes)
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    fault = caught.value
    assert fault.code == "SECRETS_INVALID"
    assert next(iter(changes)) in fault.message
    assert "secret" not in fault.message.replace("secrets file", "")
    assert fault.__cause__ is None
    assert fault.__context__ is None


def test_text_that_is_not_json_is_refused(folder: Path) -> None:
    """SECRETS_INVALID for half a file."""
    path = create_secrets(folder, copilot_secrets())
    path.write_text(path.read_text(encoding="utf-8")[:20], encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_secrets(CopilotSecrets, folder)
    assert caught.value.code == "SECRETS_INVALID"


@pytest.mark.parametrize("key", ["", "ab", "G" * 64, "A" * 64, "0" * 63])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    """A signing key is 64 lower-case hex digits and nothing else."""
    with pytest.raises(ValueError, match="signing_key_hex"):
        GatewaySecrets(desk_public_key_hex="0" * 64, signing_key_hex=SecretStr(key))


def test_a_fresh_key_is_taken() -> None:
    """The twin: what we make ourselves passes."""
    GatewaySecrets(desk_public_key_hex="0" * 64, signing_key_hex=new_private_key())


def test_a_new_installation_gets_three_files_that_fit(folder: Path) -> None:
    """Tokens agree between the two that share them, and the gateway knows only a public key."""
    assert create_missing(folder, public_key_of, model_api_key="sk-model")
    desk = loaded(DeskSecrets, folder)
    copilot = loaded(CopilotSecrets, folder)
    gateway = loaded(GatewaySecrets, folder)
    assert desk.copilot_token == copilot.desk_token
    assert desk.relay_token == copilot.relay_token
    assert copilot.model_api_key.get_secret_value() == "sk-model"
    assert gateway.desk_public_key_hex == public_key_of(desk.signing_key_hex.get_secret_value())
    assert gateway.signing_key_hex != desk.signing_key_hex


def test_no_process_can_read_what_only_another_may_know(folder: Path) -> None:
    """The copilot's and the gateway's files hold no byte of the desk's keys."""
    create_missing(folder, public_key_of)
    desk = loaded(DeskSecrets, folder)
    others = [
        (folder / name / f"{name}.json").read_text(encoding="utf-8")
        for name in ("copilot", "gateway")
    ]
    for secret in (desk.signing_key_hex, desk.session_key):
        assert not any(secret.get_secret_value() in text for text in others)


def test_a_second_start_makes_nothing_new(folder: Path) -> None:
    """Existing secrets are left alone."""
    create_missing(folder, public_key_of)
    before = loaded(DeskSecrets, folder)
    assert not create_missing(folder, public_key_of)
    assert loaded(DeskSecrets, folder) == before


def test_a_lost_file_stops_the_start(folder: Path) -> None:
    """New keys are never mixed with old ones: SECRETS_MISSING names the lost file."""
    create_missing(folder, public_key_of)
    (folder / "gateway" / "gateway.json").unlink()
    with pytest.raises(ConfigError) as caught:
        create_missing(folder, public_key_of)
    assert caught.value.code == "SECRETS_MISSING"
    assert caught.value.value.endswith("gateway.json")


def test_each_process_has_a_folder_of_its_own(folder: Path) -> None:
    """Three folders of mode 0700 with one file each: a user per process moves nothing."""
    create_missing(folder, public_key_of)
    assert sorted(path.name for path in folder.iterdir()) == ["copilot", "desk", "gateway"]
    for one in (folder, *folder.iterdir()):
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
    for kind in (DeskSecrets, CopilotSecrets, GatewaySecrets):
        found = list(own_folder(folder, kind).iterdir())
        assert [file.name for file in found] == [kind.FILE]


def test_files_beside_each_other_are_moved_in(folder: Path) -> None:
    """An installation whose files lie in one folder keeps its keys: they move, unchanged."""
    create_missing(folder, public_key_of)
    before = loaded(DeskSecrets, folder)
    for kind in (DeskSecrets, CopilotSecrets, GatewaySecrets):
        (own_folder(folder, kind) / kind.FILE).rename(folder / kind.FILE)
        own_folder(folder, kind).rmdir()
    assert not create_missing(folder, public_key_of)
    assert loaded(DeskSecrets, folder) == before
    assert not (folder / "desk.json").exists()


def test_two_tokens_differ() -> None:
    """Tokens are drawn from the machine's randomness, 43 characters long."""
    first, second = new_token().get_secret_value(), new_token().get_secret_value()
    assert first != second
    assert len(first) == 43

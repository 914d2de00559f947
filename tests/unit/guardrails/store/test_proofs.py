"""Proof files: rows lead to a signed root, and whatever was changed in one proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, IntegrityError
from guardrails.desk.auditing import known_keys
from guardrails.desk.proving import check_file, export, keys_of, proof_of, write_proof
from guardrails.signing import Signer
from guardrails.store.checkpoints import verifier_key
from guardrails.store.proofs import as_bytes, check, read_proof
from tests.audit_world import KEYS, ROWS, AuditWorld

PUBLIC = {name: (key.public_hex,) for name, key in KEYS.items()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[AuditWorld]:
    """Eight anchored rows of the desk; an order of the gateway in two rows."""
    found = AuditWorld(tmp_path / "state")
    found.write(ROWS)
    for kind in ("order.sending", "order.open"):
        with found.database("gateway").write() as work:
            work.journal("gateway", kind, {"order": "pk-abc-1", "ticket_digest": "f" * 64})
    found.anchorers["gateway"].look()
    yield found
    found.close()


def test_a_row_is_proved_without_a_database(world: AuditWorld) -> None:
    """The file and a public key are enough."""
    proof = proof_of(world.folders, world.clock, "3")
    found = check(read_proof(as_bytes(proof)), PUBLIC)
    assert (found.ok, found.chain, found.size, found.rows) == (True, "desk", ROWS, (3,))
    assert found.signer == "gateway"


def test_an_order_is_proved_with_all_its_rows(world: AuditWorld) -> None:
    """An order is found in the gateway's journal by its id, a row there by its number."""
    proof = proof_of(world.folders, world.clock, "pk-abc-1")
    assert proof.chain == "gateway"
    assert [row.kind for row in proof.rows] == ["order.sending", "order.open"]
    assert check(proof, PUBLIC).ok
    numbered = proof_of(world.folders, world.clock, f"gateway:{proof.rows[0].n}")
    assert numbered.rows[0] == proof.rows[0]


def test_part_of_an_id_is_not_the_id(world: AuditWorld) -> None:
    """Only whole ids are found; unknown ones and unknown rows are refused by code."""
    for subject in ("pk-abc", "nothing", "999", "gateway:999", "%"):
        with pytest.raises(InputError) as caught:
            proof_of(world.folders, world.clock, subject)
        assert caught.value.code == "AUDIT_SUBJECT_UNKNOWN"


def test_growth_between_two_anchors_is_proved(world: AuditWorld) -> None:
    """With an older anchor the proof shows that nothing before it has changed since."""
    proof = proof_of(world.folders, world.clock, "2", since=5)
    found = check(proof, PUBLIC)
    assert (found.ok, found.older) == (True, 5)
    with pytest.raises(InputError) as caught:
        proof_of(world.folders, world.clock, "2", since=99)
    assert caught.value.code == "AUDIT_ANCHOR_UNKNOWN"


def _in_row(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(proof: dict[str, Any]) -> None:
        """Set one field of the first row."""
        proof["rows"][0][name] = value

    return change


def _other_path(proof: dict[str, Any]) -> None:
    proof["rows"][0]["path"][0] = "00" * 32


def _shorter_path(proof: dict[str, Any]) -> None:
    proof["rows"][0]["path"].pop()


def _other_size(proof: dict[str, Any]) -> None:
    proof["note"] = proof["note"].replace("\n8\n", "\n9\n")


def _other_chain(proof: dict[str, Any]) -> None:
    proof["chain"] = "gateway"


def _other_growth(proof: dict[str, Any]) -> None:
    proof["older"]["path"][0] = "00" * 32


@pytest.mark.parametrize(
    "change",
    [
        _in_row("payload", '{"at":"2026-01-15T12:00:03.000Z","quantity":"9.99"}'),
        _in_row("actor", "somebody"), _in_row("kind", "ticket.denied"), _in_row("n", 4),
        _in_row("time", "2026-01-15T12:00:09.000Z"), _in_row("prev", "00" * 32),
        _other_path, _shorter_path, _other_size, _other_chain, _other_growth,
    ],
)  # fmt: skip
def test_a_changed_proof_proves_nothing(
    world: AuditWorld, change: Callable[[dict[str, Any]], None]
) -> None:
    """Each field counts; the file as it was written passes."""
    raw = as_bytes(proof_of(world.folders, world.clock, "3", since=5))
    assert check(read_proof(raw), PUBLIC).ok
    data = json.loads(raw)
    change(data)
    found = check(read_proof(json.dumps(data).encode()), PUBLIC)
    assert not found.ok
    assert found.failed


def test_a_strangers_signature_proves_nothing(world: AuditWorld) -> None:
    """The same file under other public keys is not proved."""
    proof = proof_of(world.folders, world.clock, "3")
    other = Signer("99" * 32).public_hex
    assert not check(proof, {"gateway": (other,)}).ok
    assert check(proof, {"gateway": (other, KEYS["gateway"].public_hex)}).ok


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"format":"peak/audit-proof/v2"}', b"[1]", b"x"])
def test_what_is_no_proof_is_refused(raw: bytes) -> None:
    """PROOF_INVALID, never a traceback."""
    with pytest.raises(InputError) as caught:
        read_proof(raw)
    assert caught.value.code == "PROOF_INVALID"


def test_a_row_without_an_anchor_is_not_proved(world: AuditWorld) -> None:
    """AUDIT_ANCHOR_MISSING until the witness has looked, then the proof is made."""
    with world.database().write() as work:
        work.journal("operator", "chat.message", {})
    with pytest.raises(IntegrityError) as caught:
        proof_of(world.folders, world.clock, str(ROWS + 2))
    assert caught.value.code == "AUDIT_ANCHOR_MISSING"
    world.anchorers["desk"].look(at_once=True)
    assert check(proof_of(world.folders, world.clock, str(ROWS + 2)), PUBLIC).ok


def test_a_changed_journal_is_not_proved(world: AuditWorld) -> None:
    """Rows that were rewritten behind an anchor are refused, whoever asks for the proof."""
    rows = "UPDATE journal SET actor = 'x' WHERE n = 2"
    world.tamper(lambda insider: insider.run(rows))
    with pytest.raises(IntegrityError) as caught:
        proof_of(world.folders, world.clock, "3")
    assert caught.value.code == "AUDIT_BROKEN"


def test_files_and_keys(world: AuditWorld, tmp_path: Path) -> None:
    """A file is written once; keys are the published ones or given; without any it is refused."""
    path = tmp_path / "proof.json"
    proof = proof_of(world.folders, world.clock, "3")
    write_proof(path, proof)
    with pytest.raises(InputError) as caught:
        write_proof(path, proof)
    assert caught.value.code == "FILE_EXISTS"
    assert check_file(path, known_keys(world.folders)).ok
    assert check_file(path, keys_of([verifier_key("gateway", KEYS["gateway"].public_hex)])).ok
    for wrong, code in (
        ((path, {}), "AUDIT_KEY_NEEDED"),
        ((tmp_path / "no", PUBLIC), "FILE_MISSING"),
    ):
        with pytest.raises(InputError) as caught:
            check_file(*wrong)
        assert caught.value.code == code
    with pytest.raises(InputError) as caught:
        keys_of(["nonsense"])
    assert caught.value.code == "AUDIT_KEY_INVALID"


def test_an_export_holds_every_row_and_anchor(world: AuditWorld, tmp_path: Path) -> None:
    """One JSON line each, rows with the very text that was hashed."""
    path = tmp_path / "export.jsonl"
    count = export(world.folders, world.clock, path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == count
    desk = [line for line in lines if line["chain"] == "desk" and "n" in line]
    assert [line["n"] for line in desk] == list(range(1, ROWS + 2))
    assert json.loads(desk[0]["payload"])["quantity"] == "0.01"
    assert sum("anchor" in line for line in lines) == ROWS + 1

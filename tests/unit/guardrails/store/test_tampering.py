"""Nine ways to change history on a real file, all found; a plain chain finds four of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import IntegrityError
from guardrails.desk.auditing import require_whole
from guardrails.signing import Signer
from guardrails.store import witnesses
from guardrails.store.anchors import Anchor, AnchorFile
from guardrails.store.checkpoints import sign
from guardrails.store.journal import JournalEntry, row_hash
from tests.audit_world import COLUMNS, KEYS, ROWS, AuditWorld, Insider, copy_of

EARLIER = 5
"""Rows of the old copy that is put back."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[AuditWorld]:
    """Eight critical rows, each anchored; an old copy of desk.db after the fifth."""
    found = AuditWorld(tmp_path / "state")
    found.write(EARLIER)
    found.close()
    copy_of(found.folders.desk_db, tmp_path / "old.db")
    found.open()
    found.write(ROWS - EARLIER)
    yield found
    found.close()


def _edit(insider: Insider) -> None:
    insider.run("UPDATE journal SET payload = replace(payload, '1', '9') WHERE n = 3")


def _delete(insider: Insider) -> None:
    insider.run("DELETE FROM journal WHERE n = 4")


def _insert(insider: Insider) -> None:
    forged = replace(insider.rows()[3], n=5, actor="somebody", prev=insider.rows()[3].h, h="")
    values = replace(forged, h=row_hash("desk", forged))
    insider.run(
        "UPDATE journal SET n = n + 100 WHERE n >= 5", "UPDATE journal SET n = n - 99 WHERE n > 100"
    )
    row = (values.n, values.time, values.actor, values.kind, values.payload, values.prev, values.h)
    insider.raw.execute(f"INSERT INTO journal ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - a constant


def _swap(insider: Insider) -> None:
    insider.run(
        "UPDATE journal SET n = 100 WHERE n = 4",
        "UPDATE journal SET n = 4 WHERE n = 5",
        "UPDATE journal SET n = 5 WHERE n = 100",
    )


def _truncate_tail(insider: Insider) -> None:
    insider.run("DELETE FROM journal WHERE n > 6")


def _truncate_all(insider: Insider) -> None:
    insider.run("DELETE FROM journal")


def _other(row: JournalEntry) -> JournalEntry:
    return replace(row, actor="somebody-else")


def _rewrite_from_the_middle(insider: Insider) -> None:
    rows = insider.rows()
    insider.replace_all([*rows[:3], _other(rows[3]), *rows[4:]])


def _rewrite_last(insider: Insider) -> None:
    rows = insider.rows()
    insider.replace_all([*rows[:-1], _other(rows[-1])])


def _restore_old_copy(insider: Insider) -> None:
    copy = insider.path.parent.parent / "old.db"
    insider.run(f"ATTACH '{copy}' AS old", "DELETE FROM journal")
    insider.run(f"INSERT INTO journal SELECT {COLUMNS} FROM old.journal")  # noqa: S608 - a constant
    insider.raw.commit()
    insider.run("DETACH old")


Attack = Callable[[Insider], None]
KINDS: dict[str, tuple[Attack, str, str]] = {
    "edit": (_edit, "desk:3", "AUDIT_BROKEN"),
    "delete": (_delete, "desk:4", "AUDIT_BROKEN"),
    "insert": (_insert, "desk:6", "AUDIT_BROKEN"),
    "swap": (_swap, "desk:4", "AUDIT_BROKEN"),
    "truncate tail": (_truncate_tail, "desk:7", "AUDIT_ANCHOR_MISMATCH"),
    "truncate all": (_truncate_all, "desk:1", "AUDIT_ANCHOR_MISMATCH"),
    "rewrite from the middle": (_rewrite_from_the_middle, "desk:4", "AUDIT_ANCHOR_MISMATCH"),
    "rewrite last": (_rewrite_last, "desk:8", "AUDIT_ANCHOR_MISMATCH"),
    "restore old copy": (_restore_old_copy, "desk:6", "AUDIT_ANCHOR_MISMATCH"),
}
"""The nine kinds: what the insider does, the row that is named, the code."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found(world: AuditWorld, kind: str) -> None:
    """The audit names the first bad row and the code, and a start is refused with both."""
    attack, first_bad, code = KINDS[kind]
    world.tamper(attack)
    found = world.verified()
    bad = next(one for one in found.chains if not one.ok)
    assert (found.ok, found.first_bad, bad.code) == (False, first_bad, code)
    with pytest.raises(IntegrityError) as caught:
        require_whole(world.folders, world.clock)
    assert (caught.value.code, caught.value.value) == (code, first_bad)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_anchored_over(world: AuditWorld, kind: str) -> None:
    """Whoever signs heads does not sign a changed journal, not even after a restart."""
    world.tamper(KINDS[kind][0])
    with pytest.raises(IntegrityError) as caught:
        world.anchorers["desk"].look(at_once=True)
    assert caught.value.code == KINDS[kind][2]


@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_store_verifies(world: AuditWorld, kind: str) -> None:
    """The twin of each kind: the same insider opens the file and changes nothing."""
    world.tamper(lambda insider: insider.run("SELECT 1"))
    found = world.verified()
    assert (found.ok, found.first_bad, kind in KINDS) == (True, None, True)
    assert found.chains[0].rows == found.chains[0].anchors == ROWS
    assert require_whole(world.folders, world.clock).ok


def test_a_plain_chain_misses_five_of_nine(world: AuditWorld, tmp_path: Path) -> None:
    """The control: without anchors only edit, delete, insert and swap are found."""
    kept = tmp_path / "kept.db"
    world.close()
    copy_of(world.folders.desk_db, kept)
    world.open()
    missed = []
    for kind, (attack, _, _) in KINDS.items():
        world.tamper(attack)
        if world.database().verify().ok:
            missed.append(kind)
        world.close()
        copy_of(kept, world.folders.desk_db)
        world.open()
    assert missed == [kind for kind, parts in KINDS.items() if parts[2] != "AUDIT_BROKEN"]
    assert len(missed) == 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "copy" not in kind])
def test_the_gateways_journal_is_watched_as_well(world: AuditWorld, kind: str) -> None:
    """The desk's anchors find what is done to gateway.db."""
    world.write(ROWS, chain="gateway", kind="order.sending")
    assert world.verified().ok
    world.tamper(_on_the_gateway(KINDS[kind][0]), chain="gateway")
    found = world.verified()
    assert not found.ok
    assert "gateway" in [one.chain for one in found.chains if not one.ok]


def _on_the_gateway(attack: Attack) -> Attack:
    """Rewriting attacks must hash for the chain they attack."""
    if attack not in {_rewrite_from_the_middle, _rewrite_last}:
        return attack

    def rewritten(insider: Insider) -> None:
        """The same, for the gateway's chain."""
        rows = insider.rows()
        at = 3 if attack is _rewrite_from_the_middle else len(rows) - 1
        changed = [_other(row) if place == at else row for place, row in enumerate(rows)]
        insider.replace_all(changed, "gateway")

    return rewritten


def test_anchors_that_were_removed_are_missed(world: AuditWorld) -> None:
    """A truncated journal together with a truncated file of anchors: the peer's journal tells."""
    path = world.place.folder / "desk.gateway.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    found = world.verified()
    assert (found.first_bad, found.chains[0].code) == ("desk:8", "AUDIT_ANCHOR_MISSING")
    world.tamper(_truncate_tail)
    assert world.verified().chains[0].code == "AUDIT_ANCHOR_MISMATCH"
    path.write_text("".join(lines))
    assert world.verified().chains[0].reason == witnesses.SHORTER


def test_a_folder_of_anchors_that_is_gone_is_missed(world: AuditWorld) -> None:
    """Without the folder the peer's journal still knows every anchor."""
    for path in world.place.folder.glob("*.jsonl"):
        path.unlink()
    found = world.verified()
    assert (found.first_bad, found.chains[0].code) == ("desk:1", "AUDIT_ANCHOR_MISSING")


def test_an_anchor_by_another_key_is_refused(world: AuditWorld) -> None:
    """An insider without the key cannot anchor a history of their own."""
    point = sign("desk", 9, "00" * 32, "gateway", Signer("99" * 32))
    file = AnchorFile(world.place.folder, "desk", "gateway")
    file.append(Anchor(point, "00" * 32, "2026-01-15T12:00:00.000Z"))
    found = world.verified()
    assert (found.first_bad, found.chains[0].reason) == ("desk:9", witnesses.FORGED)


def test_two_heads_at_one_height_are_a_fork(world: AuditWorld) -> None:
    """A second history that was signed by a copy of the process proves itself false."""
    point = sign("desk", 4, "00" * 32, "gateway", KEYS["gateway"])
    AnchorFile(world.place.folder, "desk", "other").append(Anchor(point, "00" * 32, "later"))
    found = world.verified()
    assert (found.first_bad, found.chains[0].reason) == ("desk:4", witnesses.FORK)


def test_an_unreadable_anchor_is_no_anchor(world: AuditWorld) -> None:
    """A line of the file that was changed into something else is a mismatch, never skipped."""
    path = world.place.folder / "desk.gateway.jsonl"
    whole = path.read_text()
    path.write_text(whole.replace('"n":4', '"n":5'))
    assert world.verified().chains[0].code == "AUDIT_ANCHOR_MISMATCH"
    path.write_text("nonsense\n" + whole)
    assert world.verified().chains[0].code == "AUDIT_ANCHOR_MISMATCH"
    path.write_text(whole)
    assert world.verified().ok


def test_a_torn_last_line_is_cut_off(world: AuditWorld) -> None:
    """What a crash left of a line was never promised; the next anchor has its own line."""
    path = world.place.folder / "desk.gateway.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write('{"n":9,"h":"')
    assert world.verified().ok
    world.close()
    world.open()
    world.write()
    assert world.verified().ok
    assert len(path.read_text().splitlines()) == ROWS + 1


def test_a_copy_on_another_medium_survives_the_whole_folder(tmp_path: Path) -> None:
    """Everything put back at once, both journals and all anchors: only the further copy knows."""
    further = str(tmp_path / "elsewhere")
    world = AuditWorld(tmp_path / "state", further)
    world.write(EARLIER)
    world.close()
    shutil.copytree(world.folders.root, tmp_path / "backup")
    world.open()
    world.write(3)
    assert world.verified().ok
    world.close()
    shutil.rmtree(world.folders.root)
    shutil.copytree(tmp_path / "backup", world.folders.root)
    assert world.verified("").ok
    found = world.verified(further)
    assert (found.first_bad, found.chains[0].code) == ("desk:6", "AUDIT_ANCHOR_MISMATCH")


def test_bytes_that_are_no_text_are_a_broken_row(world: AuditWorld) -> None:
    """A row that cannot even be decoded is named, and is no fault of the store."""
    world.tamper(
        lambda one: one.run("UPDATE journal SET payload = CAST(x'ff' AS TEXT) WHERE n = 7")
    )
    assert world.verified().first_bad == "desk:7"


def test_a_row_before_the_first_is_found(world: AuditWorld) -> None:
    """A row with a number below one is read like every other."""
    world.tamper(
        lambda one: one.run(
            "INSERT INTO journal SELECT -5, time, actor, kind, payload, prev, 'x' FROM journal "
            "WHERE n = 1"
        )
    )
    assert world.verified().first_bad == "desk:1"


def test_a_head_is_signed_once(world: AuditWorld) -> None:
    """Looking again without a new row signs nothing, also after a restart."""
    anchorer = world.anchorers["desk"]
    assert anchorer.look(at_once=True) is None
    world.close()
    world.open()
    assert world.anchorers["desk"].look(at_once=True) is None
    world.write()
    assert world.verified().chains[0].anchors == ROWS + 1

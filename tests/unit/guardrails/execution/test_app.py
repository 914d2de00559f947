"""The composition root: one gateway per account, its own store, a sign of life, a clean end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from config.modes import Mode
from config.settings import DeploymentSettings, GatewaySettings, Settings
from engine.errors import ConfigError, InputError, IntegrityError, UnavailableError
from guardrails.execution.__main__ import main
from guardrails.execution.app import open_gateway
from guardrails.execution.boot import Boot, read_boot
from guardrails.execution.capabilities import ALLOWED, PAPER, capability
from guardrails.tickets import OrderState
from guardrails.trading_state import TradingState
from tests.gateway_faults import Passing
from tests.gateway_world import NOW, Opener, World, release, ticket


def boot_with(world: World, **parts: object) -> Boot:
    """The world's boot data with other settings."""
    settings = Settings.model_validate({**dict(world.boot.settings), **parts})
    return Boot.model_validate({**dict(world.boot), "settings": settings})


def test_one_gateway_per_account(world: World, opened: Opener) -> None:
    """A second one is refused while the first one runs, and starts after it has ended."""
    first = opened()
    with pytest.raises(UnavailableError) as caught:
        world.gateway()
    assert caught.value.code == "GATEWAY_RUNNING"
    first.close()
    world.gateway().close()


def test_a_failed_start_gives_the_lock_back(world: World) -> None:
    """After a start that failed on the store, the right one starts."""
    world.gateway().close()
    other = boot_with(world, deployment=DeploymentSettings(id="other"))
    with pytest.raises(IntegrityError):
        open_gateway(other, world.clock)
    world.gateway().close()


@pytest.mark.parametrize(
    "parts",
    [
        {"deployment": DeploymentSettings(id="other")},
        {"gateway": GatewaySettings(account_id="paper-2")},
    ],
)
def test_another_gateways_store_is_refused(world: World, parts: dict[str, object]) -> None:
    """Deployment, mode and account are written into the file for ever."""
    world.gateway().close()
    with pytest.raises(IntegrityError) as caught:
        open_gateway(boot_with(world, **parts), world.clock)
    assert caught.value.code == "GATEWAY_STORE_FOREIGN"


@pytest.mark.parametrize("mode", [Mode.RESEARCH, Mode.SHADOW, Mode.TESTNET, Mode.LIVE])
def test_a_mode_that_is_not_built_does_not_start(world: World, mode: Mode) -> None:
    """Only paper has a gateway; nothing is written by the refused start."""
    other = boot_with(world, deployment=DeploymentSettings(id="test", mode=mode))
    with pytest.raises(ConfigError) as caught:
        open_gateway(other, world.clock)
    assert caught.value.code == "MODE_FORBIDDEN"
    assert not (world.root / "gateway.db").exists()


def test_a_venue_without_a_record_is_not_allowed() -> None:
    """The allow-list holds the paper venue in paper mode and nothing else."""
    assert list(ALLOWED) == ["paper"]
    assert capability("paper", Mode.PAPER) is PAPER
    assert capability("paper", Mode.LIVE) is None
    assert capability("binance", Mode.PAPER) is None


def test_a_broken_journal_stops_the_start_and_halts(world: World) -> None:
    """A row of our own journal changed behind our back: no start, latch HALTED."""
    gateway = world.gateway()
    with gateway.context.store._database._engine.begin() as insider:
        find = "SELECT sql FROM sqlite_master WHERE name = 'journal_no_update'"
        trigger = insider.exec_driver_sql(find).scalar()
        insider.exec_driver_sql("DROP TRIGGER journal_no_update")
        insider.exec_driver_sql("UPDATE journal SET actor = 'x' WHERE n = 1")
        insider.exec_driver_sql(str(trigger))
    gateway.close()
    with pytest.raises(IntegrityError) as caught:
        world.gateway()
    assert caught.value.code == "AUDIT_BROKEN"
    assert world.latch.state() is TradingState.HALTED


def test_the_gateway_gives_a_sign_of_life(world: World, opened: Opener) -> None:
    """One heartbeat for each second of the settings, without a journal row."""
    world.replay(0)
    gateway = opened()
    world.run(gateway)
    rows = gateway.context.view._database.verify().rows
    assert gateway.context.view.heartbeat() == NOW
    world.clock.advance(0.5)
    gateway.turn()
    assert gateway.context.view.heartbeat() == NOW
    world.clock.advance(0.5)
    gateway.turn()
    assert gateway.context.view.heartbeat() == world.clock.now()
    assert gateway.context.view._database.verify().rows == rows


def test_the_loop_ends_after_the_step_under_way(world: World, opened: Opener) -> None:
    """Asked to stop while a release is being sent: the order is recorded, then the loop ends."""
    stop = Event()

    class Stopping(Passing):
        def send(self, order: object) -> object:
            stop.set()
            return super().send(order)  # type: ignore[arg-type]  # handed through

    gateway = opened(venue=Stopping(opened().context.venue))
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    gateway.run(stop)
    assert [order.state for order in gateway.context.view.orders()] == [OrderState.OPEN]
    assert gateway.context.view.fills() == ()


def test_a_fault_in_the_loop_halts_and_ends(world: World, opened: Opener) -> None:
    """What nobody expected stops the process with the latch tripped; it is not skipped."""

    class Broken(Passing):
        def trades_since(self, sequence: int) -> tuple[()]:
            raise RuntimeError(sequence)

    gateway = opened(venue=Broken(opened().context.venue))
    with pytest.raises(RuntimeError):
        gateway.run(Event())
    assert world.latch.state() is TradingState.HALTED
    assert world.latch.halts()[0].reason.startswith("RuntimeError")


def test_a_boot_file_must_be_private(world: World) -> None:
    """Read only when nobody else can read it; unknown keys are refused."""
    path = world.root / "boot.json"
    path.write_text(world.boot.model_dump_json())
    path.chmod(0o644)
    with pytest.raises(ConfigError) as exposed:
        read_boot(path)
    assert exposed.value.code == "SECRETS_PERMISSIONS"
    path.chmod(0o600)
    assert read_boot(path) == world.boot
    path.write_text(json.dumps({**json.loads(world.boot.model_dump_json()), "bypass": True}))
    with pytest.raises(InputError) as unknown:
        read_boot(path)
    assert unknown.value.code == "RECORD_INVALID"


def test_a_boot_file_that_is_missing_ends_in_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process says which file and what to do."""
    assert main(["--boot", str(tmp_path / "none.json")]) == 1
    assert "SECRETS_MISSING" in capsys.readouterr().err


def test_a_latch_folder_that_is_gone_denies(world: World, opened: Opener) -> None:
    """A latch that cannot be read is HALTED, never ACTIVE."""
    gateway = opened()
    gateway.context = replace(gateway.context)
    (world.root / "halt").rmdir()
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert "STATE_HALTED" in {denial.code.value for denial in order.denials}

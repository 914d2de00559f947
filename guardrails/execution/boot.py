"""What the gateway process is started with: one private file, named on its command line."""

from __future__ import annotations

from pathlib import Path

from config.private_files import read_private
from config.settings import Settings
from engine.backtest.costs import CostModel
from engine.records import Record, parse_record
from guardrails.wire import GatewayIdentity


class Boot(Record):
    """Settings, the folder of secrets, the state folder and the cost model of paper fills."""

    settings: Settings
    secrets: Path
    state_dir: Path
    costs: CostModel

    @property
    def identity(self) -> GatewayIdentity:
        """Which gateway this process is."""
        deployment = self.settings.deployment
        return GatewayIdentity(
            deployment_id=deployment.id,
            mode=deployment.mode,
            account_id=self.settings.gateway.account_id,
        )


def read_boot(path: Path) -> Boot:
    """The boot file, which only its owner may read.

    Raises:
        ConfigError: SECRETS_MISSING or SECRETS_PERMISSIONS.
        InputError: a JSON_* code, or RECORD_INVALID with the first offending field.
    """
    return parse_record(Boot, read_private(path))

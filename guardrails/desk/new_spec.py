"""A new strategy file: a valid copy of a library rule whose hypothesis says what to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, get_args

from config.private_files import private_folder
from engine.errors import InputError
from engine.language import library
from engine.language.spec import Family, StrategySpec
from engine.text import did_you_mean
from guardrails.desk.workspace import NAME, SUFFIX

LONGEST_NAME: Final = 60
LONGEST_HYPOTHESIS: Final = 600
MODELS: Final[dict[str, str]] = {
    "trend_following": "ma_crossover_btc_conservative",
    "mean_reversion": "rsi_reversion_btc_conservative",
    "breakout": "donchian_breakout_btc_conservative",
    "momentum": "tsmom_majors_moderate",
    "volatility": "vol_target_trend_majors_conservative",
    "regime_switching": "regime_switch_btc_conservative",
    "cross_sectional": "momentum_rotation_majors_moderate",
    "rotation": "gtaa_etf_conservative",
    "pairs": "pairs_ethbtc_moderate",
    "ensemble": "donchian_ensemble_majors_moderate",
}
"""The library rule that a new strategy of a family starts from."""
DEFAULT_FAMILY: Final = "trend_following"
COMMENT: Final = (
    "Write here why this should earn, who loses what you gain, and why that lasts; the report"
    " prints it. The rules below are a working example, started from {model}: change the symbol,"
    " the timeframe, the conditions and the size, then run `peak strategy check`."
)


def family_of(text: str) -> Family:
    """A family of the language.

    Raises:
        InputError: FAMILY_UNKNOWN with the nearest one.
    """
    for known in get_args(Family):
        if text == known:
            return known  # type: ignore[no-any-return]  # a member of the literal
    near = did_you_mean(text, list(get_args(Family)))
    hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(get_args(Family))}"
    raise InputError("FAMILY_UNKNOWN", "this is not a family", value=text, hint=hint)


def template(name: str, family: Family | None) -> StrategySpec:
    """A small valid spec of a family; its hypothesis says what to write."""
    wanted = family or DEFAULT_FAMILY
    model = library.load(MODELS.get(wanted, MODELS[DEFAULT_FAMILY]))
    changes = {"name": name, "family": wanted, "hypothesis": COMMENT.format(model=model.name)}
    return model.model_copy(update=changes)


def copy_of(model: StrategySpec, name: str, family: Family | None) -> StrategySpec:
    """A spec under another name; the hypothesis says where it comes from, tags stay."""
    hypothesis = f"Started from {model.name}: {model.hypothesis}"[:LONGEST_HYPOTHESIS]
    changes = {"name": name, "family": family or model.family, "hypothesis": hypothesis}
    return model.model_copy(update=changes)


def check_name(name: str) -> None:
    """Refuse a name that a new strategy cannot have.

    Raises:
        InputError: SPEC_NAME_INVALID or SPEC_NAME_TAKEN.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InputError(
            "SPEC_NAME_INVALID",
            f"a name has small letters, digits and single underscores, at most {LONGEST_NAME}",
            value=name, hint="for example my_rsi_dip",
        )  # fmt: skip
    if library.is_known(name):
        raise InputError(
            "SPEC_NAME_TAKEN", "the library has a strategy of this name", value=name,
            hint=f"take another one, for example my_{name}",
        )  # fmt: skip


def write_new(folder: Path, spec: StrategySpec) -> Path:
    """Write a spec as a new file of the workspace, whole or not at all.

    Raises:
        InputError: SPEC_NAME_INVALID, SPEC_NAME_TAKEN, or SPEC_EXISTS when there is such a file.
    """
    check_name(spec.name)
    if not folder.is_dir():
        private_folder(folder)
    path = folder / f"{spec.name}{SUFFIX}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(as_text(spec))
    except FileExistsError as error:
        raise InputError(
            "SPEC_EXISTS", "there is a strategy of this name already; it was left as it is",
            value=path, hint="take another name, or edit that file",
        ) from error  # fmt: skip
    return path


def as_text(spec: StrategySpec) -> str:
    """A spec as people edit it: parts at their defaults left out, the size always written."""
    parts = spec.model_dump(mode="json", exclude_defaults=True)
    parts |= {"spec_version": spec.spec_version, "sizing": spec.sizing.model_dump(mode="json")}
    ordered = {name: _plain(parts[name]) for name in StrategySpec.model_fields if name in parts}
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def _plain(part: object) -> object:
    """Whole numbers without their point, as people write them."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_plain(value) for value in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part

"""Registration: what is decided about bars before they are stored: family, zones, parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from engine.data.bars import Bars
from engine.data.dataset import Dataset, PartDigests, Zones
from engine.data.days import bar_days, day_number, day_text, midnight
from engine.data.families import family_name
from engine.data.partitions import Cut, new_zones, zone_note
from engine.errors import DataError


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def check_window(known: Dataset, asked: int | None, closed: Sequence[Zones] = ()) -> None:
    """Refuse another window than the one that was fixed, or than one that was `closed` since.

    `asked` is a day number or None.

    Raises:
        DataError: DATASET_WINDOW_FIXED.
    """
    fixed = {day_number(zones.window_last) for zones in (known.zones, *closed)}
    if asked is None or asked in fixed:
        return
    raise DataError(
        "DATASET_WINDOW_FIXED",
        f"the window of {known.family} ends on {known.zones.window_last} for good",
        value=day_text(asked),
        hint="leave the window's end out; newer bars become forward data",
    )


def zones_for(
    bars: Bars, kin: Dataset | None, asked: int | None, closed: Sequence[Zones] = ()
) -> Zones:
    """The family's zones for bars of a known market, new ones for a new market.

    Raises:
        DataError: DATASET_WINDOW_FIXED, WINDOW_END_OUTSIDE or DATA_TOO_SHORT.
    """
    if kin is None:
        return new_zones(bars, asked)
    check_window(kin, asked, closed)
    return kin.zones


def pieces(bars: Bars, zones: Zones) -> dict[str, Bars]:
    """The stored parts that hold a bar: train, sealed (embargo and holdout), forward."""
    cut = Cut.at(bars, zones)
    parts = {
        "train": bars.slice(0, cut.train),
        "sealed": bars.slice(cut.train, cut.holdout),
        "forward": bars.slice(cut.holdout, len(bars)),
    }
    return {name: part for name, part in parts.items() if len(part)}


def describe(
    bars: Bars, kin: Dataset | None, asked: int | None, closed: Sequence[Zones] = ()
) -> Dataset:
    """The record of bars that are about to be stored.

    `kin` is a member of their family, `closed` are the zones of its closed windows.

    Raises:
        DataError: DATASET_TRAIN_EMPTY, or a code of `zones_for`.
    """
    zones = zones_for(bars, kin, asked, closed)
    cut = Cut.at(bars, zones)
    if cut.train == 0:
        raise DataError(
            "DATASET_TRAIN_EMPTY",
            f"all bars lie after {zones.train_last}, the last train day of this market",
            value=bars.instrument.symbol,
            hint="register a file that reaches further back",
        )
    days = bar_days(bars)
    digests = {name: part.digest for name, part in pieces(bars, zones).items()}
    return Dataset(
        id=bars.digest,
        instrument=bars.instrument,
        timeframe=bars.timeframe,
        family=kin.family if kin else family_name(bars),
        rows=len(bars),
        first=_moment(int(bars.time[0])),
        last=_moment(int(bars.time[-1])),
        zones=zones,
        train_from=midnight(days[0]),
        train_to=midnight(days[cut.train - 1]),
        holdout_from=midnight(day_number(zones.holdout_first)),
        holdout_to=midnight(day_number(zones.window_last)),
        forward_from=midnight(days[cut.holdout]) if cut.holdout < len(bars) else None,
        zone_note=zone_note(bars, zones),
        train_rows=cut.train,
        embargo_rows=cut.embargo - cut.train,
        holdout_rows=cut.holdout - cut.embargo,
        forward_rows=len(bars) - cut.holdout,
        parts=PartDigests(
            train=digests["train"],
            sealed=digests.get("sealed"),
            forward=digests.get("forward"),
        ),
    )

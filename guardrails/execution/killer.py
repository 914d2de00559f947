"""`python -m guardrails.execution.killer`: stop trading from outside, with everything else dead.

It imports neither the desk nor its store, needs no key and no database of ours: first the latch
file, then the venue. Entries are withdrawn and the venue's order list is read back until it is
empty twice in a row. Protective stops stay, unless `--flatten` asks to close what they protect.
Exit 0: verified. Exit 2: not verified, and the list says what may still work.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from config.private_files import private_process
from engine.backtest.costs import CostModel
from engine.clock import Clock, SystemClock
from engine.errors import PeakError
from engine.market import Side
from engine.text import clean_text
from guardrails.execution.client_ids import TAG_DIGITS, client_order_id
from guardrails.execution.paper import PaperVenue
from guardrails.execution.venue import VenueRefusalError
from guardrails.latch import Halt, Latch
from guardrails.rounding import up
from guardrails.store.paper_venue import PaperFile
from guardrails.trading_state import TradingState
from guardrails.wire import VenueSnapshot, WireOrder

READS: Final = 20
"""Times the venue's order list is read before the kill counts as not verified."""

PAUSE_SECONDS: Final = 0.05
EXIT_BOUND: Final = Decimal("0.02")
"""An exit of `--flatten` is done no further than this fraction below the last close."""

VERIFIED, NOT_VERIFIED = 0, 2


@dataclass(frozen=True, slots=True)
class Kill:
    """What was done and what the venue said afterwards; ids are client order ids."""

    state: TradingState
    verified: bool
    cancelled: tuple[str, ...] = ()
    still_working: tuple[str, ...] = ()
    kept_stops: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()
    message: str = ""

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "state": self.state.value,
            "verified": self.verified,
            "code": "" if self.verified else "KILL_UNVERIFIED",
            "cancelled": list(self.cancelled),
            "still_working": list(self.still_working),
            "kept_stops": list(self.kept_stops),
            "exits": list(self.exits),
            "message": self.message,
        }


def kill(
    state_dir: Path,
    reason: str,
    clock: Clock,
    *,
    flatten: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> Kill:
    """Trip the latch, then withdraw and read back; it does not raise, it says what it knows."""
    halt = Halt(
        state=TradingState.HALTED,
        actor="peak kill",
        reason=clean_text(reason, 300),
        at=clock.now(),
    )
    try:
        Latch(state_dir / "halt").trip(halt)
    except OSError as error:
        # without a latch the gateway goes on sending: withdraw all the same, but say so
        done = _withdraw(state_dir, pause, flatten=flatten)
        return replace(done, verified=False, message=f"the latch cannot be written: {error}")
    return _withdraw(state_dir, pause, flatten=flatten)


def _withdraw(state_dir: Path, pause: Callable[[float], None], *, flatten: bool) -> Kill:
    path = state_dir / "paper" / "venue.db"
    if not path.exists():
        return _without_venue(state_dir)
    file = PaperFile(path)
    try:
        return _at_venue(PaperVenue(file, CostModel()), file, pause, flatten=flatten)
    except PeakError as error:
        return _unverified(f"{error.code}: {error.message}")
    except Exception as error:  # noqa: BLE001 - whatever happened, say loudly that it is not verified
        return _unverified(f"{type(error).__name__}: {error}")
    finally:
        file.close()


def _unverified(message: str) -> Kill:
    return Kill(TradingState.HALTED, verified=False, message=clean_text(message, 300))


def _without_venue(state_dir: Path) -> Kill:
    """No venue file: nothing was ever sent, if the gateway never ran here."""
    if (state_dir / "gateway.db").exists():
        return _unverified("the gateway has run, but the venue's file is gone")
    return Kill(TradingState.HALTED, verified=True, message="no venue was ever used here")


def _at_venue(
    venue: PaperVenue, file: PaperFile, pause: Callable[[float], None], *, flatten: bool
) -> Kill:
    before = venue.open_orders()
    unwanted = [order for order in before if flatten or not order.reduce_only]
    for order in unwanted:
        _cancel(venue, order.client_order_id)
    left = _read_back(venue, pause, flatten=flatten)
    stops = tuple(order for order in before if order.reduce_only and order.oco_group)
    exits, bare = _close(venue, file, stops) if flatten and not left else ((), ())
    gone = {order.client_order_id for order in unwanted} - set(left)
    return Kill(
        state=TradingState.HALTED,
        verified=not left and not bare,
        cancelled=tuple(sorted(gone)),
        still_working=left,
        kept_stops=() if flatten else tuple(order.client_order_id for order in stops),
        exits=exits,
        message=f"held without an exit: {', '.join(bare)}" if bare else "",
    )


def _cancel(venue: PaperVenue, key: str) -> None:
    try:
        venue.cancel(key)
    except PeakError:
        return  # the answer proves nothing either way: only the read-back counts


def _read_back(
    venue: PaperVenue, pause: Callable[[float], None], *, flatten: bool
) -> tuple[str, ...]:
    """Orders that still work after all; empty only when two reads in a row were empty."""
    empty = 0
    left: tuple[str, ...] = ()
    for _ in range(READS):
        left = tuple(
            order.client_order_id
            for order in venue.open_orders()
            if flatten or not order.reduce_only
        )
        empty = 0 if left else empty + 1
        if empty == 2:  # noqa: PLR2004 - twice in a row
            return ()
        for key in left:
            _cancel(venue, key)
        pause(PAUSE_SECONDS)
    return left or ("the order list was not empty twice in a row",)


def _close(
    venue: PaperVenue, file: PaperFile, stops: tuple[VenueSnapshot, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Exit what each withdrawn stop protected: ids of the exits, symbols that stay held bare."""
    exits = []
    with file.request() as book:
        markets = {symbol: book.market(symbol) for symbol in book.symbols()}
    left = {symbol: market.held for symbol, market in markets.items() if market is not None}
    for group, stop in {stop.oco_group: stop for stop in stops}.items():
        market = markets.get(stop.symbol)
        quantity = min(stop.quantity - stop.filled, left.get(stop.symbol, Decimal(0)))
        if market is None or market.close is None or group is None or not quantity > 0:
            continue
        ticket_digest, _, number = group.rpartition("-")
        order = WireOrder(
            client_order_id=client_order_id(
                stop.client_order_id[:TAG_DIGITS], ticket_digest, f"exit-{number}"
            ),
            symbol=stop.symbol,
            side=Side.SELL,
            kind="limit",
            quantity=quantity,
            limit_price=up(market.close * (1 - EXIT_BOUND), market.instrument.price_step),
            time_in_force="ioc",
            reduce_only=True,
        )
        try:
            repeated = venue.send(order).duplicate
        except VenueRefusalError:
            continue
        if repeated:  # the exit of an earlier kill, which did not get through
            continue
        exits.append(order.client_order_id)
        left[stop.symbol] -= quantity
    return tuple(exits), tuple(sorted(symbol for symbol, held in left.items() if held > 0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; prints what was done, exit 0 verified, 2 not verified."""
    parser = argparse.ArgumentParser(
        prog="guardrails.execution.killer", description="Stop trading."
    )
    parser.add_argument("--state-dir", type=Path, required=True, help="folder of the installation")
    parser.add_argument("--reason", required=True, help="why, for the journal")
    parser.add_argument("--flatten", action="store_true", help="also remove stops and close")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    private_process()
    if not options.state_dir.is_dir():
        sys.stderr.write(f"KILL_UNVERIFIED: there is no folder {options.state_dir}\n")
        return NOT_VERIFIED
    done = kill(options.state_dir, options.reason, SystemClock(), flatten=options.flatten)
    sys.stdout.write((json.dumps(done.as_dict()) if options.json else _text(done)) + "\n")
    return VERIFIED if done.verified else NOT_VERIFIED


def _text(done: Kill) -> str:
    lines = [
        f"trading is {done.state.value}; "
        + ("verified at the venue" if done.verified else "NOT VERIFIED: orders may still work"),
        f"withdrawn: {len(done.cancelled)}, stops kept: {len(done.kept_stops)}",
        f"exits sent: {len(done.exits)}",
    ]
    lines += [f"still working: {key}" for key in done.still_working]
    return "\n".join([*lines, done.message] if done.message else lines)


if __name__ == "__main__":
    sys.exit(main())

"""Paper venue in bar mode: an exchange of our own with the backtest's fill rules.

It behaves as a venue does: it checks steps, cash and holdings, keeps its own ids and balances,
answers a repeated client id with the first order, and never fills an order twice. Long only: what
is not held cannot be sold.
"""

from __future__ import annotations

from decimal import Decimal

from engine.backtest.costs import CostModel
from engine.market import Instrument, Side
from engine.records import utc_text
from guardrails.execution.paper_matching import Market, Match, matches
from guardrails.execution.venue import VenueRefusalError, VenueSilentError
from guardrails.rounding import down, on_grid
from guardrails.store.paper_venue import PaperBook, PaperFile, PaperMarket, PaperOrder
from guardrails.wire import (
    PHASES,
    Ack,
    MarketBar,
    Phase,
    VenueSnapshot,
    VenueTrade,
    WireOrder,
)


class PaperVenue:
    """Venue and BarDriven over one `PaperFile`."""

    name = "paper"

    def __init__(self, file: PaperFile, costs: CostModel) -> None:
        """Use an account file that is open already, and the cost model of its fills."""
        self._file = file
        self._costs = costs

    def list_instrument(self, instrument: Instrument) -> None:
        """Make a symbol tradable with these steps and bounds."""
        with self._file.request() as book:
            known = book.market(instrument.symbol)
            if known is None or known.instrument != instrument:
                book.list_market(instrument)

    def instrument(self, symbol: str) -> Instrument | None:
        """The steps and bounds in force, None when the symbol is not listed."""
        with self._file.request() as book:
            market = book.market(symbol)
        return None if market is None else market.instrument

    def send(self, order: WireOrder) -> Ack:
        """Accept one order; the same id again answers the first order and changes nothing.

        Raises:
            VenueRefusalError: DUPLICATE_ID (same id, other order), BAD_SYMBOL, BAD_STEP,
                BAD_AMOUNT, INSUFFICIENT_FUNDS or INSUFFICIENT_HOLDING.
        """
        with self._file.request() as book:
            known = book.order(order.client_order_id)
            if known is not None:
                if known.wire != order:
                    raise _refused("DUPLICATE_ID", "this id is taken by another order", order)
                return Ack(
                    client_order_id=order.client_order_id,
                    venue_order_id=known.venue_order_id,
                    duplicate=True,
                )
            market = book.market(order.symbol)
            if market is None:
                raise _refused("BAD_SYMBOL", "this symbol is not listed here", order)
            _check_steps(order, market.instrument)
            self._check_funds(order, market, book)
            placed = book.add_order(order)
        return Ack(client_order_id=order.client_order_id, venue_order_id=placed.venue_order_id)

    def _check_funds(self, order: WireOrder, market: PaperMarket, book: PaperBook) -> None:
        if order.side is Side.SELL:
            if not order.quantity <= market.held:
                raise _refused("INSUFFICIENT_HOLDING", "less is held than this sells", order)
            return
        if order.reduce_only or order.time_in_force != "ioc":
            raise _refused("INSUFFICIENT_HOLDING", "there is no short position here", order)
        reserved = sum((self._cost_of(other.wire) for other in book.working()), Decimal(0))
        if not reserved + self._cost_of(order) <= book.cash():
            raise _refused("INSUFFICIENT_FUNDS", "the free cash does not pay for this", order)

    def _cost_of(self, wire: WireOrder) -> Decimal:
        """Cash that a working buy may need at worst, fee included; a sell needs none."""
        if wire.side is Side.SELL or wire.limit_price is None:
            return Decimal(0)
        return wire.limit_price * wire.quantity * (1 + Decimal(repr(self._costs.taker)))

    def find(self, client_order_id: str) -> VenueSnapshot | None:
        """How the venue sees an order; None when it does not know the id."""
        with self._file.request() as book:
            order = book.order(client_order_id)
        return None if order is None else snapshot(order)

    def cancel(self, client_order_id: str) -> None:
        """Withdraw a working order.

        Raises:
            VenueSilentError: UNKNOWN_ORDER when nothing works under this id; it proves nothing.
        """
        with self._file.request() as book:
            order = book.order(client_order_id)
            if order is None or not order.works:
                raise VenueSilentError(
                    "UNKNOWN_ORDER", "no such working order", value=client_order_id
                )
            book.set_order(client_order_id, "canceled", order.filled, "CLIENT")

    def open_orders(self) -> tuple[VenueSnapshot, ...]:
        """All orders that still work, oldest first."""
        with self._file.request() as book:
            return tuple(snapshot(order) for order in book.working())

    def trades_since(self, sequence: int) -> tuple[VenueTrade, ...]:
        """Trades after the cursor, in order."""
        with self._file.request() as book:
            return book.trades_since(sequence)

    def has_working(self, symbol: str) -> bool:
        """True when an order of this symbol still works."""
        with self._file.request() as book:
            return bool(book.working(symbol))

    def play(self, bar: MarketBar, phase: Phase) -> None:
        """Match working orders against one phase of a bar; a phase played before does nothing."""
        with self._file.request() as book:
            listed = book.market(bar.symbol)
            if listed is None or _was_played(listed, bar, phase):
                return
            market = Market(bar, listed.instrument, self._costs)
            for match in matches(book.working(bar.symbol), market, phase):
                _settle(match, bar, book)
            for order in book.working(bar.symbol):
                _expire(order, book)
            step = listed.instrument.price_step
            close = max(down(Decimal(repr(bar.close)), step), step)
            book.set_progress(bar.symbol, bar.opened_at, phase, close)


def snapshot(order: PaperOrder) -> VenueSnapshot:
    """An order of the exchange as its clients see it."""
    return VenueSnapshot(
        client_order_id=order.wire.client_order_id,
        venue_order_id=order.venue_order_id,
        symbol=order.wire.symbol,
        side=order.wire.side,
        status=order.status,
        quantity=order.wire.quantity,
        filled=order.filled,
        limit_price=order.wire.limit_price,
        reduce_only=order.wire.reduce_only,
        oco_group=order.wire.oco_group,
        reason=order.reason,
    )


def _refused(code: str, message: str, order: WireOrder) -> VenueRefusalError:
    return VenueRefusalError(code, message, value=order.client_order_id)


def _check_steps(order: WireOrder, listed: Instrument) -> None:
    prices = [price for price in (order.limit_price, order.trigger_price) if price is not None]
    on_steps = on_grid(order.quantity, listed.quantity_step)
    if not (on_steps and all(on_grid(price, listed.price_step) for price in prices)):
        raise _refused("BAD_STEP", "price or quantity is off the instrument's step", order)
    if not listed.min_quantity <= order.quantity <= listed.max_quantity:
        raise _refused("BAD_AMOUNT", "the quantity is outside the instrument's bounds", order)
    bound = order.limit_price or order.trigger_price
    if bound is None:
        raise _refused("BAD_AMOUNT", "an order needs a limit or a trigger", order)
    if not order.reduce_only and not order.quantity * bound >= listed.min_notional:
        raise _refused("BAD_AMOUNT", "the order is below the smallest notional", order)


def _was_played(listed: PaperMarket, bar: MarketBar, phase: Phase) -> bool:
    if listed.bar_opened_at is None or listed.phase is None:
        return False
    opened_at = utc_text(bar.opened_at)
    if opened_at != listed.bar_opened_at:
        return opened_at < listed.bar_opened_at
    return PHASES.index(phase) <= PHASES.index(listed.phase)


def _settle(match: Match, bar: MarketBar, book: PaperBook) -> None:
    """Book one fill: trade, cash, holding, the order itself and the others of its group."""
    # read anew: an earlier fill of this phase may have withdrawn it or sold what it reduces
    order = book.order(match.order.wire.client_order_id)
    listed = book.market(bar.symbol)
    if order is None or listed is None or not order.works:
        return
    wire, buys = order.wire, order.wire.side is Side.BUY
    quantity = order.remaining if buys else min(order.remaining, listed.held)
    if not quantity > 0:
        book.set_order(wire.client_order_id, "canceled", order.filled, "NOTHING_HELD")
        return
    fee = match.fee(quantity)
    number = book.next_trade()
    book.add_trade(
        VenueTrade(
            sequence=number,
            venue_trade_id=f"paper-t{number}",
            client_order_id=wire.client_order_id,
            symbol=wire.symbol,
            side=wire.side,
            quantity=quantity,
            price=match.price,
            fee=fee,
            fee_asset=listed.instrument.quote,
            time=bar.opened_at,
        )
    )
    value = match.price * quantity
    book.set_cash(book.cash() - fee + (-value if buys else value))
    book.set_held(wire.symbol, listed.held + (quantity if buys else -quantity))
    filled = order.filled + quantity
    done = filled == wire.quantity
    book.set_order(
        wire.client_order_id,
        "filled" if done else "canceled",
        filled,
        "" if done else "NOTHING_HELD",
    )
    _withdraw_group(order, book)


def _withdraw_group(done: PaperOrder, book: PaperBook) -> None:
    if done.wire.oco_group is None:
        return
    for other in book.working(done.wire.symbol):
        if other.wire.oco_group == done.wire.oco_group:
            book.set_order(other.wire.client_order_id, "canceled", other.filled, "OCO")


def _expire(order: PaperOrder, book: PaperBook) -> None:
    if order.wire.time_in_force == "ioc":
        book.set_order(order.wire.client_order_id, "expired", order.filled, "TIME_IN_FORCE")

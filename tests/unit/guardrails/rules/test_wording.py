"""Every row of the predicate can be worded: a sentence for its code, a word for its key."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guardrails.desk.web.render import texts
from guardrails.risk import assess
from guardrails.rules.bounds import bounds
from guardrails.rules.figures import figures, known
from guardrails.rules.logic import PYTHON
from guardrails.rules.numeric import SENTENCES
from guardrails.tickets import OrderTicket
from tests.desk_world import context, sale, ticket
from tests.risk_world import HELD, market

MEASURED = market(volume=Decimal(900), depth=Decimal(9))


@pytest.mark.parametrize("order", [ticket(), sale("0.005")], ids=["entry", "exit"])
def test_every_row_has_a_sentence_a_use_and_a_word(order: OrderTicket) -> None:
    """A new limit cannot reach a page as a bare code or key."""
    world = context(book=HELD, **MEASURED)
    facts = known(world)
    assert facts is not None
    f = figures(order, facts, world)
    rows = bounds(PYTHON, f.order, f.state, f.market, f.limits)
    uses = {row.key for row in assess(order, world).uses}
    assert {code for code, _, _ in rows} <= set(SENTENCES)
    if not f.out:
        assert {key for _, key, _ in rows if key} - uses == {"exit_reserve_count"}
    for language in ("en", "de"):
        words = {name.partition(".")[2] for name in texts(language) if name.startswith("limit.")}
        assert uses | {key for _, key, _ in rows if key} <= words


def test_an_exit_uses_its_own_reserve_alone() -> None:
    """Of the limits on pace an exit shows the reserve, an entry all the others."""
    world = context(book=HELD)
    entry, leaving = (
        {row.key for row in assess(one, world).uses} for one in (ticket(), sale("0.005"))
    )
    assert "exit_reserve_count" in leaving - entry
    assert "max_repeats_count" in entry - leaving


def test_without_a_quote_no_limit_on_prices_is_shown() -> None:
    """What cannot be measured has no use; the rest of the table stays."""
    uses = {row.key for row in assess(ticket(), context(quote=None)).uses}
    assert "price_collar_bps" not in uses
    assert "max_order_notional_bps" in uses
    assert assess(ticket(), context(value=None)).uses == ()

"""A receipt says what set its order off and how far off the fill was; news says what is left."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.orders import OrderAction, TriggerNote
from bot.domain.positions import Side
from bot.domain.resting import (
    NewResting,
    Resting,
    RestingAction,
    RestingKind,
    RestingState,
    Wait,
)
from bot.domain.triggers import Gauge, Reach
from bot.domain.users import Mode
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.screens import receipts, triggered
from tests.builders.desks import NOON
from tests.builders.views import a_fill, a_position, a_receipt, a_token

KEYS = Keys(owner=1001, nonce="abcdefghij", bot_name="kitrader")
STOP = NewResting(
    number=7,
    kind=RestingKind.STOP,
    action=RestingAction.CLOSE,
    side=Side.LONG,
    token_id=1,
    wait=Wait(gauge=Gauge.PRICE_SOL, reach=Reach.BELOW, level=Decimal("0.02")),
    expires_at=NOON + timedelta(days=30),
    slippage_bps=1500,
    position_number=12,
)


def order(placed: NewResting = STOP) -> Resting:
    return Resting(
        user_id=1001,
        order_id=1,
        mode=Mode.PAPER,
        season=1,
        placed=placed,
        state=RestingState.WORKING,
        generation=0,
        created_at=NOON,
    )


def words(screen: Screen) -> str:
    return screen.text.render()[0]


def note(**parts: object) -> TriggerNote:
    whole = TriggerNote(
        number=7,
        kind=RestingKind.STOP,
        gauge=Gauge.PRICE_SOL,
        level=Decimal("0.02"),
        level_price=Decimal("0.02"),
        seen_price=Decimal("0.0181"),
        triggered_at=NOON,
    )
    return replace(whole, **parts)  # type: ignore[arg-type]


def sold_at(price: str, **parts: object) -> str:
    receipt = a_receipt(action=OrderAction.CLOSE, trigger=note(**parts))
    fill = replace(receipt.fill, bought=False, fill_price=Decimal(price))
    times = replace(receipt.times, source_at=NOON, filled_at=NOON + timedelta(seconds=2.4))
    return words(receipts.receipt(a_fill(receipt=replace(receipt, fill=fill, times=times)), KEYS))


def test_a_receipt_shows_level_gap_and_delay() -> None:
    shown = sold_at("0.018")
    assert "⏳ Stop #7 at 0.02 SOL" in shown
    assert "Seen at 0.0181 · filled 0.018 SOL (gap \N{MINUS SIGN}10%, worse)" in shown
    assert "pool moved 12:00:00.000 · seen 12:00:00.000 · filled +2.4 s" in shown
    assert "away" not in shown


def test_a_better_fill_is_not_called_worse() -> None:
    assert "(gap +5%)" in sold_at("0.021")


def test_a_receipt_says_what_was_crossed_while_away_and_tried_before() -> None:
    shown = sold_at("0.018", is_while_away=True, attempts=2)
    assert "Crossed while I was away" in shown
    assert "Try 3" in shown


def test_a_level_in_dollars_has_their_sign() -> None:
    assert "at $3.00" in sold_at("0.018", gauge=Gauge.PRICE_USD, level=Decimal(3))


def test_a_moment_has_no_level_and_no_gap() -> None:
    shown = sold_at("0.018", kind=RestingKind.TIME, gauge=None, level=None, level_price=None)
    assert "⏳ Time exit #7\n" in shown
    assert "gap" not in shown


def test_who_loses_a_stop_is_told_so() -> None:
    token = a_token()
    late = Refusal("slippage_too_high", slippage=Decimal("0.21"), limit=Decimal("0.15"))
    for screen in (
        triggered.rejected(order(), token, late, KEYS),
        triggered.expired(order(), token, KEYS),
        triggered.expires_soon(order(), token, KEYS),
    ):
        assert "Position #12 goes on without it" in words(screen).replace("position", "Position")
    assert "21% worse" in words(triggered.rejected(order(), token, late, KEYS))


def test_what_is_held_back_says_until_when_it_is_tried() -> None:
    shown = words(triggered.held_back(order(), a_token(), Refusal("stale_price"), KEYS))
    assert "5 Nov 12:00 UTC" in shown
    moved = words(triggered.protected(order(), a_token(), a_position(), KEYS))
    assert "at its entry now" in moved

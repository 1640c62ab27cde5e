"""What is said of money that came, left, or lies in empty accounts: its mode first, its figures."""

from datetime import UTC, datetime

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.pictures.painter import ThreadPainter
from bot.domain.live_wallets import LiveWallet
from bot.domain.movements import Movement
from bot.domain.notices import Priority
from bot.ports.live_movements import Cause, MovementSeen
from bot.ports.live_orders import LiveBalances
from bot.services.cleanups import CleanupView
from bot.services.deposits import DepositView
from bot.telegram.callbacks import Keys, new_nonce
from bot.telegram.movement_news import MovementNews
from bot.telegram.screens import live_cleanups, live_movements
from tests.builders.rpc_pools import seeded_chance
from tests.fakes.chat_services import a_token

ADDRESS, OTHER = "5" * 44, "7" * 44
AT = datetime(2026, 7, 25, 14, 3, 7, tzinfo=UTC)
SOL = 10**9
KEYS = Keys(owner=7, nonce=new_nonce(AT, seeded_chance()), bot_name="kit")
WALLET = LiveBalances(
    user_id=7,
    wallet_number=1,
    address=ADDRESS,
    version=1,
    lamports=2 * SOL,
    rent_lamports=0,
    tokens={},
    slot=1,
    is_busy=False,
)


def moved(movement: Movement, cause: Cause = Cause.EXTERNAL) -> tuple[str, str, Priority]:
    """Give the text of its news, its buttons, and how urgent it is."""
    news = MovementNews(
        clock=SystemClock(), chance=seeded_chance(), bot_name="kit", explorer="https://look/"
    )
    (notice,) = news.moved(WALLET, movement, cause, {a_token().mint: a_token()})
    buttons = str(notice.payload["reply_markup"])
    return str(notice.payload["text"]), buttons, notice.priority


def test_a_deposit_names_its_amount_giver_and_time() -> None:
    came = Movement(signature="sig", slot=1, lamports=SOL // 2, counterpart=OTHER, sent_at=AT)
    text, buttons, priority = moved(came)
    assert text.startswith("LIVE")
    assert all(part in text for part in ("+0.5 SOL", OTHER, "14:03", "2.5 SOL"))
    assert "https://look/sig" in buttons
    assert priority is Priority.FILL


def test_money_that_left_is_told_before_all_else_with_a_way_to_freeze() -> None:
    left = Movement(signature="sig", slot=1, lamports=-SOL, counterpart=OTHER, sent_at=AT)
    text, buttons, priority = moved(left)
    assert "not by me" in text
    assert "-1 SOL" in text.replace("−", "-")  # noqa: RUF001 (as figures are written)
    assert "sfrz" in buttons
    assert priority is Priority.SAFETY


def test_tokens_are_named_and_unknown_ones_by_their_mint() -> None:
    token = a_token()
    tokens = {token.mint: 5 * 10**token.decimals, "So1anaUnknownMint": 12}
    text, _, _ = moved(Movement(signature="sig", slot=1, lamports=0, tokens=tokens))
    assert f"+5 {token.symbol}" in text
    assert "12 base units of So1ana" in text


def test_a_cleanup_tells_what_came_back_and_what_it_cost() -> None:
    back = Movement(signature="sig", slot=1, lamports=2_000_000, rents={"mint": -2_039_280})
    text, _, _ = moved(back, Cause.CLEANUP)
    assert "0.0020" in text
    failed = Movement(signature="sig", slot=1, lamports=-5_000)
    assert "failed" in moved(failed, Cause.CLEANUP)[0]


def test_the_deposit_screen_shows_the_address_as_text_and_as_a_picture() -> None:
    view = DepositView(
        wallet=LiveWallet(user_id=7, number=1, chain="solana", address=ADDRESS, created_at=AT),
        lamports=SOL,
        unlisted=2,
        movements=[
            MovementSeen(
                signature="sig",
                cause=Cause.CLEANUP,
                lamports=SOL,
                tokens={},
                counterpart=None,
                sent_at=None,
                booked_at=AT,
            )
        ],
        tokens={},
        is_paused=True,
    )
    screen = live_movements.deposit(view, KEYS)
    text = screen.text.render()[0]
    assert text.startswith("LIVE deposit")
    assert ADDRESS in text
    assert "2 other tokens" in text
    assert "Paused" in text
    assert screen.picture == {"what": "deposit", "address": ADDRESS}


def test_the_cleanup_screens_say_what_comes_back() -> None:
    view = CleanupView(
        wallet=WALLET, places=(), rent_lamports=2_039_280, fee_lamports=5_000, more=1
    )
    offered = live_cleanups.offer(view, KEYS)
    assert "lcln" in offered.rows[0][0].data
    words = [screen.text.render()[0] for screen in (
        offered, live_cleanups.begun(view), live_cleanups.nothing(), live_cleanups.ended()
    )]  # fmt: skip
    assert all(text.startswith("LIVE cleanup") for text in words)


@pytest.mark.parametrize("text", [ADDRESS, "short"])
async def test_an_address_is_drawn_as_a_code(text: str) -> None:
    drawn = await ThreadPainter().draw_code(text)
    assert drawn.startswith(b"\x89PNG")

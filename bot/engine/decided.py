"""What an order came to, and how it is wrapped up for the books."""

from datetime import datetime

from bot.domain.ledger import Transfer
from bot.domain.orders import Fill, FillReason, OrderAction, Receipt, Timestamps
from bot.domain.positions import Position
from bot.domain.requests import Request, hash_of
from bot.domain.values import value
from bot.engine.paper_venue import Market
from bot.ports.books import Desk, Settlement


@value
class Decided:
    """One decided order: its fill, the position after it, and the transfers it means."""

    fill: Fill
    position: Position
    transfers: tuple[Transfer, ...]
    wallet_after_lamports: int
    rent_paid_lamports: int = 0
    rent_returned_lamports: int = 0
    margin_lamports: int = 0
    realised_pnl_lamports: int | None = None


def times_of(request: Request, market: Market, at: datetime) -> Timestamps:
    """Give the moments of an order from its request and the market it was decided on."""
    return Timestamps(
        source_at=request.source_at,
        received_at=request.received_at,
        decided_at=market.read_at,
        filled_at=at,
    )


def settlement_of(
    desk: Desk, action: OrderAction, decided: Decided, wish: str, times: Timestamps
) -> Settlement:
    """Wrap a decided order for the books; `wish` is what the request asked for, in one line."""
    position = decided.position
    receipt = Receipt(
        order_number=desk.wallet.last_order + 1,
        position_number=position.number,
        action=action,
        side=position.side,
        token_id=position.token_id,
        fill=decided.fill,
        rent_paid_lamports=decided.rent_paid_lamports,
        rent_returned_lamports=decided.rent_returned_lamports,
        margin_lamports=decided.margin_lamports,
        leverage=position.leverage,
        realised_pnl_lamports=decided.realised_pnl_lamports,
        wallet_before_lamports=desk.wallet.cash_lamports,
        wallet_after_lamports=decided.wallet_after_lamports,
        remaining_token_units=position.token_units,
        times=times,
    )
    return Settlement(
        user_id=desk.user.user_id,
        mode=desk.wallet.mode,
        season=desk.wallet.season,
        wallet_version=desk.wallet.version,
        request_hash=hash_of(wish),
        receipt=receipt,
        position=position,
        transfers=decided.transfers,
        is_forced=action is OrderAction.LIQUIDATE,
        reason=FillReason.LIQUIDATION if action is OrderAction.LIQUIDATE else FillReason.MANUAL,
    )

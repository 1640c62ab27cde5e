"""What a wallet has now, for sizes that are a share of it."""

from bot.engine.marks import mark_position
from bot.engine.resting_sizes import Means
from bot.ports.books import Desk
from bot.services.price_board import PriceBoard


def means_of(desk: Desk, board: PriceBoard) -> Means:
    """Give cash, and equity with every position at what its pool would pay now.

    A position that has no price counts nothing: better too small a size than too large a one.
    """
    equity = desk.wallet.cash_lamports + desk.wallet.rent_lamports
    for position in desk.positions:
        priced = board.priced(position.token_id)
        if priced is not None:
            equity += mark_position(position, priced.best, 0.0).equity_lamports
    return Means(cash_lamports=desk.wallet.cash_lamports, equity_lamports=equity)

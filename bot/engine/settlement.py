"""From a fill to the books: which transfers it means, and what the position becomes.

Each movement is one transfer between two accounts of the same asset; a swap is two of them
through the user's own market account.
"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.domain.identifiers import SOL_MINT
from bot.domain.ledger import AccountKey, AccountKind, Transfer, TransferCode
from bot.domain.money import Rounding, portion
from bot.domain.orders import Fill
from bot.domain.positions import Position, PositionState

CASH = AccountKey(kind=AccountKind.CASH, asset=SOL_MINT)
FEES = AccountKey(kind=AccountKind.FEES, asset=SOL_MINT)
MARKET = AccountKey(kind=AccountKind.MARKET, asset=SOL_MINT)
INSURANCE = AccountKey(kind=AccountKind.INSURANCE, asset=SOL_MINT)


Planned = tuple[AccountKey, AccountKey, int, TransferCode]
"""A movement to be booked: debit, credit, units, and why."""


@lru_cache(maxsize=4096)
def token_account(kind: AccountKind, mint: str) -> AccountKey:
    """Give the user's account of a token (holding, market or debt)."""
    return AccountKey(kind=kind, asset=mint)


@lru_cache(maxsize=4096)
def position_account(kind: AccountKind, number: int) -> AccountKey:
    """Give a position's own SOL account (margin or rent)."""
    return AccountKey(kind=kind, asset=SOL_MINT, position=number)


def moves(*planned: Planned) -> tuple[Transfer, ...]:
    """Give the transfers of a plan, leaving out those that would move nothing."""
    return tuple(
        Transfer(debit=debit, credit=credit, units=units, code=code)
        for debit, credit, units, code in planned
        if units
    )


def _withheld(source: AccountKey, mint: str, fill: Fill) -> Planned:
    """Give the token's own fee back to the market, which stands for everybody else."""
    market = token_account(AccountKind.MARKET, mint)
    return (source, market, fill.transfer_fee_units, TransferCode.TRANSFER_FEE)


def buy_long(fill: Fill, mint: str, number: int, rent_lamports: int) -> tuple[Transfer, ...]:
    """Pay SOL, receive tokens less the token's own fee, pay the network, lock the account's rent.

    The pool sends the fee too; it is withheld as the tokens arrive.
    """
    holding = token_account(AccountKind.HOLDING, mint)
    return moves(
        (CASH, MARKET, fill.sol_lamports, TransferCode.SWAP_IN),
        (
            token_account(AccountKind.MARKET, mint),
            holding,
            fill.token_units + fill.transfer_fee_units,
            TransferCode.SWAP_OUT,
        ),
        _withheld(holding, mint, fill),
        (CASH, FEES, fill.network_fee_lamports, TransferCode.NETWORK_FEE),
        (
            CASH,
            position_account(AccountKind.RENT, number),
            rent_lamports,
            TransferCode.RENT_PAID,
        ),
    )


def sell_long(fill: Fill, mint: str, number: int, rent_lamports: int) -> tuple[Transfer, ...]:
    """Give tokens, receive SOL, pay the network, and take back the rent of an emptied account.

    The token's own fee is part of what is given; only the rest reaches the pool.
    """
    holding = token_account(AccountKind.HOLDING, mint)
    return moves(
        (
            holding,
            token_account(AccountKind.MARKET, mint),
            fill.token_units - fill.transfer_fee_units,
            TransferCode.SWAP_IN,
        ),
        _withheld(holding, mint, fill),
        (MARKET, CASH, fill.sol_lamports, TransferCode.SWAP_OUT),
        (
            position_account(AccountKind.RENT, number),
            CASH,
            rent_lamports,
            TransferCode.RENT_RETURNED,
        ),
        (CASH, FEES, fill.network_fee_lamports, TransferCode.NETWORK_FEE),
    )


def sell_short(fill: Fill, mint: str, number: int, margin_lamports: int) -> tuple[Transfer, ...]:
    """Post margin, borrow and sell tokens, and keep the proceeds beside the margin."""
    margin = position_account(AccountKind.MARGIN, number)
    debt = token_account(AccountKind.DEBT, mint)
    return moves(
        (CASH, margin, margin_lamports, TransferCode.MARGIN_POSTED),
        (
            debt,
            token_account(AccountKind.MARKET, mint),
            fill.token_units - fill.transfer_fee_units,
            TransferCode.SHORT_SOLD,
        ),
        _withheld(debt, mint, fill),
        (MARKET, margin, fill.sol_lamports, TransferCode.SHORT_PROCEEDS),
        (CASH, FEES, fill.network_fee_lamports, TransferCode.NETWORK_FEE),
    )


def buy_back_short(
    fill: Fill, mint: str, number: int, *, shortfall_lamports: int, release_lamports: int
) -> tuple[Transfer, ...]:
    """Pay the buy-back from the margin account, return the tokens, release what is left.

    A loss beyond the collateral (`shortfall_lamports`) falls on the insurance account: the
    margin is isolated and the user never owes more than it.
    """
    margin = position_account(AccountKind.MARGIN, number)
    debt = token_account(AccountKind.DEBT, mint)
    return moves(
        (INSURANCE, margin, shortfall_lamports, TransferCode.INSURANCE_PAID),
        (margin, MARKET, fill.sol_lamports, TransferCode.SHORT_COST),
        (
            token_account(AccountKind.MARKET, mint),
            debt,
            fill.token_units + fill.transfer_fee_units,
            TransferCode.SHORT_BOUGHT_BACK,
        ),
        _withheld(debt, mint, fill),
        (margin, CASH, release_lamports, TransferCode.MARGIN_RETURNED),
        (CASH, FEES, fill.network_fee_lamports, TransferCode.NETWORK_FEE),
    )


def proceeds_left(position: Position, units: int, collateral_left_lamports: int) -> int:
    """Give the part of a short's proceeds that stays when `units` go: no more than is there.

    A part bought back at a bad price may eat into what the rest was sold for; that loss is
    realised with the part, so that realised gains always add up to the cash that moved.
    """
    left = position.token_units - units
    share = portion(position.proceeds_lamports, left, position.token_units, Rounding.DOWN)
    return min(share, collateral_left_lamports)


def reduced(
    position: Position,
    *,
    units: int,
    collateral_left_lamports: int,
    realised_lamports: int,
    fee_lamports: int,
    at: datetime,
    closed_as: PositionState,
) -> Position:
    """Give the position after `units` of it were closed; its costs shrink in proportion.

    The part of the cost that leaves is rounded up when all goes, so nothing is left behind.
    """
    left = position.token_units - units
    proceeds = proceeds_left(position, units, collateral_left_lamports)
    return replace(
        position,
        state=PositionState.OPEN if left else closed_as,
        token_units=left,
        cost_lamports=portion(position.cost_lamports, left, position.token_units, Rounding.DOWN),
        proceeds_lamports=proceeds,
        margin_lamports=collateral_left_lamports - proceeds,
        rent_lamports=position.rent_lamports if left else 0,
        realised_pnl_lamports=position.realised_pnl_lamports + realised_lamports,
        fees_lamports=position.fees_lamports + fee_lamports,
        closed_at=None if left else at,
    )

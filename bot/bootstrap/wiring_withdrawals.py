"""Wire withdrawals of real money."""

import secrets
from datetime import timedelta
from decimal import ROUND_CEILING, localcontext

from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.withdrawal_addresses import PostgresAddressList
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.adapters.solana.destinations import SolanaDestinations
from bot.bootstrap.parts import Parts
from bot.bootstrap.settings import Settings
from bot.domain.instruments import Token
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.withdrawals import WithdrawalRules
from bot.services.factors import Factors
from bot.services.live_means import LiveMeans
from bot.services.price_board import PriceBoard
from bot.services.withdrawal_addresses import WithdrawalAddresses
from bot.services.withdrawal_desk import WithdrawalDesk
from bot.services.withdrawal_means import WithdrawalMeans, WithdrawalNotices, Worth
from bot.services.withdrawal_payments import WithdrawalPayments
from bot.services.withdrawals import Withdrawals

_NONCE_BYTES = 24
_DIGITS = 60


def wire_withdrawals(  # noqa: PLR0917 (one of each)
    settings: Settings,
    parts: Parts,
    live: LiveMeans,
    factors: Factors,
    notices: WithdrawalNotices,
    on_outbox: OnOutbox,
) -> WithdrawalDesk:
    """Build lists, wishes and payments."""
    means = WithdrawalMeans(
        live=live,
        book=PostgresWithdrawals(parts.outside.pool, on_outbox),
        addresses=PostgresAddressList(parts.outside.pool, on_outbox),
        looks=SolanaDestinations(parts.outside.rpc),
        notices=notices,
        rules=withdrawal_rules(settings),
        worth=worth_on(parts.board),
        draw=lambda: secrets.token_urlsafe(_NONCE_BYTES),
    )
    return WithdrawalDesk(
        addresses=WithdrawalAddresses(means),
        asking=Withdrawals(means, factors),
        payments=WithdrawalPayments(means),
    )


def withdrawal_rules(settings: Settings) -> WithdrawalRules:
    """Give the caps and waits that the settings name."""
    return WithdrawalRules(
        order_lamports=int(settings.withdrawal_order_sol * LAMPORTS_PER_SOL),
        day_lamports=int(settings.withdrawal_day_sol * LAMPORTS_PER_SOL),
        all_day_lamports=int(settings.withdrawal_all_day_sol * LAMPORTS_PER_SOL),
        address_wait=timedelta(minutes=settings.withdrawal_address_wait_minutes),
        factor_wait=timedelta(minutes=settings.withdrawal_factor_wait_minutes),
        delay=timedelta(minutes=settings.withdrawal_delay_minutes),
    )


def worth_on(board: PriceBoard) -> Worth:
    """Value tokens at the board's price, which is more than selling them would bring."""

    def worth(token: Token, units: int) -> int | None:
        priced = board.priced(token.token_id)
        if priced is None:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            lamports = priced.best.price * units / 10**token.decimals * LAMPORTS_PER_SOL
        return int(lamports.to_integral_value(ROUND_CEILING))

    return worth

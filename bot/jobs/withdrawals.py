"""The clock's door to withdrawals: lapses, stops, sends what is due, and follows what is out."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.jobs.schedule import guarded
from bot.services.withdrawal_payments import WithdrawalPayments

Pause = Callable[[float], Awaitable[None]]
_ROUND_SECONDS = 2.0


async def carry_on_withdrawals(payments: WithdrawalPayments, pause: Pause = asyncio.sleep) -> None:
    """Run for ever, from the start on: what a crash left is taken up as any other is."""
    carry_on = guarded("withdrawals", payments.carry_on)
    while True:
        await carry_on()
        await pause(_ROUND_SECONDS)

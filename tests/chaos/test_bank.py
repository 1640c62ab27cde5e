"""Sixteen hands on eight wallets: every report right, no deadlock, no order lost."""

from tests.chaos.bank import bank
from tests.chaos.naive_bank import naive_bank


async def test_every_report_is_right_while_many_hands_trade(database_dsn: str, seed: int) -> None:
    tally = await bank(database_dsn, seconds=4, seed=seed)
    tally.check()
    assert tally.conflicts > 0, "nobody met anybody at a wallet"
    assert tally.torn_totals > 0, "a report read in pieces must be wrong, or this proves nothing"


async def test_a_naive_bank_is_wrong_within_six_seconds(database_dsn: str, seed: int) -> None:
    tally = await naive_bank(database_dsn, seconds=6, seed=seed)
    assert tally.wrong_after_seconds is not None

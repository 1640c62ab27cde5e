"""Puts the findings on a token together: its mint's powers first, then its market."""

from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.safety import RoundTrip, SafetyReport, TokenFacts
from bot.domain.safety_market import judge_market
from bot.domain.safety_powers import judge_powers
from bot.domain.transfer_fees import TransferFee


def judge(
    token: Token,
    *,
    facts: TokenFacts | None,
    fee: TransferFee,
    trip: RoundTrip | None,
    depth_lamports: int,
    at: datetime,
) -> SafetyReport:
    """Judge a token by its mint as last read, and by what is known of its market.

    `fee` is the transfer fee in force, `depth_lamports` the SOL in the pool that prices it.
    """
    market = judge_market(token, facts, trip, depth_lamports, at)
    return SafetyReport(
        lines=(*judge_powers(token, fee), *market.lines), unknown=tuple(market.unknown)
    )

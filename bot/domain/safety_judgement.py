"""Puts the findings on a token together: its mint's powers first, then its market."""

from datetime import datetime

from bot.domain.instruments import Token
from bot.domain.safety import HoldersTold, RoundTrip, SafetyReport, TokenFacts
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
    told: HoldersTold | None = None,
) -> SafetyReport:
    """Judge a token by its mint as last read, and by what is known of its market.

    `fee` is the transfer fee in force, `depth_lamports` the SOL in the pool that prices it,
    `told` what a source says of holders, for where no node does.
    """
    market = judge_market(token, facts, trip, depth_lamports, at, told=told)
    return SafetyReport(
        lines=(*judge_powers(token, fee), *market.lines), unknown=tuple(market.unknown)
    )

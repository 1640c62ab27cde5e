"""Facts of a token that is safe in every way, with the parts a test names."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.identifiers import TOKEN_PROGRAM
from bot.domain.instruments import Token
from bot.domain.safety import (
    Holder,
    HoldersTold,
    Liquidity,
    LiquidityKind,
    RoundTrip,
    SafetyLine,
    SafetyReport,
    TokenFacts,
)
from bot.domain.safety_judgement import judge
from bot.domain.tokens import MintReading
from bot.domain.transfer_fees import NO_FEE, TransferFee
from tests.builders.desks import NOON, SOL, token

SUPPLY = 10**15
SAFE_TRIP = RoundTrip(spent_lamports=SOL, returned_lamports=995_000_000)


def a_mint(**parts: object) -> MintReading:
    mint = MintReading(
        mint=token().mint,
        program=TOKEN_PROGRAM,
        decimals=6,
        supply=SUPPLY,
        mint_authority=None,
        freeze_authority=None,
    )
    return replace(mint, **parts)


def safe_facts(**parts: object) -> TokenFacts:
    facts = TokenFacts(
        mint=a_mint(),
        slot=100,
        liquidity=Liquidity(pool="pool", kind=LiquidityKind.LP_TOKENS, burned=Decimal(1)),
        pooled_units=SUPPLY // 5,
        holders=(Holder(owner="somebody", units=SUPPLY // 50),),
        opened_at=NOON - timedelta(days=40),
    )
    return replace(facts, **parts)


def judged(
    of: Token | None = None,
    *,
    facts: TokenFacts | None = None,
    fee: TransferFee = NO_FEE,
    trip: RoundTrip | None = SAFE_TRIP,
    depth_lamports: int = 500 * SOL,
    at: datetime = NOON,
    told: HoldersTold | None = None,
) -> SafetyReport:
    return judge(
        of or token(),
        facts=facts or safe_facts(),
        fee=fee,
        trip=trip,
        depth_lamports=depth_lamports,
        at=at,
        told=told,
    )


def line_of(report: SafetyReport, word: str) -> SafetyLine:
    """The finding with this word, which must be there once."""
    (line,) = (line for line in report.lines if line.word == word)
    return line

"""Judges a token's market: liquidity that may be pulled, few holders, a young pool, a sale."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from bot.domain.instruments import Token
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.safety import (
    Holder,
    HoldersTold,
    Level,
    Liquidity,
    LiquidityKind,
    RoundTrip,
    SafetyLine,
    TokenFacts,
)

_SAFE_LP, _HALF = Decimal("0.95"), Decimal("0.5")
_SMALL_POOLED, _DEEP_LAMPORTS = Decimal("0.05"), 1_000 * LAMPORTS_PER_SOL
_THIN_LAMPORTS = 10 * LAMPORTS_PER_SOL
_MANY_HANDS, _ONE_HAND = Decimal("0.5"), Decimal("0.9")
_COUNTED_HOLDERS = 10
_YOUNG = timedelta(days=1)
_DEAR_TRIP, _RUINOUS_TRIP = Decimal("0.1"), Decimal("0.5")


@dataclass(slots=True, kw_only=True)
class MarketFindings:
    """Lines found, and subjects that nobody told about."""

    lines: list[SafetyLine] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add(self, subject: str, level: Level, word: str, why: str) -> None:
        """Add a finding."""
        self.lines.append(SafetyLine(subject=subject, level=level, word=word, why=why))


def judge_market(
    token: Token,
    facts: TokenFacts | None,
    trip: RoundTrip | None,
    depth_lamports: int,
    at: datetime,
    *,
    told: HoldersTold | None = None,
) -> MarketFindings:
    """Judge what is known of a token's market; facts are None where none could be read.

    What a source `told` of holders counts only where the chain's nodes say nothing of them.
    """
    found = MarketFindings()
    age = at - facts.opened_at if facts and facts.opened_at else None
    _judge_liquidity(found, facts.liquidity if facts else None, age)
    _judge_depth(found, token, facts.pooled_units if facts else None, depth_lamports)
    if facts is not None and facts.holders is not None:
        _judge_holders(found, token, facts.holders)
    else:
        _judge_told(found, told)
    _judge_age(found, age)
    _judge_trip(found, trip)
    return found


def _judge_liquidity(
    found: MarketFindings, liquidity: Liquidity | None, age: timedelta | None
) -> None:
    if liquidity is None:
        found.unknown.append("who may take the liquidity away")
        return
    match liquidity.kind:
        case LiquidityKind.CURVE:
            why = "the launch curve keeps its liquidity; nobody can take it"
            found.add("Liquidity", Level.OK, "on its curve", why)
        case LiquidityKind.POSITIONS:
            found.unknown.append(
                "who may take the liquidity away (a concentrated pool has no LP token)"
            )
        case LiquidityKind.LP_TOKENS | LiquidityKind.LOCKS:
            _judge_lp(found, liquidity, age)


def _judge_lp(found: MarketFindings, liquidity: Liquidity, age: timedelta | None) -> None:
    if liquidity.burned is None:
        found.unknown.append("how much of the LP is burned")
        return
    locked = liquidity.locked or Decimal(0)
    safe = liquidity.burned + locked
    parts = (
        f"{percent(liquidity.burned)} burned" if liquidity.burned else "",
        f"{percent(locked)} locked" if locked else "",
    )
    told = " and ".join(part for part in parts if part) or "nothing burned or locked"
    if safe >= _SAFE_LP:
        word = "LP burned" if liquidity.burned >= locked else "LP locked"
        found.add("Liquidity", Level.OK, word, f"{told}: nobody can take it away")
        return
    if liquidity.locked is None:
        found.unknown.append("whether LP tokens are locked")
    is_fresh = age is not None and age < _YOUNG and safe < _HALF
    why = f"{told}; who holds the rest can take {percent(1 - safe)} of the liquidity away"
    if is_fresh:
        found.add("Liquidity", Level.DANGER, "LP can be pulled", f"{why}, and the pool is new")
    else:
        found.add("Liquidity", Level.WARN, "LP can be pulled", why)


def _judge_depth(
    found: MarketFindings, token: Token, pooled_units: int | None, depth_lamports: int
) -> None:
    deep = f"about {depth_lamports // LAMPORTS_PER_SOL} SOL deep"
    if depth_lamports < _THIN_LAMPORTS:
        found.add("Depth", Level.WARN, "thin pool", f"{deep}: a small sale moves the price far")
    if pooled_units is None or not token.supply:
        found.unknown.append("how much of the supply is in pools")
        return
    share = fraction(pooled_units, token.supply)
    why = f"{percent(share)} of the supply is in the pools I read, {deep}"
    if share < _SMALL_POOLED and depth_lamports < _DEEP_LAMPORTS:
        found.add(
            "In pools", Level.WARN, "little in pools", why + "; the rest could be dumped on it"
        )
    else:
        found.add("In pools", Level.OK, "enough in pools", why)


def _judge_told(found: MarketFindings, told: HoldersTold | None) -> None:
    if told is None:
        found.unknown.append("who holds most of it")
        return
    why = f"{told.source} says that the largest holders have {percent(told.share)}"
    if told.share >= _MANY_HANDS:
        found.add("Holders", Level.WARN, "few holders", why)
    else:
        found.add("Holders", Level.OK, "spread out", why)


def _judge_holders(found: MarketFindings, token: Token, holders: tuple[Holder, ...]) -> None:
    if not token.supply:
        found.unknown.append("who holds most of it")
        return
    largest = fraction(holders[0].units, token.supply) if holders else Decimal(0)
    counted = holders[:_COUNTED_HOLDERS]
    together = fraction(sum(holder.units for holder in counted), token.supply)
    why = (
        f"the largest account beside the pools holds {percent(largest)}, "
        f"the {_COUNTED_HOLDERS} largest {percent(together)}"
    )
    if largest >= _ONE_HAND:
        found.add("Holders", Level.DANGER, "one holder", why)
    elif together >= _MANY_HANDS:
        found.add("Holders", Level.WARN, "few holders", why)
    else:
        found.add("Holders", Level.OK, "spread out", why)


def _judge_age(found: MarketFindings, age: timedelta | None) -> None:
    if age is None:
        found.unknown.append("how old the pool is")
        return
    hours = max(int(age / timedelta(hours=1)), 0)
    told = f"open for {hours // 24} days" if age >= _YOUNG else f"open for {hours} hours"
    if age < _YOUNG:
        found.add("Age", Level.WARN, "new pool", f"{told}; most that go to nothing do it at once")
    else:
        found.add("Age", Level.OK, "not new", told)


def _judge_trip(found: MarketFindings, trip: RoundTrip | None) -> None:
    if trip is None:
        found.unknown.append("whether it can be sold")
        return
    if trip.returned_lamports is None:
        found.add("Sale", Level.DANGER, "cannot be sold", f"no sale can be quoted: {trip.reason}")
        return
    lost = 1 - fraction(trip.returned_lamports, trip.spent_lamports)
    why = f"buying and selling at once loses {percent(lost)}, impact and fees included"
    level = (
        Level.DANGER if lost >= _RUINOUS_TRIP else Level.WARN if lost >= _DEAR_TRIP else Level.OK
    )
    found.add("Sale", level, "dear to sell" if level is not Level.OK else "can be sold", why)


def fraction(part: int, whole: int) -> Decimal:
    """Give a part as a fraction of a whole above zero."""
    with localcontext() as context:
        context.prec = 40
        return Decimal(part) / Decimal(whole)


def percent(share: Decimal) -> str:
    """Give a fraction as a percentage of at most one decimal; little is not said to be none."""
    shown = (share * 100).quantize(Decimal("0.1"))
    if share > 0 and not shown:
        return "<0.1%"
    return f"{shown.normalize():f}%" if shown else "0%"

"""What the chain shows of the ways a token could rob its holders, and the judgement of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.tokens import MintReading


class Level(StrEnum):
    """How bad one finding is."""

    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


class LiquidityKind(StrEnum):
    """Who can take a pool's liquidity away."""

    LP_TOKENS = "lp_tokens"  # whoever holds the pool's LP tokens
    LOCKS = "locks"  # owners of positions, except what the pool itself locks for ever
    POSITIONS = "positions"  # owners of positions, at any time
    CURVE = "curve"  # nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquidity:
    """The liquidity of the pool that prices a token; shares are fractions of 1.

    `burned` is gone for ever, `locked` lies with a known locker; None where it is not known.
    """

    pool: str
    kind: LiquidityKind
    burned: Decimal | None = None
    locked: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A large holder that is no pool: its wallet and what one account of it holds."""

    owner: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What was read of a token at `slot`; None where the chain's nodes did not tell.

    `pooled_units` lie in the vaults of the pools that we read; `holders` are the largest
    first, pools left out; `opened_at` is when the pricing pool opened for trading.
    """

    mint: MintReading
    slot: int
    liquidity: Liquidity | None = None
    pooled_units: int | None = None
    holders: tuple[Holder, ...] | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersTold:
    """What an HTTP source says that the largest holders have together, as a fraction."""

    source: str
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """A small purchase and the sale at once of what it brought; `returned_lamports` None: no sale.

    Both are quoted on the pool as it stands, so impact counts on both ways.
    """

    spent_lamports: int
    returned_lamports: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyLine:
    """One finding: `word` says it in two or three words, `why` in a sentence."""

    subject: str
    level: Level
    word: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReport:
    """All findings on a token, and what could not be found out."""

    lines: tuple[SafetyLine, ...]
    unknown: tuple[str, ...] = ()

    def of(self, level: Level) -> tuple[SafetyLine, ...]:
        """Give the findings of one level."""
        return tuple(line for line in self.lines if line.level is level)

    @property
    def level(self) -> Level:
        """Give the worst level found."""
        if self.of(Level.DANGER):
            return Level.DANGER
        return Level.WARN if self.of(Level.WARN) else Level.OK

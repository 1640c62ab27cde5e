"""A live order: what was wanted, how each attempt stands, and when a new one may begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bot.domain.errors import KitraderError
from bot.domain.exit_spelling import spell_exits
from bot.domain.landing import NODES_NEEDED, Fate, Judgement, NodeWord, Seen
from bot.domain.orders import Fill
from bot.domain.requests import hash_of
from bot.domain.resting_plans import Exit

WHOLE_BPS = 10_000
LEAST_TIP_LAMPORTS, MOST_TIP_LAMPORTS = 1_000, 1_000_000
"""What Jito's block engine takes at least (docs.jito.wtf), and what we give at most."""


class LiveSide(StrEnum):
    """Whether SOL becomes a token, or a token SOL."""

    BUY = "buy"
    SELL = "sell"


class IntentState(StrEnum):
    """Where an intent stands; funds are held in the first state and in no other."""

    HELD = "held"
    FILLED = "filled"
    FAILED = "failed"  # attempts were made, and none of them can come to anything any more
    REFUSED = "refused"  # nothing was ever signed for it


class AttemptState(StrEnum):
    """Where an attempt stands; the same words are in the database's guard."""

    SIGNED = "signed"  # committed; whether the bytes are out is not known
    SENT = "sent"
    LANDED = "landed"  # some node saw it in a block that may still be dropped
    UNKNOWN = "unknown"  # long overdue, and nothing is proven: the funds stay held
    CONFIRMED = "confirmed"  # landed, and booked
    FINALIZED = "finalized"
    FAILED = "failed"  # landed as a failure: its fee is booked
    EXPIRED = "expired"  # proven to be in no block, now and for ever


_ANY_PROOF = frozenset({AttemptState.CONFIRMED, AttemptState.FAILED, AttemptState.EXPIRED})
LEGAL: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.SIGNED: _ANY_PROOF
    | {AttemptState.SENT, AttemptState.LANDED, AttemptState.UNKNOWN},
    AttemptState.SENT: _ANY_PROOF | {AttemptState.LANDED, AttemptState.UNKNOWN},
    AttemptState.LANDED: _ANY_PROOF | {AttemptState.SENT, AttemptState.UNKNOWN},
    AttemptState.UNKNOWN: _ANY_PROOF | {AttemptState.LANDED},
    AttemptState.CONFIRMED: frozenset({AttemptState.FINALIZED}),
    AttemptState.FINALIZED: frozenset(),
    AttemptState.FAILED: frozenset(),
    AttemptState.EXPIRED: frozenset(),
}
"""To which states each may go; a block seen may be dropped, so landed may be sent again."""
UNPROVEN = frozenset(
    {AttemptState.SIGNED, AttemptState.SENT, AttemptState.LANDED, AttemptState.UNKNOWN}
)
DEAD = frozenset({AttemptState.FAILED, AttemptState.EXPIRED})


class OddOutcome(KitraderError):
    """What a transaction did is not what its intent can have meant: people have to look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRules:
    """What no live order may go beyond; lamports, basis points and seconds.

    The caps are those of one attempt. No attempt begins `deadline_seconds` after the decision: the
    price of then is gone. `unknown_after_seconds` is when a person is told that nothing is known.
    `patience_seconds` is how long whoever placed it looks on; the job goes on behind that. A sale
    makes no account but one for wrapped SOL, so its rent has a lower cap.
    """

    most_slippage_bps: int = 1_000
    most_impact_bps: int = 500
    most_fee_lamports: int = 1_000_000
    most_tip_lamports: int = MOST_TIP_LAMPORTS
    most_rent_lamports: int = 5_500_000
    most_sale_rent_lamports: int = 2_100_000
    tip_lamports: int = 0
    most_attempts: int = 3
    deadline_seconds: float = 120.0
    unknown_after_seconds: float = 120.0
    patience_seconds: float = 90.0
    resend_seconds: float = 2.0
    look_seconds: float = 0.4
    nodes_needed: int = NODES_NEEDED

    @property
    def attempt_lamports(self) -> int:
        """Give what one attempt may cost beside rent."""
        return self.most_fee_lamports + self.most_tip_lamports

    @property
    def most_cost_lamports(self) -> int:
        """Give what a purchase may cost beside its amount, by all of its attempts."""
        return self.attempt_lamports * self.most_attempts + self.most_rent_lamports

    def sale_attempts(self, cash_lamports: int) -> int:
        """Give how many attempts of a sale a wallet can pay for, one at least.

        A sale has to be possible where little SOL is left, so it makes do with fewer.
        """
        affordable = (cash_lamports - self.most_sale_rent_lamports) // self.attempt_lamports
        return max(1, min(self.most_attempts, affordable))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """What a person asks for: `amount_in` lamports, or units of what position `number` holds.

    `least_out` is what they were shown to get at worst, or what their order accepts: with less,
    nothing is decided. A purchase may bring `exits`, placed in its fill's own transaction.
    A sale that nobody asks for by hand `is_forced`: it is made for a frozen person too.
    """

    wallet_number: int
    token_id: int
    side: LiveSide
    amount_in: int
    slippage_bps: int
    position_number: int | None = None
    least_out: int = 0
    exits: tuple[Exit, ...] = ()
    is_forced: bool = False

    @property
    def hash(self) -> str:
        """Give what is kept beside the request's key."""
        parts = (
            self.side,
            self.wallet_number,
            self.token_id,
            self.amount_in,
            self.slippage_bps,
            self.position_number or "",
            self.least_out or "",
            *([spell_exits(self.exits)] if self.exits else []),
        )
        return hash_of("live|" + "|".join(map(str, parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAttempt:
    """One signed transaction for an intent, and how far it has come.

    `raw` are the signed bytes; a maker's signature may still be missing in them where they are not
    `is_ours_to_send`. `signature` is the wallet's, which pays the fee: it names the transaction.
    """

    user_id: int
    intent_number: int
    number: int
    state: AttemptState
    signature: str
    raw: bytes
    last_valid_block_height: int
    venue: str
    venue_request_id: str | None
    is_ours_to_send: bool
    quoted_out: int
    min_out: int
    impact: Decimal
    quoted_at: datetime
    offered_at: datetime
    checked_at: datetime
    signed_at: datetime
    sent_at: datetime | None = None
    landed_at: datetime | None = None
    confirmed_at: datetime | None = None
    finalized_at: datetime | None = None
    ended_at: datetime | None = None
    slot: int | None = None

    @property
    def is_unproven(self) -> bool:
        """Tell whether it may still come to anything."""
        return self.state in UNPROVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIntent:
    """A decided live order with its attempts in order; amounts in base units, caps of one attempt.

    It is satisfied by at least `min_out` for exactly `amount_in`. `number` counts a user's.
    `twin` is what the token's own pool would have given at the decision, where that is known.
    `message_id` is the message of the private chat that shows how it goes, if there is one.
    """

    user_id: int
    number: int
    request_id: str
    request_hash: str
    wallet_number: int
    wallet_address: str
    token_id: int
    side: LiveSide
    position_number: int | None
    mint_in: str
    mint_out: str
    amount_in: int
    min_out: int
    slippage_bps: int
    most_impact_bps: int
    most_fee_lamports: int
    most_tip_lamports: int
    most_rent_lamports: int
    most_attempts: int
    received_at: datetime
    decided_at: datetime
    deadline_at: datetime
    source_at: datetime | None = None
    state: IntentState = IntentState.HELD
    end_reason: str = ""
    order_number: int | None = None
    ended_at: datetime | None = None
    twin: Fill | None = None
    message_id: int | None = None
    exits: tuple[Exit, ...] = ()
    is_forced: bool = False
    attempts: tuple[LiveAttempt, ...] = ()

    @property
    def last(self) -> LiveAttempt | None:
        """Give the newest attempt."""
        return self.attempts[-1] if self.attempts else None

    def with_attempt(self, attempt: LiveAttempt) -> "LiveIntent":
        """Give it with an attempt as it stands now, which is new or was seen before."""
        others = tuple(one for one in self.attempts if one.number != attempt.number)
        return replace(self, attempts=(*others, attempt))

    @property
    def hold_lamports(self) -> int:
        """Give the SOL to hold: what is spent, and what all attempts may cost at most."""
        each = self.most_fee_lamports + self.most_tip_lamports
        spent = self.amount_in if self.side is LiveSide.BUY else 0
        return spent + each * self.most_attempts + self.most_rent_lamports

    @property
    def hold_units(self) -> int:
        """Give the units of the token to hold."""
        return self.amount_in if self.side is LiveSide.SELL else 0


def may_begin(intent: LiveIntent, now: datetime) -> bool:
    """Tell whether a new attempt may be signed: every one before it is proven to have expired.

    One that failed on the chain is not repeated by us: the price has gone, and it has cost a fee.
    """
    return (
        intent.state is IntentState.HELD
        and all(attempt.state is AttemptState.EXPIRED for attempt in intent.attempts)
        and len(intent.attempts) < intent.most_attempts
        and now <= intent.deadline_at
    )


class Followed(Protocol):
    """A signed transaction of ours of which something is to be proven, whatever it is for."""

    @property
    def state(self) -> AttemptState:
        """Give how far it has come."""

    @property
    def signed_at(self) -> datetime:
        """Give when it was signed."""


def next_state(
    attempt: Followed, judgement: Judgement, now: datetime, rules: LiveRules
) -> AttemptState:
    """Give the state of an unproven attempt after what the nodes said of it.

    No time that passes proves anything: an overdue attempt is unknown, never expired.
    """
    match judgement.fate:
        case Fate.LANDED:
            return AttemptState.CONFIRMED
        case Fate.FAILED:
            return AttemptState.FAILED
        case Fate.EXPIRED:
            return AttemptState.EXPIRED
        case Fate.OPEN:
            return AttemptState.LANDED if judgement.is_seen else _unseen(attempt, now, rules)


def _unseen(attempt: Followed, now: datetime, rules: LiveRules) -> AttemptState:
    if now - attempt.signed_at > timedelta(seconds=rules.unknown_after_seconds):
        return AttemptState.UNKNOWN
    # The block that it was seen in was dropped: it is out, and nothing else is known.
    return AttemptState.SENT if attempt.state is AttemptState.LANDED else attempt.state


def is_finalized(words: Sequence[NodeWord]) -> bool:
    """Tell whether some node has it in a block that can never be dropped."""
    return any(word.seen is Seen.FINALIZED for word in words)


def narrower_slippage_bps(out_amount: int, min_out: int) -> int:
    """Give the widest slippage, in basis points, that leaves at least `min_out` of an amount."""
    return (out_amount - min_out) * WHOLE_BPS // out_amount if out_amount > min_out else 0

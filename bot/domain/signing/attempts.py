"""One message for each attempt at an intent, and the next one once the last has expired."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.signing.intents import (
    CleanupIntent,
    FormerExpired,
    Intent,
    SwapIntent,
    TransferIntent,
    kind_of,
)

SHORTEST_PAUSE = timedelta(seconds=30)
"""150 blocks of the shortest slots that are planned (0.2 s); a blockhash lives no less."""
_LEAST_NODES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A message that is signed, or is to be, for an intent."""

    number: int
    terms: str
    message_hash: str
    blockhash: str
    at: datetime


def attempt_at(intent: Intent, message: bytes, blockhash: bytes, now: datetime) -> Attempt:
    """Describe a message as an attempt at its intent."""
    return Attempt(
        number=intent.attempt,
        terms=terms_of(intent),
        message_hash=sha256(message).hexdigest(),
        blockhash=blockhash.hex(),
        at=now,
    )


def terms_of(intent: Intent) -> str:
    """Give the hash of what must stay the same in every attempt: whose, what, how much, to whom.

    The least that comes in and what it may cost are quoted anew each time.
    """
    text = "|".join((kind_of(intent), *_terms(intent), str(intent.user_id), intent.wallet))
    return sha256(text.encode()).hexdigest()


def _terms(intent: Intent) -> tuple[str, ...]:
    match intent:
        case SwapIntent():
            return (intent.mint_in, intent.mint_out, str(intent.amount_in))
        case TransferIntent():
            return (intent.mint, intent.destination, str(intent.amount))
        case CleanupIntent():
            return intent.accounts


def attempt_reasons(
    former: Attempt | None, new: Attempt, proof: FormerExpired | None
) -> tuple[str, ...]:
    """Give why this attempt must not be signed after the former one.

    The same message again is no new attempt and passes. That a former message cannot land any
    more is for the asker to prove; this demands what can be demanded without a network: the
    next number, the same terms, another blockhash, heights of two nodes beyond the last valid
    one, and time in which no blockhash could have expired sooner.
    """
    if former is None:
        return () if new.number == 1 else ("no attempt before this one was signed",)
    if new.terms != former.terms:
        return ("the intent was about something else before",)
    if new.number == former.number:
        same = new.message_hash == former.message_hash
        return () if same else ("another message was signed for this attempt",)
    if new.number != former.number + 1:
        return (f"attempt {former.number + 1} is next",)
    return _renewal_reasons(former, new, proof)


def _renewal_reasons(former: Attempt, new: Attempt, proof: FormerExpired | None) -> tuple[str, ...]:
    reasons = []
    if new.blockhash == former.blockhash:
        reasons.append("it has the blockhash of the attempt before")
    if new.at - former.at < SHORTEST_PAUSE:
        reasons.append("the attempt before cannot have expired yet")
    if proof is None:
        return (*reasons, "nothing says that the attempt before has expired")
    past = [height for height in proof.seen_heights if height > proof.last_valid_block_height]
    if len(past) < len(proof.seen_heights) or len(past) < _LEAST_NODES:
        reasons.append("two nodes beyond the last valid height have to be named, and no others")
    return tuple(reasons)

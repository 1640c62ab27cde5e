"""What the signer remembers of what it signed: each intent's last attempt, and the last day."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.signing.attempts import Attempt
from bot.domain.signing.caps import Spent
from bot.domain.signing.intents import FormerExpired, Intent, given_mint, kind_of
from bot.domain.signing.outlay import Outlay
from bot.signer.journal import Journal, JournalDamaged

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    at: datetime
    wallet: str
    lamports: int
    mint: str
    token_units: int


class _Day:
    """Signatures of the last day, oldest first, and what they come to."""

    def __init__(self) -> None:
        self.signatures: deque[_Signature] = deque()
        self.lamports = 0

    def add(self, signature: _Signature) -> None:
        self.signatures.append(signature)
        self.lamports += signature.lamports

    def forget_before(self, moment: datetime) -> None:
        while self.signatures and self.signatures[0].at <= moment:
            self.lamports -= self.signatures.popleft().lamports

    def units_of(self, mint: str) -> int:
        return sum(each.token_units for each in self.signatures if each.mint == mint)


class Memory:
    """Rebuilt from the journal at the start; whatever is remembered was written there first."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._attempts: dict[str, Attempt] = {}
        self._days: defaultdict[str, _Day] = defaultdict(_Day)
        self._everybody = _Day()
        self.signatures = 0
        self._latest = datetime.min.replace(tzinfo=UTC)
        for line in journal.lines():
            try:
                self._take(line)
            except (KeyError, TypeError, ValueError) as error:
                raise JournalDamaged("the journal has a line of another kind") from error

    def former(self, intent_id: str) -> Attempt | None:
        """Give the last attempt at an intent that was signed."""
        return self._attempts.get(intent_id)

    def moment(self, now: datetime) -> datetime:
        """Give the time, never before what is written: a clock set back opens no cap."""
        return max(now, self._latest)

    def spent(self, wallet: str, mint: str, now: datetime) -> Spent:
        """Give what was signed away in the last 24 hours."""
        own = self._days[wallet]
        own.forget_before(now - DAY)
        self._everybody.forget_before(now - DAY)
        return Spent(
            wallet_lamports=own.lamports,
            wallet_signatures=len(own.signatures),
            wallet_token_units=own.units_of(mint),
            all_lamports=self._everybody.lamports,
        )

    def note(
        self, intent: Intent, attempt: Attempt, outlay: Outlay, former: FormerExpired | None
    ) -> None:
        """Write an attempt down before it is signed; raises `JournalFailed`."""
        line: dict[str, Any] = {
            "at": attempt.at.isoformat(),
            "kind": kind_of(intent),
            "intent": intent.intent_id,
            "attempt": attempt.number,
            "user": intent.user_id,
            "wallet": intent.wallet,
            "terms": attempt.terms,
            "message": attempt.message_hash,
            "blockhash": attempt.blockhash,
            "lamports": outlay.lamports,
            "mint": given_mint(intent),
            "token_units": str(outlay.token_units),
            "former": None if former is None else [
                former.last_valid_block_height, *former.seen_heights
            ],
        }  # fmt: skip
        self._journal.add(line)
        self._take(line)

    def _take(self, line: Mapping[str, Any]) -> None:
        at = datetime.fromisoformat(line["at"])
        self._attempts[line["intent"]] = Attempt(
            number=int(line["attempt"]),
            terms=line["terms"],
            message_hash=line["message"],
            blockhash=line["blockhash"],
            at=at,
        )
        # A swap's tokens are not sent away, so no cap on sending counts them.
        units = int(line["token_units"]) if line["kind"] == "transfer" else 0
        signature = _Signature(
            at=at,
            wallet=line["wallet"],
            lamports=int(line["lamports"]),
            mint=line["mint"],
            token_units=units,
        )
        for day in (self._days[signature.wallet], self._everybody):
            day.add(signature)
            day.forget_before(at - DAY)
        self._latest = max(self._latest, at)
        self.signatures += 1

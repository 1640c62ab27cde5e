"""Proves books and audit log from the ground up now and then, and keeps what came of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.health import HealthLimits, Proof, Proved
from bot.ports.books import Difference, LedgerAudit
from bot.ports.clock import Clock
from bot.ports.health import HealthBook
from bot.services.audit_sealing import AuditProof, AuditSealing

_RESTS = 20
_LOOK_SECONDS = 5.0
_log = structlog.get_logger(__name__)

_Found = tuple[Sequence[Difference], dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    every_seconds: float
    prove: Callable[[], Awaitable[_Found]]


class Proofs:
    """The clock's use cases; a proof reads everything there is, so it rests long in between.

    It rests for at least twenty times what it took, whatever the settings say. When the last was
    is kept in the database: a restart does not prove anew, and all processes know the result.
    """

    def __init__(
        self,
        *,
        book: HealthBook,
        ledger: LedgerAudit,
        audit: AuditProof,
        sealing: AuditSealing,
        clock: Clock,
        limits: HealthLimits,
    ) -> None:
        self._book = book
        self._ledger = ledger
        self._audit = audit
        self._sealing = sealing
        self._clock = clock
        self._kinds = {
            Proof.BOOKS: _Kind(every_seconds=limits.books_every_seconds, prove=self._books),
            Proof.AUDIT: _Kind(every_seconds=limits.audit_every_seconds, prove=self._log_of_all),
        }

    @property
    def look_seconds(self) -> float:
        """Give how often to ask whether a proof is due."""
        return min(_LOOK_SECONDS, *(kind.every_seconds for kind in self._kinds.values()))

    async def prove_due(self) -> None:
        """Prove what was not proved for long; raises `Unavailable`."""
        stored = await self._book.look()
        for proof, kind in self._kinds.items():
            last = stored.proved.get(proof)
            if last is None or self._is_due(kind, last):
                await self._prove(proof, kind)

    def _is_due(self, kind: _Kind, last: Proved) -> bool:
        age = (self._clock.now() - last.checked_at).total_seconds()
        # Where the clock was set back, the last proof seems to lie ahead.
        return age < 0 or age >= max(kind.every_seconds, _RESTS * last.took_ms / 1000)

    async def _prove(self, proof: Proof, kind: _Kind) -> None:
        began = self._clock.monotonic()
        wrong, counts = await kind.prove()
        took_ms = round(1000 * (self._clock.monotonic() - began))
        if wrong:
            _log.error("proof_failed", proof=proof.value, wrong=len(wrong), first=_words(wrong[0]))
        await self._book.keep(
            Proved(
                proof=proof,
                checked_at=self._clock.now(),
                took_ms=took_ms,
                wrong=len(wrong),
                first_wrong=_words(wrong[0]) if wrong else "",
                counts=counts,
            )
        )

    async def _books(self) -> _Found:
        proof = await self._ledger.prove()
        return proof.differences, dict(proof.counts)

    async def _log_of_all(self) -> _Found:
        await self._sealing.begin()
        return await self._audit.check()


def _words(difference: Difference) -> str:
    """Say what is wrong in one line; the account is named by its number, as in `ledger check`."""
    told = f"{difference.kind}: {difference.subject}: {difference.found}"
    return f"{told}, expected {difference.expected}"[:200]

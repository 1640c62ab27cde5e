"""Seals the ends of the audit chains under the operator's key, and proves chains against seals."""

from dataclasses import replace

import orjson
import structlog

from bot.domain.audit import ChainHead, Seal, heads_as_json, name_of
from bot.engine.audit_check import ChainCheck, SealCheck
from bot.ports.audit import AuditChain, SealTaken
from bot.ports.books import Difference
from bot.ports.clock import Clock

_MOST_HEADS = 2000
_log = structlog.get_logger(__name__)


class AuditSealing:
    """The clock's use cases around the audit log; without a key, seals are a bare hash chain.

    A seal covers the heads that moved since the last one and the seal before it. Whoever has the
    database alone cannot make one that a key stands behind, so what was sealed cannot be
    rewritten or cut off unnoticed. Each seal's number and mac go to the log, which lies elsewhere:
    that tells of a database that was put back to an earlier state.
    """

    def __init__(self, *, chain: AuditChain, clock: Clock, key: bytes | None) -> None:
        self._chain = chain
        self._clock = clock
        self._key = key
        self._name = name_of(key)
        self._last: Seal | None = None

    async def seal(self) -> None:
        """Seal every head that moved; all heads where another key, or none, made the last seal."""
        last = await self._chain.last_seal()
        if self._last is not None and (last is None or last.mac != self._last.mac):
            _log.error("audit_seals_changed", expected=self._last.seal_number)
        self._last = last
        try:
            if last is None or last.made_with != self._name:
                await self._seal_all()
            while heads := await self._chain.unsealed(_MOST_HEADS):
                await self._put(heads)
                if len(heads) < _MOST_HEADS:
                    return
        except SealTaken:
            _log.warning("audit_seal_taken")
            self._last = None

    async def begin(self) -> None:
        """Seal where nothing was ever sealed, so that a young log is not taken for a robbed one."""
        if await self._chain.last_seal() is None:
            await self.seal()

    async def _seal_all(self) -> None:
        after: int | None = None
        while heads := await self._chain.heads_after(after, _MOST_HEADS):
            await self._put(heads)
            after = heads[-1].user_id

    async def _put(self, heads: list[ChainHead]) -> None:
        last = self._last
        bare = Seal(
            seal_number=1 if last is None else last.seal_number + 1,
            sealed_at=self._clock.now(),
            made_with=self._name,
            heads=orjson.dumps(heads_as_json(heads)).decode(),
            previous_mac=b"" if last is None else last.mac,
            mac=b"",
        )
        seal = replace(bare, mac=bare.computed_mac(self._key))
        await self._chain.seal(seal)
        self._last = seal
        _log.info("audit_sealed", seal=seal.seal_number, heads=len(heads), mac=seal.mac.hex()[:16])


class AuditProof:
    """The audit log seen by someone who trusts nothing but the key."""

    def __init__(self, *, chain: AuditChain, key: bytes | None) -> None:
        self._chain = chain
        self._key = key

    async def check(self) -> tuple[list[Difference], dict[str, int]]:
        """Give what is wrong, and how much was looked at; raises `Unavailable`.

        Needs no permission: only the command line reaches it.
        """
        rows_read, seals = 0, SealCheck(self._key)
        async with self._chain.snapshot() as snapshot:
            async for some in snapshot.seals():
                seals.read(some)
            heads = await snapshot.heads()
            chains = ChainCheck(heads, seals.sealed)
            async for rows in snapshot.rows():
                chains.read(rows)
                rows_read += len(rows)
        found = [*seals.finish(has_heads=bool(heads)), *chains.finish()]
        last = seals.last
        counts = {"audit rows": rows_read, "audit seals": 0 if last is None else last.seal_number}
        return found, counts

"""The sandbox's own switches, by what they do to a bot: Telegram and RPC endpoints that fail."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.journeys.people import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class BotApiFaults:
    """What a Bot API does wrong; each call replaces the one before, `mend` ends it all."""

    wire: Wire

    async def flood(
        self, *, retry_after: int = 1, rate: float = 1.0, methods: Sequence[str] | None = None
    ) -> None:
        """Answer this share of calls with 429."""
        await self._set(fail_code=429, retry_after=retry_after, fail_rate=rate, methods=methods)

    async def fail(
        self, code: int = 502, *, rate: float = 1.0, methods: Sequence[str] | None = None
    ) -> None:
        """Answer this share of calls with an error; they take no effect."""
        await self._set(fail_code=code, fail_rate=rate, methods=methods)

    async def lose_replies(
        self, *, rate: float = 1.0, methods: Sequence[str] | None = None
    ) -> None:
        """Let this share of calls take effect and then fail."""
        await self._set(fail_code=502, fail_rate=rate, lose_reply=True, methods=methods)

    async def hang(self, *, methods: Sequence[str] | None = None) -> None:
        """Answer nothing until mended."""
        await self._set(hang=True, methods=methods)

    async def slow(self, latency_ms: int, *, methods: Sequence[str] | None = None) -> None:
        """Answer late."""
        await self._set(latency_ms=latency_ms, methods=methods)

    async def repeat(self, update_id: int, times: int = 1) -> None:
        """Deliver an update again, so often."""
        for _ in range(times):
            await self.wire.post("/sandbox/updates/repeat", {"update_id": update_id})

    async def mend(self) -> None:
        """Work as it should."""
        await self._set()

    async def _set(self, **changes: object) -> None:
        plan: dict[str, object] = {
            "latency_ms": 0,
            "fail_rate": 0,
            "hang": False,
            "lose_reply": False,
            "methods": None,
        }
        await self.wire.post("/sandbox/faults", plan | changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcFaults:
    """What an RPC endpoint (1 or 2) does wrong; each call replaces the one before."""

    wire: Wire
    number: int

    async def die(self) -> None:
        """Reset every connection."""
        await self._set(dead=True)

    async def hang(self) -> None:
        """Answer nothing."""
        await self._set(hang=True)

    async def lag(self, slots: int) -> None:
        """Answer as it stood so many slots ago."""
        await self._set(lag_slots=slots)

    async def fail(self, status: int = 503) -> None:
        """Answer everything with an HTTP error."""
        await self._set(http_status=status)

    async def limit(self, per_second: int) -> None:
        """Answer 429 beyond so many a second."""
        await self._set(rate_limit_per_second=per_second)

    async def garble(self) -> None:
        """Answer with broken JSON and truncated data."""
        await self._set(garbage=True)

    async def mend(self) -> None:
        """Work as it should."""
        await self._set()

    async def _set(self, **faults: object) -> None:
        await self.wire.post(f"/sandbox/rpc/{self.number}/faults", faults)

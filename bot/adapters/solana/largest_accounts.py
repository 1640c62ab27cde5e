"""Asks who holds most of a token, of those nodes that tell; many do not, and that is no fault."""

from collections.abc import Sequence

import structlog

from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import Unavailable
from bot.domain.identifiers import is_address
from bot.ports.clock import Clock

_PASS_SECONDS = 3.0
_REST_SECONDS = 120.0
_MOST_ACCOUNTS = 20  # source: agave rpc `NUM_LARGEST_ACCOUNTS`
_OPTIONS = {"commitment": "confirmed"}
_log = structlog.get_logger(__name__)


class LargestAccounts:
    """Asks `getTokenLargestAccounts`, and rests for two minutes after a no.

    The call is dear for a node: one that refuses it should not be asked for each token, nor
    be held to be ill for it.
    """

    def __init__(self, rpc: RpcPool, clock: Clock) -> None:
        self._rpc = rpc
        self._clock = clock
        self._rests_until = float("-inf")

    async def of(self, mint: str | None) -> Sequence[str]:
        """Give the largest token accounts of a mint, none where nobody tells."""
        if mint is None or self._clock.monotonic() < self._rests_until:
            return ()
        try:
            result = await self._rpc.call(
                "getTokenLargestAccounts", (mint, _OPTIONS), deadline_seconds=_PASS_SECONDS
            )
        except (Unavailable, RpcRefused) as error:
            self._rests_until = self._clock.monotonic() + _REST_SECONDS
            _log.info("largest_accounts_not_told", reason=str(error))
            return ()
        return _read(result)


def _read(result: object) -> Sequence[str]:
    value = result.get("value") if isinstance(result, dict) else None
    entries = value[:_MOST_ACCOUNTS] if isinstance(value, list) else []
    places = (entry.get("address") if isinstance(entry, dict) else None for entry in entries)
    return tuple(place for place in places if isinstance(place, str) and is_address(place))

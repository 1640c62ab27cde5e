"""What the network charges for a swap today: signature, priority fee, rent of new accounts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import Unavailable
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.ports.chain import NetworkCosts
from bot.ports.clock import Clock

BASE_FEE_LAMPORTS = (
    5_000  # per signature; source: Solana SDK `DEFAULT_TARGET_LAMPORTS_PER_SIGNATURE`
)
_MICRO = 1_000_000
# A Token-2022 associated account also bears the type byte and the ImmutableOwner extension.
_ACCOUNT_BYTES = {TOKEN_PROGRAM: 165, TOKEN_2022_PROGRAM: 170}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCostSettings:
    """How a priority fee is chosen, and for how long figures are kept.

    `percentile` of the fees of recent blocks, for `compute_units` of a swap, never below
    the floor nor above the cap: the median block asks for nothing, and a spike asks for more
    than a small trade is worth.
    """

    compute_units: int = 200_000
    percentile: int = 75
    floor_lamports: int = 10_000
    cap_lamports: int = 2_000_000
    fee_seconds: float = 30.0
    rent_seconds: float = 600.0


class NetworkCostReader:
    """Asks for fees every 30 s and for rents every 10 minutes at most."""

    def __init__(
        self, rpc: RpcPool, clock: Clock, settings: NetworkCostSettings | None = None
    ) -> None:
        self._rpc = rpc
        self._clock = clock
        self._settings = settings or NetworkCostSettings()
        self._turn = asyncio.Lock()
        self._fee_lamports = 0
        self._fee_until = float("-inf")
        self._rents: Mapping[str, int] = {}
        self._rents_until = float("-inf")

    async def read(self) -> NetworkCosts:
        """Give today's costs; raises `Unavailable`."""
        async with self._turn:
            now = self._clock.monotonic()
            if now >= self._rents_until:
                await self._renew_rents(now)
            if now >= self._fee_until:
                self._fee_lamports = await self._read_priority_fee()
                self._fee_until = now + self._settings.fee_seconds
            return NetworkCosts(
                base_fee_lamports=BASE_FEE_LAMPORTS,
                priority_fee_lamports=self._fee_lamports,
                rent_lamports=self._rents,
            )

    async def _renew_rents(self, now: float) -> None:
        try:
            self._rents = await self._read_rents()
        except Unavailable:
            # Rents change by governance, over weeks: those of ten minutes ago will do.
            if not self._rents:
                raise
        self._rents_until = now + self._settings.rent_seconds

    async def _read_rents(self) -> dict[str, int]:
        return {
            program: await self._rpc.get_minimum_balance(size_bytes)
            for program, size_bytes in _ACCOUNT_BYTES.items()
        }

    async def _read_priority_fee(self) -> int:
        try:
            fees = await self._rpc.get_recent_prioritization_fees()
        except RpcRefused:
            fees = []  # a node without this method: the floor it is
        return priority_fee_lamports(fees, self._settings)


def priority_fee_lamports(
    micro_lamports_per_unit: Sequence[int], settings: NetworkCostSettings
) -> int:
    """Give the priority fee of a swap, rounded up as the network charges it.

    Source: ceil(compute unit limit * price / 10^6), Solana SDK `compute_budget`.
    """
    ranked = sorted(micro_lamports_per_unit)
    price = ranked[(len(ranked) - 1) * settings.percentile // 100] if ranked else 0
    fee = -(-price * settings.compute_units // _MICRO)
    return min(max(fee, settings.floor_lamports), settings.cap_lamports)

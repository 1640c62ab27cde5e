"""Finds a token by its mint: what it is, and the pools where it trades, deepest first."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import structlog

from bot.adapters.solana.account_batches import AccountsAnswer
from bot.adapters.solana.addresses import (
    clmm_pool_addresses,
    cpmm_pool_addresses,
    damm_v2_pool_addresses,
    dbc_launch_addresses,
    dlmm_pair_addresses,
    metadata_address,
    pump_curve_address,
    pumpswap_pool_address,
    whirlpool_addresses,
)
from bot.adapters.solana.pool_prices import PoolPrices
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import pool_kind
from bot.adapters.solana.pools.metadata import read_metadata
from bot.adapters.solana.pools.mints import read_mint
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.spells import Spells
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.graduations import SUCCESSORS
from bot.domain.identifiers import SOL_MINT, USDC_MINT, is_address
from bot.domain.pairs import telling
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.tokens import MintReading
from bot.ports.chain import PoolPlace, TokenFound
from bot.ports.clock import Clock

DERIVED = "derived"
SOURCES_SECONDS = 3.0
_PASS_SECONDS = 5.0  # somebody waits for the answer in a chat
_SLOTS_PER_EPOCH = 432_000  # source: Solana SDK `DEFAULT_SLOTS_PER_EPOCH`
_log = structlog.get_logger(__name__)


class PairSource(Protocol):
    """Somebody who lists the pools of a token: what discovery asks of a `TokenSource`."""

    @property
    def name(self) -> str:
        """Give what people call it."""

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools known for a mint, deepest first; raises `Unavailable`."""


class Discovery:
    """Looks a mint up on chain by derivation, and at sources where they answer.

    Everything that can be derived from the mint is read in one call, and what the pools
    need in a second. Sources only name pools: all that is said of a pool is read from the
    chain, and their failures never fail the look-up.
    """

    def __init__(
        self,
        rpc: RpcPool,
        prices: PoolPrices,
        sources: Sequence[PairSource],
        clock: Clock,
        *,
        sources_seconds: float = SOURCES_SECONDS,
    ) -> None:
        self._rpc = rpc
        self._sources_seconds = sources_seconds
        self._prices = prices
        self._sources = sources
        self._troubles = Spells(
            _log, clock, begins="pair_source_failed", is_over="pair_source_answers"
        )

    async def find(self, mint: str) -> TokenFound | None:
        """Give the token, None if there is no mint at this address; raises `Unavailable`."""
        if not is_address(mint):
            return None
        candidates = _derived_pools(mint)
        answer, listed = await self._ask_everybody(mint, candidates)
        reading = _read_mint(mint, answer)
        if reading is None:
            return None
        derived = self._note_pools(mint, candidates, answer.accounts)
        places = {place.address: place for place in (*listed, *derived)}
        opened = {place.address: place.opened_at for place in listed if place.opened_at}
        readings = await self._prices.read_pools(
            list(places.values()), deadline_seconds=_PASS_SECONDS
        )
        pools = _rank(mint, readings.values())
        name, symbol = _name_and_symbol(reading, answer.accounts)
        return TokenFound(
            mint=reading,
            name=name,
            symbol=symbol,
            pools=tuple(pools),
            places=tuple(
                PoolPlace(
                    address=pool.address,
                    kind=pool.kind,
                    source=places[pool.address].source,
                    opened_at=opened.get(pool.address),
                )
                for pool in pools
            ),
        )

    async def _ask_everybody(
        self, mint: str, candidates: Sequence[str]
    ) -> tuple[AccountsAnswer, list[PoolPlace]]:
        async with asyncio.TaskGroup() as group:
            listing = [group.create_task(self._ask(source, mint)) for source in self._sources]
            reading = group.create_task(self._read([mint, metadata_address(mint), *candidates]))
        answer = reading.result()
        if isinstance(answer, Unavailable):
            raise answer
        return answer, [place for task in listing for place in task.result()]

    async def _ask(self, source: PairSource, mint: str) -> list[PoolPlace]:
        try:
            async with asyncio.timeout(self._sources_seconds):
                places = await source.places(mint)
        except (Unavailable, TimeoutError) as error:
            self._troubles.went_wrong(source.name, str(error) or "timed out")
            return []
        self._troubles.went_well(source.name)
        return places

    async def _read(self, addresses: Sequence[str]) -> AccountsAnswer | Unavailable:
        # As a value: an error raised in a task group would reach the caller wrapped.
        try:
            return await self._rpc.get_multiple_accounts(addresses, deadline_seconds=_PASS_SECONDS)
        except Unavailable as error:
            return error

    def _note_pools(
        self, mint: str, candidates: Iterable[str], accounts: Mapping[str, AccountBytes | None]
    ) -> list[PoolPlace]:
        places = []
        for address in candidates:
            account = accounts.get(address)
            kind = pool_kind(account) if account is not None else None
            if account is None or kind is None:
                continue
            is_curve = kind is PoolKind.PUMPFUN_CURVE
            self._prices.note(address, account, base_mint=mint if is_curve else None)
            places.append(PoolPlace(address=address, kind=kind, source=DERIVED))
        return places


def _derived_pools(mint: str) -> list[str]:
    return [
        pump_curve_address(mint),
        *dbc_launch_addresses(mint),
        *(
            address
            for partner in _partners(mint)
            for address in (
                pumpswap_pool_address(mint, partner),
                *cpmm_pool_addresses(mint, partner),
                *clmm_pool_addresses(mint, partner),
                *dlmm_pair_addresses(mint, partner),
                *damm_v2_pool_addresses(mint, partner),
                *whirlpool_addresses(mint, partner),
            )
        ),
    ]


def _partners(mint: str) -> tuple[str, ...]:
    """Give what pools whose address can be derived price a token in; dollars in SOL only."""
    if mint == SOL_MINT:
        return (USDC_MINT,)
    return (SOL_MINT,) if mint == USDC_MINT else (SOL_MINT, USDC_MINT)


def _read_mint(mint: str, answer: AccountsAnswer) -> MintReading | None:
    account = answer.accounts.get(mint)
    if account is None:
        return None
    try:
        return read_mint(mint, account, epoch=answer.slot // _SLOTS_PER_EPOCH)
    except UnreadableAccount:
        return None


def _name_and_symbol(
    mint: MintReading, accounts: Mapping[str, AccountBytes | None]
) -> tuple[str, str]:
    """Prefer the metadata inside a Token-2022 mint: only it is bound to the mint itself."""
    if mint.name or mint.symbol:
        return mint.name or "", mint.symbol or ""
    account = accounts.get(metadata_address(mint.mint))
    if account is None:
        return "", ""
    try:
        metadata = read_metadata(account)
    except UnreadableAccount:
        return "", ""
    return (metadata.name, metadata.symbol) if metadata.mint == mint.mint else ("", "")


def _rank(mint: str, readings: Iterable[PoolReading]) -> list[PoolReading]:
    """Give a token's pools: in SOL first, then in dollars, then in others; the deepest first.

    The depths of unlike quotes cannot be told apart here: who knows their prices ranks again.
    """
    own = telling(mint, readings, lambda pool: (pool.base_mint, pool.quote_mint))
    kinds = {pool.kind for pool in own}
    kept = [pool for pool in own if not (pool.halt and SUCCESSORS.get(pool.kind) in kinds)]
    return sorted(kept, key=lambda pool: (pool.halt is not None, *_depth_order(mint, pool)))


def _depth_order(mint: str, pool: PoolReading) -> tuple[int, int]:
    sides = {pool.base_mint, pool.quote_mint} - {mint}
    kinds = ({SOL_MINT}, {USDC_MINT})
    place = kinds.index(sides) if sides in kinds else len(kinds)
    return place, -pool.curve.depth_quote_units()

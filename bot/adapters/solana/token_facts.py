"""Reads what a token's safety is judged by, in two passes: its accounts, then its large holders."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import structlog

from bot.adapters.solana.account_batches import AccountsAnswer
from bot.adapters.solana.addresses import associated_token_address
from bot.adapters.solana.largest_accounts import LargestAccounts
from bot.adapters.solana.pool_prices import PoolPrices
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import accounts_needed
from bot.adapters.solana.pools.holdings import read_holding
from bot.adapters.solana.pools.liquidity import (
    INCINERATOR,
    LOCKERS,
    VAULT_AUTHORITIES,
    LpToken,
    liquidity_kind,
    locked_share,
    lp_token,
    opened_at_seconds,
)
from bot.adapters.solana.pools.mints import read_mint
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.domain.pools.oriented import exact_decimal
from bot.domain.pools.reading import PoolKind
from bot.domain.safety import Holder, Liquidity, LiquidityKind, TokenFacts
from bot.domain.tokens import HoldingReading, MintReading
from bot.domain.transfer_fees import SLOTS_PER_EPOCH
from bot.ports.chain import PoolPlace
from bot.ports.clock import Clock

_PASS_SECONDS = 4.0  # somebody waits for the answer in a chat
_MOST_POOLS = 8
_TOKEN_PROGRAMS = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)

Accounts = Mapping[str, AccountBytes | None]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is known before the first pass: the pools' last accounts, and where their vaults lie.

    `first` is the pool that prices the token, `lp` its LP token.
    """

    mint: str
    first: str
    pools: Mapping[str, AccountBytes]
    vaults: frozenset[str]
    lp: LpToken | None


class TokenFactsReader:
    """Reads mints, and the facts behind a safety card; nothing here raises but `Unavailable`."""

    def __init__(self, rpc: RpcPool, prices: PoolPrices, clock: Clock) -> None:
        self._rpc = rpc
        self._prices = prices
        self._clock = clock
        self._largest = LargestAccounts(rpc, clock)

    async def mints(self, mints: Sequence[str]) -> dict[str, MintReading]:
        """Read mints now; those that are no mints are left out."""
        answer = await self._rpc.get_multiple_accounts(mints, deadline_seconds=_PASS_SECONDS)
        found = {}
        for mint in mints:
            reading = _mint_of(mint, answer)
            if reading is not None:
                found[mint] = reading
        return found

    async def read(self, mint: str, places: Sequence[PoolPlace]) -> TokenFacts | None:
        """Read a token's facts, None if there is no such mint; the first place prices it."""
        asked = self._asked(mint, places[:_MOST_POOLS])
        answer, holders, lp_holders = await self._first_pass(asked)
        reading = _mint_of(mint, answer)
        if reading is None:
            return None
        owners = await self._owners((*holders, *lp_holders))
        lp_holdings = [owners[place] for place in lp_holders if place in owners]
        return TokenFacts(
            mint=reading,
            slot=answer.slot,
            liquidity=_liquidity(asked, answer.accounts, lp_holdings),
            pooled_units=_pooled(asked, answer.accounts),
            holders=_outsiders(asked, owners, holders) if holders else None,
            opened_at=self._opened_at(asked.pools.get(asked.first)),
        )

    def _asked(self, mint: str, places: Sequence[PoolPlace]) -> _Asked:
        known = {place.address: self._prices.last_account(place.address) for place in places}
        pools = {address: account for address, account in known.items() if account is not None}
        vaults: set[str] = set()
        for place in places:
            if place.address in pools:
                vaults |= set(_vaults(mint, place, pools[place.address]))
        first = places[0].address if places else ""
        return _Asked(
            mint=mint,
            first=first,
            pools=pools,
            vaults=frozenset(vaults),
            lp=lp_token(pools[first]) if first in pools else None,
        )

    async def _first_pass(
        self, asked: _Asked
    ) -> tuple[AccountsAnswer, Sequence[str], Sequence[str]]:
        wanted = [asked.mint, *sorted(asked.vaults), *([asked.lp.mint] if asked.lp else [])]
        async with asyncio.TaskGroup() as group:
            accounts = group.create_task(self._accounts(wanted))
            holders = group.create_task(self._largest.of(asked.mint))
            lp_holders = group.create_task(self._largest.of(asked.lp.mint if asked.lp else None))
        answer = accounts.result()
        if isinstance(answer, Unavailable):
            raise answer
        return answer, holders.result(), lp_holders.result()

    async def _accounts(self, wanted: Sequence[str]) -> AccountsAnswer | Unavailable:
        # As a value: an error raised in a task group would reach the caller wrapped.
        try:
            return await self._rpc.get_multiple_accounts(wanted, deadline_seconds=_PASS_SECONDS)
        except Unavailable as error:
            return error

    async def _owners(self, places: Sequence[str]) -> dict[str, HoldingReading]:
        if not places:
            return {}
        answer = await self._accounts(places)
        if isinstance(answer, Unavailable):
            _log.info("holders_not_read", reason=str(answer))
            return {}
        return dict(_holdings(answer.accounts, places))

    def _opened_at(self, pool: AccountBytes | None) -> datetime | None:
        if pool is None:
            return None
        seconds = opened_at_seconds(pool, int(self._clock.now().timestamp()))
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _vaults(mint: str, place: PoolPlace, account: AccountBytes) -> Iterable[str]:
    try:
        yield from accounts_needed(place.address, account)
    except UnreadableAccount:
        return
    if place.kind is PoolKind.PUMPFUN_CURVE:
        # A curve does not name the account that holds its tokens: it is the associated one.
        for program in _TOKEN_PROGRAMS:
            yield associated_token_address(place.address, mint, program)


def _mint_of(mint: str, answer: AccountsAnswer) -> MintReading | None:
    account = answer.accounts.get(mint)
    if account is None:
        return None
    try:
        return read_mint(mint, account, epoch=answer.slot // SLOTS_PER_EPOCH)
    except UnreadableAccount:
        return None


def _holdings(accounts: Accounts, places: Iterable[str]) -> Iterable[tuple[str, HoldingReading]]:
    for place in places:
        account = accounts.get(place)
        if account is None:
            continue
        try:
            yield place, read_holding(account)
        except UnreadableAccount:
            continue


def _pooled(asked: _Asked, accounts: Accounts) -> int | None:
    if not asked.vaults:
        return None
    held = dict(_holdings(accounts, asked.vaults))
    return sum(each.amount for each in held.values() if each.mint == asked.mint)


def _outsiders(
    asked: _Asked, owners: Mapping[str, HoldingReading], places: Sequence[str]
) -> tuple[Holder, ...] | None:
    """Give the large holders that are no pools and no grave, largest first."""
    if not owners:
        return None
    others = (
        owners[place]
        for place in places
        if place in owners and place not in asked.vaults and not _is_pool(asked, owners[place])
    )
    found = [Holder(owner=each.owner, units=each.amount) for each in others if each.amount]
    return tuple(sorted(found, key=lambda holder: -holder.units))


def _is_pool(asked: _Asked, holding: HoldingReading) -> bool:
    owner = holding.owner
    is_of_pool = owner in asked.pools or owner in VAULT_AUTHORITIES or owner == INCINERATOR
    return is_of_pool or holding.mint != asked.mint


def _liquidity(
    asked: _Asked, accounts: Accounts, lp_holdings: Sequence[HoldingReading]
) -> Liquidity | None:
    pool = asked.pools.get(asked.first)
    if pool is None:
        return None
    kind = liquidity_kind(pool)
    burned, locked = None, None
    if kind is LiquidityKind.LOCKS:
        burned, locked = Decimal(0), _decimal(locked_share(pool))
    elif asked.lp is not None:
        burned, locked = _gone(asked.lp, accounts, lp_holdings)
    return Liquidity(pool=asked.first, kind=kind, burned=burned, locked=locked)


def _gone(
    lp: LpToken, accounts: Accounts, holdings: Sequence[HoldingReading]
) -> tuple[Decimal | None, Decimal | None]:
    """Give which parts of a pool's LP tokens are burned, and lie with a known locker.

    The second is None where nobody told who holds them.
    """
    account = accounts.get(lp.mint)
    if account is None or not lp.counted:
        return None, None
    try:
        supply = read_mint(lp.mint, account).supply
    except UnreadableAccount:
        return None, None
    held = [each for each in holdings if each.mint == lp.mint]
    destroyed = max(lp.counted - supply, 0)
    destroyed += sum(each.amount for each in held if each.owner == INCINERATOR)
    locked = sum(each.amount for each in held if each.owner in LOCKERS)
    return _share(destroyed, lp.counted), _share(locked, lp.counted) if held else None


def _share(part: int, whole: int) -> Decimal:
    return exact_decimal(min(Fraction(part, whole), Fraction(1)))


def _decimal(share: Fraction | None) -> Decimal | None:
    return None if share is None else exact_decimal(share)

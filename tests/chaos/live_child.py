"""A warm parent that forks processes which place a live order and carry it out, to be killed.

Run as `python -m tests.chaos.live_child`: each line of its input is one start, as JSON; it answers
with the child's pid, and once more when that child has ended.
"""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import structlog

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.signing.signer_client import SignerClient
from bot.adapters.solana.chain_sending import SolanaSending
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.adapters.venues.jupiter.client import JupiterClient
from bot.adapters.venues.jupiter.venue import JupiterVenue
from bot.domain.live_orders import LiveAttempt, LiveRules, LiveSide, LiveWish
from bot.domain.live_wallets import SealedKey
from bot.domain.requests import Request
from bot.domain.signing.intents import FormerExpired, Intent
from bot.domain.signing.rules import SigningRules
from bot.domain.users import Role
from bot.ports.live_orders import Commitment
from bot.services.live_attempts import LiveAttempts
from bot.services.live_deciding import any_entry
from bot.services.live_means import LiveMeans
from bot.services.live_orders import LiveOrders
from bot.services.live_reconciliation import LiveReconciliation
from bot.telegram.live_news import LiveNews
from tests.builders.books import meet
from tests.builders.live_scenes import no_twin
from tests.builders.rpc_pools import seeded_chance
from tests.builders.swap_worlds import QUICK
from tests.chaos.live_firing import fire

RULES = LiveRules(resend_seconds=0.5, look_seconds=0.02, patience_seconds=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One start: where everything is, and what the child is to do."""

    dsn: str
    rpc_urls: list[str]
    jupiter: str
    socket: str
    counterparties: list[str]
    tips: list[str]
    user_id: int
    request_id: str
    lamports: int
    sends_first: bool
    price: str = ""
    token_id: int = 0
    first_slot: int = 0
    places_beside: bool = False


class CommitsBehindSending(LiveAttempts):
    """The negative control: what a bot does that keeps its attempts once they are out."""

    def __init__(self, means: LiveMeans) -> None:
        super().__init__(replace(means, book=_Later(means)))


class _Later(PostgresLiveOrders):
    def __init__(self, means: LiveMeans) -> None:
        assert isinstance(means.book, PostgresLiveOrders)
        super().__init__(means.book._pool, lambda _queued: None)
        self._chain = means.chain

    async def commit(self, attempt: LiveAttempt, at: datetime) -> Commitment:
        await self._chain.send(attempt.raw)
        return await super().commit(attempt, at)


class ForgetfulSigner(SignerClient):
    """A signer that takes each process's order for another one: it stops no second message."""

    async def sign(
        self,
        key: SealedKey,
        intent: Intent,
        message: bytes,
        lookup_tables: Mapping[str, Sequence[str]],
        former: FormerExpired | None = None,
    ) -> bytes:
        other = replace(intent, intent_id=f"{intent.intent_id}:{os.getpid()}")
        return await super().sign(key, other, message, lookup_tables, former)


async def carry_out(order: Order) -> None:
    """Place the order, bring it to its end, and hold the books against the chain.

    With a price, it is that of a token for which an order waits, which is fired instead.
    """
    clock = SystemClock()
    jupiter = replace(QUICK, base_url=order.jupiter)
    configs = [EndpointConfig.from_url(url) for url in order.rpc_urls]
    settings = RpcSettings(request_timeout_seconds=2.0)
    async with (
        open_pool(order.dsn, size=4) as database,
        RpcPool(configs, clock=clock, chance=seeded_chance(), settings=settings) as rpc,
        JupiterClient(jupiter, clock) as client,
    ):
        means = await _means(order, database, rpc, JupiterVenue(client, clock))
        if order.price:
            await fire(
                database,
                means,
                means.tokens[order.token_id],
                Decimal(order.price),
                order.first_slot,
                places_beside=order.places_beside,
            )
            return
        begun = CommitsBehindSending(means) if order.sends_first else LiveAttempts(means)
        orders = LiveOrders(means, twin=no_twin, attempts=begun, check_entry=any_entry, gate=None)
        owner = await meet(PostgresBooks(database, lambda _queued: None), order.user_id, Role.ADMIN)
        request = Request(user=owner, request_id=order.request_id, received_at=clock.now())
        wish = LiveWish(
            wallet_number=1,
            token_id=next(iter(means.tokens)),
            side=LiveSide.BUY,
            amount_in=order.lamports,
            slippage_bps=100,
        )
        intent = await orders.place(request, wish)
        await orders.carry_out((order.user_id, intent.number))
        await LiveReconciliation(means, SolanaBalances(rpc)).reconcile()


def signer_of(socket: str, *, is_forgetful: bool) -> SignerClient:
    kind = ForgetfulSigner if is_forgetful else SignerClient
    return kind(Path(socket), timeout_seconds=5.0)


@asynccontextmanager
async def signer_over(socket: str, *, is_forgetful: bool) -> AsyncIterator[SignerClient]:
    """Give a way to ask the signer, shut behind the block."""
    client = signer_of(socket, is_forgetful=is_forgetful)
    try:
        yield client
    finally:
        await client.close()


async def _means(order: Order, database: Pool, rpc: RpcPool, venue: JupiterVenue) -> LiveMeans:
    clock = SystemClock()
    tracked = [token for token, _ in await PostgresShelf(database).all_tokens()]
    return LiveMeans(
        book=PostgresLiveOrders(database, lambda _queued: None),
        accounts=PostgresLiveAccounts(database, lambda _queued: None),
        wallets=PostgresLiveWallets(database),
        books=PostgresBooks(database, lambda _queued: None),
        venue=venue,
        venue_name="jupiter",
        chain=SolanaSending(rpc, tip_accounts=order.tips, timeout_seconds=2.0),
        signer=signer_of(order.socket, is_forgetful=order.sends_first),
        clock=clock,
        tokens={token.token_id: token for token in tracked},
        notices=LiveNews(clock=clock, chance=seeded_chance(), bot_name="kit", admin_ids=()),
        rules=RULES,
        signing_rules=SigningRules(
            counterparties=frozenset(order.counterparties), more_tip_accounts=frozenset(order.tips)
        ),
        pause=asyncio.sleep,
    )


def serve() -> None:
    """Fork a child for each line, one after the other."""
    # What children log must not stand between the numbers that are told.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            code = 1
            try:
                asyncio.run(carry_out(Order(**json.loads(line))))
                code = 0
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                sys.stderr.flush()
                os._exit(code)
        _tell(pid)
        _, status = os.waitpid(pid, 0)
        _tell(os.waitstatus_to_exitcode(status))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()

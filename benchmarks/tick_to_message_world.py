"""A million alerts in PostgreSQL over made-up pools, and the product's own parts around them."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import aiohttp

from bot.adapters.clock import SystemClock
from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.mail import PostgresOutbox
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.database.suspicions import PostgresSuspicions
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcLimits
from bot.adapters.solana.solana_chain import SolanaChain
from bot.bootstrap.alert_wiring import AlertParts, wire_alerts
from bot.domain.identifiers import TOKEN_PROGRAM
from bot.domain.instruments import Token
from bot.domain.price_trust import TrustRules
from bot.ports.chain import PoolPlace
from bot.services.alert_levels import rearm
from bot.services.price_board import PriceBoard
from bot.services.refresh import Refresh
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets
from bot.services.whole_pools import WholePools
from bot.telegram.alert_notices import FiredAlertNotices
from bot.telegram.bot_api import BotApi
from bot.telegram.limits import FloodLimits
from bot.telegram.price_warnings import PriceWarnings
from bot.telegram.sender import Sender
from bot.telegram.stamps import StampedApi

PEOPLE = 10_000
DECIMALS = 6
_UNLIMITED = RpcLimits(
    requests_per_second=1e6, burst=10**6, method_requests_per_second=1e6, method_burst=10**6
)
_DEADLINE_SECONDS = 60.0
# One reading is enough: how many more a level must stand is a rule, and each waits for a refresh.
RULES = TrustRules(readings_deep=1, readings_thin=1)

_PEOPLE = """
    INSERT INTO users (user_id, first_name)
    SELECT number, 'P' FROM generate_series(1, $1) AS number
"""
_TOKENS = """
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    SELECT mint, 'B' || place, 'B', 6, $2, 1000000000000000
    FROM unnest($1::text[]) WITH ORDINALITY AS t(mint, place) ORDER BY place
"""
# Far from the prices of both moments, half of them above and half below.
_FAR = """
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper, lower)
    SELECT 1 + number % $1, token_id, CASE WHEN is_above THEN 'above' ELSE 'below' END,
           level, 'price_sol', CASE WHEN is_above THEN level END,
           CASE WHEN NOT is_above THEN level END
    FROM (
      SELECT number, 1 + number % $2 AS token_id, number / $2 % 2 = 0 AS is_above,
             (1 + number % $2)::numeric / 1000000
             * CASE WHEN number / $2 % 2 = 0 THEN 1.05 + random() ELSE 0.05 + random() * 0.9 END
               ::numeric AS level
      FROM generate_series(0, $3 - 1) AS number
    ) AS far
"""
# Between the price before the move and the one after it.
_NEAR = """
    INSERT INTO alerts (user_id, token_id, side, level, gauge, upper)
    SELECT 1 + place % $3, token_id, 'above', level, 'price_sol', level
    FROM unnest($1::integer[], $2::numeric[]) WITH ORDINALITY AS near(token_id, level, place)
    RETURNING alert_id
"""


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a tick goes through; `tick` reads some tokens and acts on them, as `Ticks` does."""

    rpc: RpcPool
    board: PriceBoard
    refresh: Refresh
    suspicions: Suspicions
    triggers: Triggers
    outbox: PostgresOutbox
    sender: Sender
    pool: Pool
    alerts: PostgresAlerts

    async def tick(self, token_ids: Sequence[int]) -> None:
        """Read tokens and fire what they reached."""
        fresh = await self.refresh.round(token_ids, _DEADLINE_SECONDS)
        await self.suspicions.check(self.suspicions.questionable(fresh))
        await self.triggers.check(fresh)


async def fill(dsn: str, places: Sequence[PoolPlace], alerts: int) -> None:
    """Put people, tokens and far-off alerts into a database."""
    async with open_pool(dsn) as pool:
        await pool.execute(_PEOPLE, PEOPLE)
        await pool.execute(_TOKENS, [place.mint for place in places], TOKEN_PROGRAM)
        await pool.execute(_FAR, PEOPLE, len(places), alerts, timeout=600)
        # What filling it leaves behind is cleared away now, not while we measure.
        await pool.execute("VACUUM (ANALYZE, FREEZE) alerts", timeout=600)


async def put_near(parts: Parts, levels: Sequence[tuple[int, Decimal]], people: int) -> None:
    """Set alerts that the move will cross, of so many people; (token id, level) each."""
    token_ids, near = zip(*levels, strict=True)
    rows = await parts.pool.fetch(_NEAR, token_ids, near, people)
    for alert in await parts.alerts.find([row["alert_id"] for row in rows]):
        rearm(parts.triggers, alert)


@asynccontextmanager
async def parts_on(
    rpc_port: int, dsn: str, telegram: str, places: Sequence[PoolPlace], *, per_second: int
) -> AsyncIterator[Parts]:
    """Wire the product's parts for the length of a block, the sender at work."""
    url = EndpointConfig.from_url(f"http://127.0.0.1:{rpc_port}/").url
    endpoint = EndpointConfig(url=url, limits=_UNLIMITED)
    clock, chance = SystemClock(), random.Random(7)  # noqa: S311 (jitter and buttons)
    async with (
        open_pool(dsn) as pool,
        RpcPool([endpoint, endpoint], clock=clock, chance=chance) as rpc,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session,
    ):
        api = BotApi(session=session, base=telegram, token="1:ours")  # noqa: S106 (of nobody)
        outbox = PostgresOutbox(pool)
        sender = Sender(
            outbox=outbox,
            api=StampedApi(api, clock),
            clock=clock,
            limits=FloodLimits(clock=clock, per_second=per_second, chat_burst=per_second),
        )
        parts = _wired(pool, rpc, sender, outbox, places)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(sender.run())
            yield parts
            sending.cancel()


def _wired(
    pool: Pool, rpc: RpcPool, sender: Sender, outbox: PostgresOutbox, places: Sequence[PoolPlace]
) -> Parts:
    clock, chance, board = SystemClock(), random.Random(7), PriceBoard()  # noqa: S311 (buttons)
    for number, place in enumerate(places, start=1):
        board.track(_token(number, place), (place,))
    chain = SolanaChain(rpc, [], clock)
    suspicions = Suspicions(
        board=board,
        book=PostgresSuspicions(pool, on_outbox=sender.hand_over),
        clock=clock,
        rules=RULES,
        notices=PriceWarnings(clock=clock, chance=chance, bot_name="bot"),
    )
    triggers = Triggers(
        board=board, suspicions=suspicions, rules=RULES, time_of=chain.time_of, clock=clock
    )
    books = PostgresBooks(pool, on_outbox=sender.hand_over)
    wallets = Wallets(
        books=books,
        board=board,
        pools=WholePools(board=board, chain=chain, clock=clock),
        clock=clock,
    )
    alerts = PostgresAlerts(pool, on_outbox=sender.hand_over)
    wire_alerts(
        AlertParts(
            book=alerts,
            board=board,
            books=books,
            triggers=triggers,
            suspicions=suspicions,
            wallets=wallets,
            clock=clock,
        ),
        notices=FiredAlertNotices(clock=clock, chance=chance, bot_name="bot"),
        rules=RULES,
        target_seconds=10.0,
    )
    return Parts(
        rpc=rpc,
        board=board,
        refresh=Refresh(board=board, chain=chain, shelf=PostgresShelf(pool), clock=clock),
        suspicions=suspicions,
        triggers=triggers,
        outbox=outbox,
        sender=sender,
        pool=pool,
        alerts=alerts,
    )


def _token(number: int, place: PoolPlace) -> Token:
    assert place.mint is not None
    return Token(
        token_id=number,
        mint=place.mint,
        symbol=f"B{number}",
        name="B",
        decimals=DECIMALS,
        program=TOKEN_PROGRAM,
        supply=10**15,
        mint_authority=None,
        freeze_authority=None,
    )

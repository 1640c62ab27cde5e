"""The services that move money around one token, on a real database and a chain of one pool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.errors import Unavailable
from bot.domain.instruments import Token
from bot.domain.orders import OpenIntent
from bot.domain.pools.reading import PoolKind, PoolReading
from bot.domain.positions import Side
from bot.domain.price_trust import TrustRules
from bot.domain.safety import TokenFacts
from bot.domain.tokens import MintReading
from bot.domain.triggers import Owner
from bot.domain.users import Mode, Role
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.chain import EndpointState, NetworkCosts, PoolPlace, TokenFound
from bot.ports.token_sources import TokenSource
from bot.services.access import Access
from bot.services.liquidations import Liquidations
from bot.services.price_board import PriceBoard
from bot.services.safety import Safety
from bot.services.safety_facts import SafetyFacts
from bot.services.short_alarms import ShortAlarms
from bot.services.suspicions import Suspicions
from bot.services.trading import Trading
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets
from bot.services.whole_pools import WholePools
from bot.services.witnesses import Witnesses
from tests.builders.books import books_on, known_token, meet
from tests.builders.desks import COSTS, SOL, pool, request
from tests.fakes.suspicion_book import PlainWarnings, SuspicionsInMemory

PRICE = 18_420 * SOL
RULES = TrustRules()


@dataclass(slots=True)
class OnePool:
    """A chain with one pool: what the refresh sees of it, and what a full reading sees."""

    reading: PoolReading
    is_away: bool = False
    behind_seconds: float = 0.0
    full_reads: list[str] = field(default_factory=list)
    others: dict[str, PoolReading] = field(default_factory=dict)
    mint: MintReading | None = None

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        if self.is_away:
            raise Unavailable("Solana RPC")
        self.full_reads.append(place.address)
        return self.reading

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = 1.0
    ) -> Mapping[str, PoolReading]:
        assert deadline_seconds > 0
        return {place.address: self.others.get(place.address, self.reading) for place in places}

    async def find_token(self, mint: str) -> TokenFound | None:
        raise AssertionError(mint)

    async def read_mints(self, mints: Sequence[str]) -> Mapping[str, MintReading]:
        if self.is_away:
            raise Unavailable("Solana RPC")
        return {mint: self.mint for mint in mints if self.mint is not None}

    async def token_facts(self, mint: str, places: Sequence[PoolPlace]) -> TokenFacts | None:
        del places
        found = (await self.read_mints([mint])).get(mint)
        return None if found is None else TokenFacts(mint=found, slot=self.reading.slot)

    async def network_costs(self) -> NetworkCosts:
        return COSTS

    def endpoints(self) -> Sequence[EndpointState]:
        return ()

    def lag_seconds(self) -> float:
        return self.behind_seconds

    def best_slot(self) -> int:
        return self.reading.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services around one token."""

    chain: OnePool
    board: PriceBoard
    books: PostgresBooks
    trading: Trading
    wallets: Wallets
    liquidations: Liquidations
    triggers: Triggers
    suspicions: Suspicions
    warnings: SuspicionsInMemory
    safety: Safety
    shelf: PostgresShelf
    kept: Token

    async def short(self, user_id: int, lamports: int, leverage: int, role: Role) -> None:
        seller = await meet(self.books, user_id, role)
        intent = OpenIntent(
            token_id=self.kept.token_id, side=Side.SHORT, size_lamports=lamports, leverage=leverage
        )
        await self.trading.open(request(f"tg:{user_id}", of=seller), intent, lambda _: ())

    async def rise(self, percent: int) -> None:
        """Let the pool stand there for as many ticks as it takes to be believed."""
        for _ in range(RULES.readings_deep):
            await self.tick(percent)

    async def tick(self, percent: int) -> None:
        """Let the pool stand at a percentage of the opening price, and look at the shorts."""
        moved = pool(sol_reserve=PRICE * percent // 100, slot=self.chain.reading.slot + 1)
        self.chain.reading = replace(moved, address="pool")
        self.board.set_price(self.kept.token_id, [self.chain.reading], SystemClock().now())
        await self.liquidations.check({self.kept.token_id})
        await self.triggers.check({self.kept.token_id})

    async def still_short(self, *user_ids: int) -> list[int]:
        desks = [await self.books.desk(user_id, Mode.PAPER, "") for user_id in user_ids]
        return [desk.user.user_id for desk in desks if desk.positions]


async def house(
    database: Pool, chain: OnePool | None = None, source: TokenSource | None = None
) -> House:
    """Build them; two houses on one chain and database are two bot processes."""
    chain = chain or OnePool(replace(pool(), address="pool"))
    board, clock = PriceBoard(), SystemClock()
    books, kept = books_on(database), await known_token(database)
    place = PoolPlace(address="pool", kind=PoolKind.RAYDIUM_AMM_V4, source="shelf", mint=kept.mint)
    board.track(kept, (place,))
    board.set_price(kept.token_id, [chain.reading], clock.now())
    risk = RiskSettings()
    warnings = SuspicionsInMemory()
    suspicions = Suspicions(
        board=board, book=warnings, clock=clock, rules=RULES, notices=PlainWarnings()
    )
    pools = WholePools(board=board, chain=chain, clock=clock)
    safety = Safety(
        board=board,
        facts=SafetyFacts(board=board, chain=chain, shelf=PostgresShelf(database), clock=clock),
        pools=pools,
        books=books,
        access=Access(books=books, clock=clock, roles={}),
        witnesses=Witnesses(
            sources=[] if source is None else [source],
            board=board,
            suspicions=suspicions,
            clock=clock,
        ),
        clock=clock,
    )
    trading = Trading(
        engine=TradingEngine(PaperVenue(), risk),
        risk=risk,
        books=books,
        board=board,
        chain=chain,
        clock=clock,
        suspicions=suspicions,
        safety=safety,
    )
    triggers = Triggers(
        board=board,
        suspicions=suspicions,
        rules=RULES,
        time_of=lambda _slot: None,
        clock=clock,
    )
    liquidations = Liquidations(
        board=board,
        pools=pools,
        trading=trading,
        books=books,
        clock=clock,
        liquidated=lambda _user, _filled: (),
        suspicions=suspicions,
        rules=RULES,
        alarms=ShortAlarms(triggers),
    )
    triggers.tell(Owner.SHORT, liquidations, confirms_itself=True)
    trading.tell(liquidations.note_booked)
    return House(
        chain=chain,
        board=board,
        books=books,
        trading=trading,
        wallets=Wallets(
            books=books,
            board=board,
            pools=pools,
            clock=clock,
            on_reset=liquidations.note_season,
        ),
        liquidations=liquidations,
        triggers=triggers,
        suspicions=suspicions,
        warnings=warnings,
        safety=safety,
        shelf=PostgresShelf(database),
        kept=kept,
    )

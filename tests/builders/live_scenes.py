"""A live wallet on the sandbox's chain with its books in PostgreSQL, and the services over both."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import asyncpg
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent, LiveRules, LiveSide, LiveWish
from bot.domain.live_wallets import SealedKey
from bot.domain.orders import Fill
from bot.domain.requests import Request
from bot.domain.signing.intents import FormerExpired, Intent
from bot.domain.signing.policy import violations
from bot.domain.signing.rules import SigningRules
from bot.domain.users import Role, User
from bot.ports.books import LedgerProof
from bot.ports.signer import Signer, SignerHealth, SigningRefused
from bot.sandbox.jupiter_api.routing import asset_of
from bot.services.live_attempts import LiveAttempts
from bot.services.live_deciding import any_entry
from bot.services.live_means import LiveMeans
from bot.services.live_orders import LiveOrders
from bot.services.live_reconciliation import LiveReconciliation
from bot.services.live_tracking import LiveTracking
from bot.telegram.live_news import LiveNews
from tests.builders.books import meet
from tests.builders.rpc_pools import seeded_chance
from tests.builders.sealed_keys import ring
from tests.builders.swap_worlds import SOL, SwapWorld

KEYRING = ring(1)
OWNER, ADMIN = 1001, 77
PURSE = 100 * SOL
EAGER = LiveRules(resend_seconds=0.0, look_seconds=0.0, patience_seconds=20.0)
"""Looks and sends again as fast as it can: a slot of the sandbox takes a few milliseconds."""
_SLOTS_BETWEEN_LOOKS = 12
_numbers = itertools.count(1)


class SignerHere:
    """The signer in this process: judges and signs, and keeps no journal."""

    def __init__(self, rules: SigningRules) -> None:
        self.vault = SealedKeyVault(KEYRING)
        self._rules = rules
        self.signed: list[bytes] = []

    async def new_wallet(self, user_id: int, number: int) -> SealedKey:
        return self.vault.create(user_id, number)

    async def sign(
        self,
        key: SealedKey,
        intent: Intent,
        message: bytes,
        lookup_tables: Mapping[str, Sequence[str]],
        former: FormerExpired | None = None,
    ) -> bytes:
        assert (former is None) == (intent.attempt == 1)
        if reasons := violations(message, intent, lookup_tables, self._rules):
            raise SigningRefused(reasons)
        self.signed.append(message)
        return self.vault.sign(key, message)

    async def reseal(self, key: SealedKey) -> SealedKey:
        return self.vault.reseal(key)

    async def health(self) -> SignerHealth:
        return SignerHealth(version="", newest_key_version=1, signatures=0, is_dumpable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveScene:
    """A funded wallet and everything that trades with it."""

    world: SwapWorld
    database: Pool
    means: LiveMeans
    orders: LiveOrders
    reconciliation: LiveReconciliation
    owner: User
    address: str
    token: Token
    signer: Signer = field(repr=False)

    @property
    def signed(self) -> list[bytes]:
        """The messages that the signer in this process has signed."""
        assert isinstance(self.signer, SignerHere)
        return self.signer.signed

    def request(self, request_id: str | None = None) -> Request:
        name = request_id or f"tg:{next(_numbers)}"
        return Request(user=self.owner, request_id=name, received_at=self.means.clock.now())

    def buying(self, lamports: int = SOL, *, slippage_bps: int = 100) -> LiveWish:
        return LiveWish(
            wallet_number=1,
            token_id=self.token.token_id,
            side=LiveSide.BUY,
            amount_in=lamports,
            slippage_bps=slippage_bps,
        )

    def selling(self, units: int, number: int = 1) -> LiveWish:
        return LiveWish(
            wallet_number=1,
            token_id=self.token.token_id,
            side=LiveSide.SELL,
            amount_in=units,
            slippage_bps=100,
            position_number=number,
        )

    async def done(self, wish: LiveWish, request: Request | None = None) -> LiveIntent:
        """Place an order and bring it as far as it goes."""
        intent = await self.orders.place(request or self.request(), wish)
        return await self.orders.carry_out((self.owner.user_id, intent.number))

    def lamports(self) -> int:
        account = self.world.chain.account(Pubkey.from_string(self.address))
        return account.lamports if account else 0

    def held(self) -> int:
        stand_in = _Address(Pubkey.from_string(self.address))
        return self.world.held(self.token.mint, stand_in)  # type: ignore[arg-type]

    async def value(self, query: str) -> object:
        async with self.database.acquire() as connection:
            return await connection.fetchval(query)

    async def rows(self, query: str) -> list[asyncpg.Record]:
        async with self.database.acquire() as connection:
            return await connection.fetch(query)

    async def ledger(self) -> LedgerProof:
        """The books checked from the transfers up."""
        return await PostgresLedgerAudit(self.database, self.means.clock).prove()

    async def prove(self) -> None:
        """Hold the books against themselves, and to the lamport against LiteSVM."""
        assert (await self.ledger()).differences == ()
        (wallet,) = await self.means.accounts.balances()
        assert wallet.lamports == self.lamports()
        assert wallet.tokens.get(self.token.mint, 0) == self.held()

    def with_parts(
        self,
        *,
        means: LiveMeans | None = None,
        attempts: Callable[[LiveMeans], LiveAttempts] = LiveAttempts,
        tracking: Callable[[LiveMeans], LiveTracking] = LiveTracking,
    ) -> LiveOrders:
        """The same orders seen by another process, with some of its parts otherwise."""
        means = means or self.means
        return LiveOrders(
            means,
            twin=no_twin,
            attempts=attempts(means),
            tracking=tracking(means),
            check_entry=any_entry,
            gate=None,
        )


@dataclass(frozen=True, slots=True)
class _Address:
    """What the sandbox's reader asks of a key pair: its public key."""

    address: Pubkey

    def pubkey(self) -> Pubkey:
        return self.address


async def no_twin(_wish: LiveWish) -> Fill | None:
    return None


def signing_rules(world: SwapWorld) -> SigningRules:
    maker = world.shop.maker
    return SigningRules(
        counterparties=frozenset({str(maker.address), str(maker.fee_owner)}),
        more_tip_accounts=frozenset({str(maker.tips)}),
    )


async def live_scene(
    world: SwapWorld,
    database: Pool,
    *,
    rules: LiveRules = EAGER,
    symbol: str = "WIF",
    lamports: int = PURSE,
    signer: Signer | None = None,
) -> LiveScene:
    """Make a wallet with SOL on the chain and in the books."""
    clock, books = SystemClock(), PostgresBooks(database, lambda _queued: None)
    owner = await meet(books, OWNER, Role.ADMIN)
    token = await PostgresShelf(database).keep(tracked(world, symbol), [])
    signer, wallets = signer or SignerHere(signing_rules(world)), PostgresLiveWallets(database)
    wallet = await wallets.put(await signer.new_wallet(OWNER, 1), clock.now())
    accounts = PostgresLiveAccounts(database, lambda _queued: None)
    await accounts.open(OWNER, 1, clock.now())
    world.chain.airdrop(Pubkey.from_string(wallet.address), lamports)
    assert await accounts.book_external(OWNER, 1, f"airdrop {Keypair().pubkey()}", lamports)

    async def pause(_seconds: float) -> None:
        world.chain.advance(_SLOTS_BETWEEN_LOOKS)
        await asyncio.sleep(0)

    means = LiveMeans(
        book=PostgresLiveOrders(database, lambda _queued: None),
        accounts=accounts,
        wallets=wallets,
        books=books,
        venue=world.venue,
        venue_name="jupiter",
        chain=world.sending,
        signer=signer,
        clock=clock,
        tokens={token.token_id: token},
        notices=LiveNews(clock=clock, chance=seeded_chance(), bot_name="kit", admin_ids=(ADMIN,)),
        rules=rules,
        signing_rules=signing_rules(world),
        pause=pause,
    )
    return LiveScene(
        world=world,
        database=database,
        means=means,
        orders=LiveOrders(means, twin=no_twin, check_entry=any_entry, gate=None),
        reconciliation=LiveReconciliation(means, SolanaBalances(world.rpc)),
        owner=owner,
        address=wallet.address,
        token=token,
        signer=signer,
    )


def tracked(world: SwapWorld, symbol: str) -> Token:
    found = asset_of(world.shop.market, Pubkey.from_string(world.mint(symbol)))
    assert found is not None
    return Token(
        token_id=0,
        mint=str(found.mint),
        symbol=symbol,
        name=symbol,
        decimals=found.decimals,
        program=str(found.program),
        supply=10**15,
        mint_authority=None,
        freeze_authority=None,
    )


def otherwise(means: LiveMeans, **parts: object) -> LiveMeans:
    """The same means but for some."""
    return replace(means, **parts)


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield

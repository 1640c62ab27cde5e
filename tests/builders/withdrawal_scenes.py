"""A funded live wallet, an owner with an authenticator and a list, and withdrawals over both."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pyotp
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.withdrawal_addresses import PostgresAddressList
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.adapters.solana.destinations import SolanaDestinations
from bot.adapters.vault.factor_vault import SealedFactorVault
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.users import User
from bot.domain.web_sessions import Visitor
from bot.domain.withdrawals import (
    ListedAddress,
    Proof,
    Withdrawal,
    WithdrawalRules,
    WithdrawalWish,
)
from bot.ports.signer import Signer
from bot.services.security import Security
from bot.services.withdrawal_addresses import WithdrawalAddresses
from bot.services.withdrawal_desk import WithdrawalDesk
from bot.services.withdrawal_means import WithdrawalMeans
from bot.services.withdrawal_payments import WithdrawalPayments
from bot.services.withdrawal_signing import WithdrawalSigning
from bot.services.withdrawals import Withdrawals
from bot.telegram.withdrawal_news import WithdrawalNews
from tests.builders.chance import seeded
from tests.builders.live_scenes import EAGER, OWNER, PURSE, LiveScene, live_scene
from tests.builders.swap_worlds import SOL, SwapWorld
from tests.web.doors import security_on

AT_ONCE = WithdrawalRules(
    order_lamports=50 * SOL,
    day_lamports=80 * SOL,
    all_day_lamports=1000 * SOL,
    address_wait=timedelta(0),
    factor_wait=timedelta(0),
    delay=timedelta(0),
)
"""Caps as they may be, and no waits: tests of those set their own."""
_steps = itertools.count(1)
_nonces = itertools.count(1)
_SLOTS_BETWEEN_ROUNDS = 12
_MOST_ROUNDS = 60
SESSION = 1


def silent(_subject: object) -> Sequence[Notice]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalScene:
    """Everything around one owner's withdrawals."""

    live: LiveScene
    means: WithdrawalMeans
    desk: WithdrawalDesk
    security: Security
    totp: pyotp.TOTP
    friend: Keypair

    @property
    def owner(self) -> User:
        return self.live.owner

    @property
    def pool(self) -> Pool:
        return self.live.database

    def sol(self, lamports: int = SOL, *, to: int = 1) -> WithdrawalWish:
        return WithdrawalWish(wallet_number=1, token_id=None, amount=lamports, address_number=to)

    def tokens(self, units: int, *, to: int = 1) -> WithdrawalWish:
        token_id = self.live.token.token_id
        return WithdrawalWish(wallet_number=1, token_id=token_id, amount=units, address_number=to)

    async def listed(self, address: str | None = None, label: str = "friend") -> ListedAddress:
        text = address or str(self.friend.pubkey())
        return await self.desk.addresses.add(self.live.request(), text, label, silent)

    async def asked(self, wish: WithdrawalWish, request_id: str | None = None) -> Withdrawal:
        return await self.desk.asking.ask(self.live.request(request_id), wish, silent)

    async def proof_of(self, withdrawal: Withdrawal) -> Proof:
        """What the page puts together once a code was right; each has a step of its own."""
        step = next(_steps)
        row = await self.pool.fetchrow(
            "UPDATE user_factors SET last_step = $2, last_purpose = $3"
            " WHERE user_id = $1 AND kind = 'totp' RETURNING version, confirmed_at",
            withdrawal.user_id,
            10**9 + step,
            withdrawal.terms.hash,
        )
        return Proof(
            user_id=withdrawal.user_id,
            withdrawal_number=withdrawal.number,
            terms_hash=withdrawal.terms.hash,
            factor_version=row["version"],
            factor_step=10**9 + step,
            factor_set_at=row["confirmed_at"],
            session_id=SESSION,
            proved_at=self.means.live.clock.now(),
        )

    async def proved(self, wish: WithdrawalWish, request_id: str | None = None) -> Withdrawal:
        withdrawal = await self.asked(wish, request_id)
        proof = await self.proof_of(withdrawal)
        await self.means.book.prove(proof, self.means.rules, ())
        return await self.read(withdrawal.number)

    async def read(self, number: int) -> Withdrawal:
        found = await self.means.book.read((self.owner.user_id, number))
        assert found is not None
        return found

    async def ended(self, number: int, payments: WithdrawalPayments | None = None) -> Withdrawal:
        """Let rounds go by, with slots between them, until a withdrawal is at its end."""
        for _ in range(_MOST_ROUNDS):
            await (payments or self.desk.payments).carry_on()
            withdrawal = await self.read(number)
            if withdrawal.ended_at is not None:
                return withdrawal
            self.live.world.chain.advance(_SLOTS_BETWEEN_ROUNDS)
        raise AssertionError(f"withdrawal {number} is still {withdrawal}")

    async def sent(self, wish: WithdrawalWish) -> Withdrawal:
        return await self.ended((await self.proved(wish)).number)

    def with_rules(self, **rules: object) -> "WithdrawalScene":
        """The same scene under other rules."""
        return self.with_means(replace(self.means, rules=replace(self.means.rules, **rules)))

    def with_means(self, means: WithdrawalMeans) -> "WithdrawalScene":
        return replace(self, means=means, desk=desk_of(means, self.security))

    def payments(self, signing: WithdrawalSigning | None = None) -> WithdrawalPayments:
        """The clock's door as another process has it."""
        return WithdrawalPayments(self.means, signing=signing)

    def received(self) -> int:
        """What the friend has in SOL."""
        return self.balance(self.friend.pubkey())

    def balance(self, address: Pubkey) -> int:
        account = self.live.world.chain.account(address)
        return account.lamports if account else 0

    async def visitor(self) -> Visitor:
        link = await self.security.sessions.invite(self.owner.user_id)
        token = await self.security.sessions.log_in(link, "a test")
        found = await self.security.sessions.visitor(token)
        assert found is not None
        return found

    async def held(self) -> int:
        return int(await self.pool.fetchval("SELECT sum(held) FROM accounts") or 0)


def worth_of(_token: Token, units: int) -> int | None:
    """A token's unit is worth a lamport here."""
    return units


def means_of(live: LiveScene, rules: WithdrawalRules = AT_ONCE) -> WithdrawalMeans:
    pool = live.database
    return WithdrawalMeans(
        live=live.means,
        book=PostgresWithdrawals(pool, lambda _queued: None),
        addresses=PostgresAddressList(pool, lambda _queued: None),
        looks=SolanaDestinations(live.world.rpc),
        notices=WithdrawalNews(clock=live.means.clock, chance=seeded(5), bot_name="kit"),
        rules=rules,
        worth=worth_of,
        draw=lambda: f"nonce-{next(_nonces)}",
    )


def desk_of(means: WithdrawalMeans, security: Security) -> WithdrawalDesk:
    return WithdrawalDesk(
        addresses=WithdrawalAddresses(means),
        asking=Withdrawals(means, security.factors),
        payments=WithdrawalPayments(means),
    )


async def withdrawal_scene(
    world: SwapWorld,
    database: Pool,
    *,
    rules: WithdrawalRules = AT_ONCE,
    lamports: int = PURSE,
    signer: Signer | None = None,
    listed: bool = True,
) -> WithdrawalScene:
    """Make a wallet with SOL, an authenticator, and a list with a friend on it."""
    live = await live_scene(world, database, rules=EAGER, lamports=lamports, signer=signer)
    security = security_on(database, SealedFactorVault(b"k" * 32), delay=timedelta(hours=24))
    means = means_of(live, rules)
    scene = WithdrawalScene(
        live=live,
        means=means,
        desk=desk_of(means, security),
        security=security,
        totp=pyotp.TOTP("A" * 32),
        friend=Keypair(),
    )
    visitor = await scene.visitor()
    secret = await security.factors.begin_authenticator(visitor)
    scene = replace(scene, totp=pyotp.TOTP(secret.typed))
    await security.factors.confirm_authenticator(visitor, scene.totp.at(SystemClock().now()))
    if listed:
        await scene.listed()
    assert scene.owner.user_id == OWNER
    return scene

"""Every step around a withdrawal, honest or not, on a real database, and a judge beside it.

The judge is written apart from the product: it remembers what was really done, by whom and when,
and tells whether a payment was due. Time is a row of a table that both sides read.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import asyncpg

from bot.adapters.database.connection import Pool
from bot.adapters.database.factors import PostgresFactors
from bot.adapters.database.withdrawal_addresses import PostgresAddressList
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.live_orders import AttemptState
from bot.domain.requests import Request
from bot.domain.users import Role, Status, User
from bot.domain.withdrawals import (
    ListedAddress,
    Payment,
    Proof,
    Withdrawal,
    WithdrawalRules,
    WithdrawalState,
    missing,
)
from bot.ports.chain_sending import WalletChange
from bot.ports.withdrawals import Kept

SOL = 10**9
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RULES = WithdrawalRules(
    order_lamports=4 * SOL,
    day_lamports=6 * SOL,
    all_day_lamports=1000 * SOL,
    address_wait=timedelta(hours=24),
    factor_wait=timedelta(hours=24),
    delay=timedelta(minutes=30),
)
PURSE = 20 * SOL
_CODE_SECONDS = 120
_people = itertools.count(10_000_001)
_CLOCK = """
    CREATE TABLE hand_clock (at timestamptz NOT NULL);
    INSERT INTO hand_clock VALUES ('2026-01-01T00:00:00Z');
    CREATE OR REPLACE FUNCTION withdrawal_clock() RETURNS timestamptz LANGUAGE sql STABLE AS
      'SELECT at FROM hand_clock';
"""
_PERSON = (
    "INSERT INTO users (user_id, first_name, role, status) VALUES ($1, 'x', 'basic', 'active')"
)
_SET_FACTOR = """
    INSERT INTO user_factors (user_id, kind, version, key_id, sealed, last_step, confirmed_at)
    VALUES ($1, 'totp', $2, 'k', '', $3, $4)
    ON CONFLICT (user_id, kind) DO UPDATE SET version = $2, last_step = $3, confirmed_at = $4
"""


class PaidWithoutReasonError(AssertionError):
    """A payment was taken that the judge knows to lack something."""


class RefusedWithoutReasonError(AssertionError):
    """A payment was refused that lacks nothing."""


@dataclass(slots=True, kw_only=True)
class Truth:
    """What really happened to one withdrawal."""

    amount: int
    address: int
    asked_at: datetime
    proved_at: datetime | None = None
    factor: tuple[int, datetime] | None = None  # version, and since when it was set
    is_stopped: bool = False
    is_over: bool = False
    payments: int = 0
    is_alive: bool = False


@dataclass(slots=True, kw_only=True)
class Steps:
    """One person's withdrawals from the beginning; each walk has a person of its own."""

    pool: Pool
    user_id: int
    book: PostgresWithdrawals
    list_: PostgresAddressList
    factors: PostgresFactors
    now: datetime = BEGIN
    addresses: dict[int, tuple[str, datetime, bool]] = field(default_factory=dict)
    truths: dict[int, Truth] = field(default_factory=dict)
    version: int = 1
    factor_set_at: datetime = BEGIN - timedelta(days=30)
    step: int = 1000
    used: list[int] = field(default_factory=list)
    is_active: bool = True
    is_paused: bool = False
    paid: list[tuple[datetime, int]] = field(default_factory=list)
    requests: int = 0
    count: int = 0

    # what an honest bot does for its person

    async def add_address(self) -> None:
        number = len(self.addresses) + 1
        text = f"address {self.user_id} {number}"
        usable_at = self.now + RULES.address_wait
        listed = ListedAddress(
            user_id=self.user_id,
            number=number,
            address=text,
            label="x",
            added_at=self.now,
            usable_at=usable_at,
        )
        assert await self.list_.add(self._request(), listed, 1000, ()) == number
        self.addresses[number] = (text, usable_at, False)

    async def remove_address(self, number: int) -> None:
        text, usable_at, is_gone = self.addresses[number]
        if is_gone:
            return
        await self.list_.remove(self._request(), number, self.now, ())
        self.addresses[number] = (text, usable_at, True)
        for truth in self.truths.values():
            if truth.address == number and truth.payments == 0:
                truth.is_stopped = True

    async def ask(self, address: int, amount: int) -> None:
        try:
            withdrawal = await self._asked(address, amount)
        except Refusal:
            return
        for truth in self.truths.values():
            truth.is_over |= truth.proved_at is None
        self.truths[withdrawal.number] = Truth(amount=amount, address=address, asked_at=self.now)

    async def give_code(self, number: int) -> None:
        """Type the right code for a withdrawal on its page."""
        await self._type_code(number)
        if await self._prove(number, self.step):
            self._note_proof(number)

    async def commit(self, number: int) -> None:
        """Send whatever may be sent: asked at any moment, as often as anybody likes."""
        truth = self.truths[number]
        may = self._may_pay(truth)
        kept, lacking = await self.book.commit(self._payment(number))
        if kept is Kept.BOOKED:
            if not may:
                raise PaidWithoutReasonError(number, truth)
            await self._require_held(truth)
            truth.payments += 1
            truth.is_alive = True
            self.paid.append((self.now, truth.amount))
        elif may:
            raise RefusedWithoutReasonError(number, truth, kept, lacking)

    async def land(self, number: int) -> None:
        """Let the chain say that the payment that is out has landed."""
        truth = self.truths[number]
        if not truth.is_alive:
            return
        withdrawal = await self._read(number)
        payment = withdrawal.payments[-1]
        change = WalletChange(
            signature=payment.signature,
            slot=1,
            error=None,
            lamports=-truth.amount - 5_000,
            fee_lamports=5_000,
            rent_lamports=0,
            tip_lamports=0,
            tokens={},
            withheld={},
        )
        assert await self.book.settle(payment, change, 0, self.now, ())
        truth.is_alive, truth.is_over = False, True

    async def expire(self, number: int) -> None:
        """Let two nodes say that the payment that is out never lands."""
        truth = self.truths[number]
        if not truth.is_alive:
            return
        withdrawal = await self._read(number)
        payment = withdrawal.payments[-1]
        assert await self.book.move(payment, AttemptState.EXPIRED, self.now)
        truth.is_alive = False
        self.paid.pop()

    async def cancel(self, number: int) -> None:
        truth = self.truths[number]
        done = await self._end(number, WithdrawalState.CANCELLED)
        truth.is_over |= done

    async def lapse(self) -> None:
        """What the clock does with wishes whose code did not come."""
        for number, truth in self.truths.items():
            if truth.proved_at is None and not truth.is_over:
                truth.is_over |= await self._end(number, WithdrawalState.LAPSED)

    async def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        await self.pool.execute("UPDATE hand_clock SET at = $1", self.now)

    async def freeze(self) -> None:
        await self._status("frozen")
        self.is_active = False
        for truth in self.truths.values():
            truth.is_stopped |= truth.payments == 0

    async def thaw(self) -> None:
        await self._status("active")
        self.is_active = True

    async def pause(self) -> None:
        await self.pool.execute(
            "INSERT INTO live_pauses VALUES ($1, 1, now(), '[]') ON CONFLICT DO NOTHING",
            self.user_id,
        )
        self.is_paused = True

    async def resume(self) -> None:
        await self.pool.execute("DELETE FROM live_pauses WHERE user_id = $1", self.user_id)
        self.is_paused = False

    async def set_factor(self) -> None:
        """Set another authenticator, as an owner or a thief may."""
        self.version, self.factor_set_at, self.step = self.version + 1, self.now, 1000
        await self.pool.execute(
            _SET_FACTOR, self.user_id, self.version, self.step, self.factor_set_at
        )

    # what a bot with a fault in it, or a thief at its controls, might do

    async def prove_without_code(self, number: int) -> None:
        if await self._prove(number, self.step + 7):
            raise PaidWithoutReasonError("proved without a code", number)

    async def prove_with_used_code(self, number: int) -> None:
        spent = [step for step in self.used if step < self.step]
        if spent and await self._prove(number, spent[-1]):
            raise PaidWithoutReasonError("proved with a used code", number)

    async def prove_with_code_of(self, number: int, other: int) -> None:
        """Take a code that was given on the page of another withdrawal."""
        if number == other:
            return
        await self._type_code(other)
        terms = (await self._read(other)).terms.hash
        proved = await self._prove(number, self.step, terms_hash=terms)
        if proved or await self._prove(number, self.step):
            raise PaidWithoutReasonError("proved by another's code", number)

    async def backdate_proof(self, number: int) -> None:
        """Say that the code came in time, though it did not."""
        await self._type_code(number)
        truth = self.truths[number]
        if await self._prove(number, self.step, at=truth.asked_at):
            self._note_proof(number)

    async def force_row(self, number: int) -> None:
        """Put a payment's row past every function."""
        truth, may = self.truths[number], self._may_pay(self.truths[number])
        payment = self._payment(number)
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(
                    "INSERT INTO withdrawal_attempts (user_id, withdrawal_number, number,"
                    " signature, raw, last_valid_block_height, signed_at)"
                    " VALUES ($1, $2, $3, $4, $5, 1, $6)",
                    self.user_id,
                    number,
                    payment.number,
                    payment.signature,
                    payment.raw,
                    self.now,
                )
            except asyncpg.IntegrityConstraintViolationError:
                return
            else:
                if not may:
                    raise PaidWithoutReasonError("its row was forced", number, truth)
            finally:
                await transaction.rollback()

    async def forge(self, number: int, what: str) -> None:
        """Change what was asked, listed or proved."""
        try:
            await self.pool.execute(
                f"UPDATE withdrawals SET {what} WHERE user_id = $1 AND number = $2",  # noqa: S608
                self.user_id,
                number,
            )
        except asyncpg.IntegrityConstraintViolationError:
            return
        raise PaidWithoutReasonError("a row was forged", number, what)

    # the judge

    async def check(self) -> None:
        """Hold the two descriptions of what is missing against each other."""
        for number in sorted(self.truths)[-2:]:
            place = (self.user_id, number)
            pure = missing(await self.book.standing(place), self.now)
            told = await self.pool.fetchval(
                "SELECT withdrawal_missing(w) FROM withdrawals w"
                " WHERE user_id = $1 AND number = $2",
                *place,
            )
            assert set(pure) == set(told), (number, pure, told)

    async def settle_accounts(self) -> None:
        """Tell that no account went below zero and that everything held has a reason."""
        rows = await self.pool.fetch(
            "SELECT a.balance, a.held FROM accounts a WHERE user_id = $1 AND kind = 'cash'",
            self.user_id,
        )
        assert all(row["balance"] >= row["held"] >= 0 for row in rows)
        under_way = [
            truth
            for truth in self.truths.values()
            if truth.proved_at is not None and not truth.is_over
        ]
        if not under_way:
            assert all(row["held"] == 0 for row in rows)

    def _may_pay(self, truth: Truth) -> bool:
        _, usable_at, is_gone = self.addresses[truth.address]
        if truth.proved_at is None or truth.factor is None or truth.is_over or truth.is_alive:
            return False
        return (
            not is_gone
            and usable_at <= truth.asked_at
            and truth.asked_at
            <= truth.proved_at
            <= truth.asked_at + timedelta(seconds=_CODE_SECONDS)
            and truth.factor == (self.version, self.factor_set_at)
            and truth.factor[1] + RULES.factor_wait <= truth.proved_at
            and truth.proved_at + RULES.delay <= self.now
            and not truth.is_stopped
            and self.is_active
            and not self.is_paused
            and truth.payments < RULES.most_attempts
            and truth.amount + self._of_the_day(truth) <= RULES.day_lamports
        )

    def _of_the_day(self, meant: Truth) -> int:
        """What else was proved within the day before this one's code."""
        assert meant.proved_at is not None
        return sum(
            truth.amount
            for truth in self.truths.values()
            if truth is not meant
            and truth.proved_at is not None
            and meant.proved_at - timedelta(hours=24) < truth.proved_at <= meant.proved_at
            and (not truth.is_over or truth.payments)
            and truth.proved_at < meant.proved_at
        )

    def _note_proof(self, number: int) -> None:
        truth = self.truths[number]
        truth.proved_at, truth.factor = self.now, (self.version, self.factor_set_at)

    async def _require_held(self, truth: Truth) -> None:
        held = await self.pool.fetchval(
            "SELECT sum(held) FROM accounts WHERE user_id = $1", self.user_id
        )
        if held < truth.amount:
            raise PaidWithoutReasonError("its funds are not held", truth)

    # how each is asked

    def _request(self) -> Request:
        self.requests += 1
        user = User(user_id=self.user_id, role=Role.BASIC, status=Status.ACTIVE, first_name="x")
        return Request(user=user, request_id=f"r{self.requests}", received_at=self.now)

    async def _asked(self, address: int, amount: int) -> Withdrawal:
        request = self._request()
        withdrawal = Withdrawal(
            user_id=self.user_id,
            number=0,
            request_id=request.request_id,
            request_hash="h",
            wallet_number=1,
            wallet_address="own wallet",
            address_number=address,
            destination=self.addresses[address][0],
            mint=SOL_MINT,
            token_id=None,
            token_program=TOKEN_PROGRAM,
            amount=amount,
            worth_lamports=amount,
            most_fee_lamports=RULES.most_fee_lamports,
            most_rent_lamports=0,
            most_attempts=RULES.most_attempts,
            nonce=f"nonce {self.requests}",
            delay_seconds=int(RULES.delay.total_seconds()),
            factor_wait_seconds=int(RULES.factor_wait.total_seconds()),
            received_at=self.now,
            asked_at=self.now,
            expires_at=self.now + timedelta(seconds=_CODE_SECONDS),
        )
        return replace(withdrawal, number=await self.book.ask(request, withdrawal, RULES, ()))

    async def _type_code(self, number: int) -> None:
        """Give the next code on the page of a withdrawal, where it is used up for its terms."""
        self.step += 1
        purpose = (await self._read(number)).terms.hash
        assert await self.factors.take_step(self.user_id, self.version, self.step, purpose)
        self.used.append(self.step)

    async def _prove(
        self, number: int, step: int, *, terms_hash: str = "", at: datetime | None = None
    ) -> bool:
        proof = Proof(
            user_id=self.user_id,
            withdrawal_number=number,
            terms_hash=terms_hash or (await self._read(number)).terms.hash,
            factor_version=self.version,
            factor_step=step,
            factor_set_at=self.factor_set_at,
            session_id=1,
            proved_at=at or self.now,
        )
        try:
            await self.book.prove(proof, RULES, ())
        except (Refusal, asyncpg.IntegrityConstraintViolationError):
            return False
        return True

    async def _read(self, number: int) -> Withdrawal:
        found = await self.book.read((self.user_id, number))
        assert found is not None
        return found

    async def _end(self, number: int, state: WithdrawalState) -> bool:
        return await self.book.end((self.user_id, number), state, "x", self.now, ())

    async def _status(self, status: str) -> None:
        await self.pool.execute(
            "UPDATE users SET status = $2 WHERE user_id = $1", self.user_id, status
        )

    def _payment(self, number: int) -> Payment:
        count = self.truths[number].payments + 1
        return Payment(
            user_id=self.user_id,
            withdrawal_number=number,
            number=count,
            state=AttemptState.SIGNED,
            signature=f"{self.user_id}/{number}/{count}",
            raw=b"x",
            last_valid_block_height=1,
            signed_at=self.now,
        )


FORGERIES: Sequence[str] = (
    "amount = amount + 1",
    "destination = 'thief'",
    "asked_at = asked_at - interval '1 day'",
    "expires_at = expires_at + interval '1 day'",
    "delay_seconds = 0",
    "nonce = 'mine'",
    "factor_wait_seconds = 0",
)


async def take_the_clock(pool: Pool) -> None:
    """Let a test say what the time is, in a database of its own."""
    await pool.execute(_CLOCK)


async def begin(pool: Pool) -> Steps:
    """A person with a purse, an old authenticator, and an address that can be used."""
    user_id = next(_people)
    quiet = lambda _queued: None  # noqa: E731 (nobody sends here)
    await pool.execute(_PERSON, user_id)
    await pool.fetchval("SELECT open_live_books($1, 1, $2)", user_id, BEGIN)
    await pool.fetchval("SELECT book_external($1, 1, $2, $3)", user_id, f"airdrop {user_id}", PURSE)
    steps = Steps(
        pool=pool,
        user_id=user_id,
        book=PostgresWithdrawals(pool, quiet),
        list_=PostgresAddressList(pool, quiet),
        factors=PostgresFactors(pool, on_outbox=quiet),
    )
    await pool.execute("UPDATE hand_clock SET at = $1", BEGIN)
    await pool.execute(_SET_FACTOR, user_id, steps.version, steps.step, steps.factor_set_at)
    await steps.add_address()
    await steps.wait(int(RULES.address_wait.total_seconds()))
    return steps

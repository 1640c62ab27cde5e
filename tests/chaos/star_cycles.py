"""Subscriptions from offer to lapse, told of twice, late and out of order, against a model."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox
from bot.adapters.database.star_ledger import PostgresStarLedger
from bot.domain.notices import Notice
from bot.domain.premium import GRACE, PERIOD, StarCharge, StarInvoice, StarPayment
from bot.domain.requests import Request
from bot.domain.users import PersonSeen, Role
from bot.ports.mail import StoredUpdate
from bot.services.access import Access
from bot.services.languages import Languages
from bot.services.modes import Modes
from bot.services.premium import Premium
from bot.telegram.application import Application
from bot.telegram.receiver import lane_of
from tests.builders.chance import seeded
from tests.builders.desks import request
from tests.fakes.language_book import FakeLanguageBook
from tests.fakes.mode_book import FakeModeBook

START = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)
STARS = 250
ADMIN = 9
_LAPSE = "SELECT lapse_role($1, $2, '[]')"
_APART = 10**7  # between the numbers of those who play beside one another
_LONGEST_DELAY_DAYS = 45


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it was set."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - START).total_seconds()


@dataclass
class Desk:
    """Telegram's side of Stars, which notes what it was asked for."""

    refunds: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)

    async def link(self, invoice: StarInvoice) -> str:
        return f"https://t.me/${invoice.invoice_id}"

    async def refund(self, user_id: int, charge_id: str) -> None:
        self.refunds.append(f"{user_id} {charge_id}")

    async def set_canceled(self, user_id: int, charge_id: str, *, is_canceled: bool) -> None:
        self.canceled.append(f"{user_id} {charge_id} {is_canceled}")


class Silence:
    """Tells nobody anything."""

    def paid(self, payment: StarPayment, *, is_refunded: bool) -> Sequence[Notice]:
        del payment, is_refunded
        return ()

    def unmatched(self, payment: StarPayment) -> Sequence[Notice]:
        del payment
        return ()

    def refunded(self, charge: StarCharge, until: datetime | None) -> Sequence[Notice]:
        del charge, until
        return ()


class NoBoards:
    async def gone(self, user_id: int, chat_id: int) -> None:
        raise AssertionError((user_id, chat_id))


class NoRooms:
    groups = None


async def nobody_changes(_request: Request, _notices: Sequence[Notice]) -> None:
    raise AssertionError("nobody changes their mode here")


@dataclass(frozen=True, slots=True, kw_only=True)
class FewServices:
    """What the application asks for at its start, and what payments need."""

    premium: Premium
    access: Access
    leaderboards: NoBoards
    languages: Languages
    modes: Modes
    rooms: NoRooms


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery: when, what, and what it means to whoever believes it once."""

    at: datetime
    person: int
    kind: str
    charge: str
    until: datetime | None
    update: Mapping[str, object]


@dataclass(slots=True)
class Model:
    """What is known of one person's charges: believed once each, in whatever order."""

    untils: dict[str, datetime] = field(default_factory=dict)
    refunded: set[str] = field(default_factory=set)

    def hear(self, told: Told) -> None:
        if told.kind == "refund":
            self.refunded.add(told.charge)
        elif told.until is not None:
            self.untils[told.charge] = told.until

    def is_premium(self, now: datetime) -> bool:
        return any(
            until + GRACE > now
            for charge, until in self.untils.items()
            if charge not in self.refunded
        )


@dataclass(slots=True)
class Naive:
    """The usual way: each payment adds thirty days, each refund takes them, each lapse ends it."""

    until: datetime = START

    def hear(self, told: Told, now: datetime) -> None:
        days = PERIOD if told.kind == "payment" else -PERIOD
        self.until = max(self.until, now) + days

    def is_premium(self, now: datetime) -> bool:
        return self.until + GRACE > now


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of some lives."""

    deliveries: int = 0
    checks: int = 0
    wrong_roles: int = 0
    naive_wrong: int = 0
    twice: int = 0
    seconds: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def is_sound(self) -> bool:
        return not self.wrong_roles and not self.twice and self.checks > 0


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Add up what came of several."""
    return Outcome(
        deliveries=sum(one.deliveries for one in outcomes),
        checks=sum(one.checks for one in outcomes),
        wrong_roles=sum(one.wrong_roles for one in outcomes),
        naive_wrong=sum(one.naive_wrong for one in outcomes),
        twice=sum(one.twice for one in outcomes),
        seconds=[second for one in outcomes for second in one.seconds],
        kinds=sum((one.kinds for one in outcomes), Counter()),
    )


class Cycles:
    """Plays lives of subscriptions through the application and a real database."""

    def __init__(self, database: Pool, seed: int, place: int = 0) -> None:
        self._database = database
        self._first = place * _APART + 2000
        self._ends: list[tuple[datetime, int]] = []
        self._chance = random.Random(seed)  # noqa: S311 (drawn to be drawn again)
        self._clock, self._desk = SetClock(), Desk()
        books = PostgresBooks(database, on_outbox=lambda _queued: None)
        self._access = Access(books=books, clock=self._clock, roles={ADMIN: Role.ADMIN})
        self._numbers = iter(range(place * _APART + 1, (place + 1) * _APART))
        self._inbox = PostgresInbox(database)
        self._premium = Premium(
            ledger=PostgresStarLedger(database, on_outbox=lambda _queued: None),
            desk=self._desk,
            access=self._access,
            clock=self._clock,
            new_id=lambda: f"invoice-{next(self._numbers)}",
            notices=Silence(),
            stars=STARS,
        )
        services = FewServices(
            premium=self._premium,
            access=self._access,
            leaderboards=NoBoards(),
            languages=Languages(book=FakeLanguageBook(), access=self._access),
            modes=Modes(book=FakeModeBook(commit=nobody_changes), is_live_on=False),
            rooms=NoRooms(),
        )
        self._application = Application(
            services=services,
            inbox=self._inbox,
            clock=self._clock,
            chance=seeded(seed),
            bot_name="kitrader_bot",
        )
        self.outcome = Outcome()

    async def live(self, people: int) -> Outcome:
        """Let so many people subscribe, and hold each delivery against the model."""
        models = {self._first + number: Model() for number in range(people)}
        naives = {person: Naive() for person in models}
        deliveries = [told for person in models for told in await self._life(person)]
        for told in sorted(deliveries, key=lambda one: one.at):
            self._clock.moment = told.at
            await self._lapse()
            is_new = await self._deliver(told)
            models[told.person].hear(told)
            if told.until is not None:
                heappush(self._ends, (told.until + GRACE, told.person))
            if is_new:
                naives[told.person].hear(told, told.at)
            await self._check(told.person, models, naives)
        await self._check_the_end(models)
        return self.outcome

    async def _lapse(self) -> None:
        """Do what the clock's job does, for those whose time is over."""
        while self._ends and self._ends[0][0] <= self._clock.moment:
            _, person = heappop(self._ends)
            await self._database.execute(_LAPSE, person, self._clock.moment)

    async def _check(
        self, person: int, models: Mapping[int, Model], naives: Mapping[int, Naive]
    ) -> None:
        now = self._clock.moment
        role = await self._database.fetchval("SELECT role FROM users WHERE user_id = $1", person)
        should = models[person].is_premium(now)
        self.outcome.checks += 1
        self.outcome.wrong_roles += (role == "premium") != should
        self.outcome.naive_wrong += naives[person].is_premium(now) != should

    async def _check_the_end(self, models: Mapping[int, Model]) -> None:
        """A month after all was told, nobody has what they have not paid for; nothing is double."""
        for person, model in models.items():
            rows = await self._database.fetch(
                "SELECT charge_id, until FROM star_charges WHERE user_id = $1 AND paid_at NOTNULL",
                person,
            )
            self.outcome.twice += {row["charge_id"]: row["until"] for row in rows} != model.untils
            paid = await self._database.fetchval(
                "SELECT count(*) FROM audit_log WHERE user_id = $1 AND action = 'stars.paid'",
                person,
            )
            self.outcome.twice += paid != len(model.untils)
        self._clock.moment += timedelta(days=400)
        await self._lapse()
        left = await self._database.fetchval(
            "SELECT count(*) FROM users WHERE role = 'premium' AND user_id = ANY ($1)", list(models)
        )
        self.outcome.checks += 1
        self.outcome.wrong_roles += int(left)

    async def _life(self, person: int) -> list[Told]:
        """Give all that Telegram tells of one person, in the order of its deliveries."""
        seen = PersonSeen(user_id=person, first_name=f"P{person}")
        told: list[Told] = []
        at = START + timedelta(minutes=self._chance.randrange(60 * 24 * 40))
        for _ in range(self._chance.choice((1, 1, 1, 2))):
            self._clock.moment = at
            user = await self._access.identify(seen)
            view = await self._premium.offer(user)
            assert view.invoice is not None, "nobody has paid before anything is delivered"
            invoice = view.invoice.invoice_id
            await self._premium.check_out(user, invoice, "XTR", STARS)
            # Nothing is delivered yet: a second subscription may be for the same invoice.
            told += self._subscription(person, invoice, at)
            at += PERIOD * self._chance.randrange(1, 5) + timedelta(days=3)
        told += [
            self._again(one, is_same_update=self._chance.random() < 0.5)
            for one in told
            if self._chance.random() < 0.4
        ]
        return told

    def _subscription(self, person: int, invoice: str, at: datetime) -> Iterator[Told]:
        until = at
        for number in range(self._chance.choice((1, 1, 2, 3, 4))):
            paid_at, until = until, until + PERIOD
            charge = f"stx{next(self._numbers)}"
            yield self._payment(person, invoice, charge, paid_at, until, is_first=number == 0)
            if self._chance.random() < 0.25:
                hours = self._chance.randrange(24 * 35)
                yield self._refund(person, invoice, charge, paid_at + timedelta(hours=hours))

    def _payment(
        self,
        person: int,
        invoice: str,
        charge: str,
        at: datetime,
        until: datetime,
        *,
        is_first: bool,
    ) -> Told:
        body = {
            "currency": "XTR",
            "total_amount": STARS,
            "invoice_payload": invoice,
            "telegram_payment_charge_id": charge,
            "provider_payment_charge_id": charge,
            "subscription_expiration_date": int(until.timestamp()),
            "is_recurring": True,
        } | ({"is_first_recurring": True} if is_first else {})
        update = self._message(person, at, "successful_payment", body)
        return Told(
            at=self._delayed(at),
            person=person,
            kind="payment",
            charge=charge,
            until=datetime.fromtimestamp(int(until.timestamp()), UTC),
            update=update,
        )

    def _refund(self, person: int, invoice: str, charge: str, at: datetime) -> Told:
        body = {
            "currency": "XTR",
            "total_amount": STARS,
            "invoice_payload": invoice,
            "telegram_payment_charge_id": charge,
        }
        update = self._message(person, at, "refunded_payment", body)
        return Told(
            at=self._delayed(at),
            person=person,
            kind="refund",
            charge=charge,
            until=None,
            update=update,
        )

    def _message(
        self, person: int, at: datetime, kind: str, body: Mapping[str, object]
    ) -> Mapping[str, object]:
        sender = {"id": person, "is_bot": False, "first_name": f"P{person}"}
        return {
            "update_id": next(self._numbers),
            "message": {
                "message_id": next(self._numbers),
                "date": int(at.timestamp()),
                "chat": {"id": person, "type": "private"},
                "from": sender,
                kind: body,
            },
        }

    def _delayed(self, at: datetime) -> datetime:
        """Deliver most at once, some after hours, a few after the period is over."""
        drawn = self._chance.random()
        if drawn < 0.6:
            return at + timedelta(milliseconds=self._chance.randrange(2000))
        if drawn < 0.9:
            return at + timedelta(minutes=self._chance.randrange(3 * 24 * 60))
        return at + timedelta(minutes=self._chance.randrange(_LONGEST_DELAY_DAYS * 24 * 60))

    def _again(self, told: Told, *, is_same_update: bool) -> Told:
        """Deliver the same once more, later or sooner, as the same update or as another."""
        update = dict(told.update)
        if not is_same_update:
            update["update_id"] = next(self._numbers)
        return Told(
            at=self._delayed(told.at),
            person=told.person,
            kind=told.kind,
            charge=told.charge,
            until=told.until,
            update=update,
        )

    async def _deliver(self, told: Told) -> bool:
        """Hand an update in, or have an admin refund where Telegram would tell of it later."""
        self.outcome.deliveries += 1
        self.outcome.kinds[told.kind] += 1
        if told.kind == "refund" and self._chance.random() < 0.3:
            await self._refund_by_hand(told)
        stored = StoredUpdate(
            update_id=int(str(told.update["update_id"])),
            lane=lane_of(told.update),
            raw=told.update,
            received_at=told.at,
        )
        if not await self._inbox.store([stored]):
            return False
        began = time.perf_counter()
        await self._application.handle(stored)
        self.outcome.seconds.append(time.perf_counter() - began)
        return True

    async def _refund_by_hand(self, told: Told) -> None:
        admin = await self._access.identify(PersonSeen(user_id=ADMIN, first_name="Ada"))
        known = await self._database.fetchval(
            "SELECT refunded_at IS NULL FROM star_charges WHERE charge_id = $1", told.charge
        )
        if known:
            self.outcome.kinds["refund by hand"] += 1
            asked = request(f"cb:{ADMIN}:{told.charge}", of=admin)
            await self._premium.refund(asked, told.charge, lambda _charge: ())

"""Premium for Stars on a real database: who may pay, what is credited, what is given back."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.star_ledger import PostgresStarLedger
from bot.domain.errors import Refusal
from bot.domain.premium import PERIOD, StarPayment
from bot.domain.users import Role, User
from bot.services.access import Access
from bot.services.premium import Premium
from bot.telegram.layout import Screen, to_send
from bot.telegram.rich_text import Text
from bot.telegram.star_notices import StarNews
from tests.builders.books import books_on, meet
from tests.builders.desks import request
from tests.chaos.star_cycles import Desk
from tests.fakes.hand_clock import HandClock

ADA = 9


@dataclass(slots=True, kw_only=True)
class Shop:
    """Premium for 250 Stars, and Ann who wants it."""

    premium: Premium
    database: Pool
    clock: HandClock
    desk: Desk
    ann: User

    async def invoice(self) -> str:
        view = await self.premium.offer(self.ann)
        assert view.invoice is not None
        return view.invoice.invoice_id

    async def pay(self, invoice_id: str, charge_id: str = "stx1", **changes: object) -> None:
        now = self.clock.now()
        payment = StarPayment(
            user_id=self.ann.user_id,
            charge_id=charge_id,
            invoice_id=invoice_id,
            currency="XTR",
            stars=250,
            until=now + PERIOD,
            is_first=True,
            paid_at=now,
        )
        await self.premium.paid(replace(payment, **changes), None)

    async def role(self) -> str:
        return str(await self.database.fetchval("SELECT role FROM users WHERE user_id = 1001"))

    async def told(self) -> list[tuple[int, str]]:
        rows = await self.database.fetch("SELECT chat_id, payload FROM outbox ORDER BY notice_id")
        return [(row["chat_id"], row["payload"]["text"]) for row in rows]


@pytest.fixture
async def shop(database: Pool) -> Shop:
    return await shop_on(database)


async def shop_on(database: Pool, stars: int = 250) -> Shop:
    books, clock, desk = books_on(database), HandClock(), Desk()
    numbers = iter(range(1, 100))
    premium = Premium(
        ledger=PostgresStarLedger(database, on_outbox=lambda _queued: None),
        desk=desk,
        access=Access(books=books, clock=clock, roles={}),
        clock=clock,
        new_id=lambda: f"invoice-{next(numbers)}",
        notices=StarNews(admin_ids=[ADA]),
        stars=stars,
    )
    ann = await meet(books)
    return Shop(premium=premium, database=database, clock=clock, desk=desk, ann=ann)


async def test_nothing_is_sold_without_a_price(database: Pool) -> None:
    shop = await shop_on(database, stars=0)
    with pytest.raises(Refusal, match="premium_not_offered"):
        await shop.premium.offer(shop.ann)


async def test_only_ones_own_invoice_at_its_price_may_be_paid(shop: Shop) -> None:
    invoice, check = await shop.invoice(), shop.premium.check_out
    assert await shop.invoice() == invoice  # asked again, the same
    await check(shop.ann, invoice, "XTR", 250)
    bob = await meet(books_on(shop.database), 1002)
    for who, payload, currency, stars, code in (
        (bob, invoice, "XTR", 250, "anothers_invoice"),
        (shop.ann, "invoice-99", "XTR", 250, "unknown_invoice"),
        (shop.ann, invoice, "XTR", 1, "wrong_price"),
        (shop.ann, invoice, "EUR", 250, "wrong_price"),
    ):
        with pytest.raises(Refusal, match=code):
            await check(who, payload, currency, stars)


async def test_a_price_that_changed_is_for_new_invoices_only(shop: Shop) -> None:
    invoice = await shop.invoice()
    dearer = await shop_on(shop.database, stars=300)
    with pytest.raises(Refusal, match="old_price"):
        await dearer.premium.check_out(shop.ann, invoice, "XTR", 250)
    await shop.pay(invoice)
    await dearer.premium.check_out(shop.ann, invoice, "XTR", 250)  # as a renewal would ask


async def test_nobody_pays_twice_at_a_time(shop: Shop) -> None:
    first = await shop.invoice()
    other = (await shop_on(shop.database)).premium
    await shop.pay(first)
    await shop.database.execute(
        "INSERT INTO star_invoices (user_id, invoice_id, stars, made_at)"
        " VALUES (1001, 'second', 250, now())"
    )
    with pytest.raises(Refusal, match="already_premium"):
        await other.check_out(shop.ann, "second", "XTR", 250)


async def test_a_payment_gives_premium_once_and_it_lasts_as_paid(shop: Shop) -> None:
    invoice = await shop.invoice()
    for _ in range(3):
        await shop.pay(invoice)
    assert await shop.role() == "premium"
    (told,) = await shop.told()
    assert "You have premium until 5 Nov 12:00 UTC" in told[1]
    until = await shop.database.fetchval("SELECT until FROM role_grants")
    assert until == shop.clock.now() + PERIOD + timedelta(hours=1)
    actions = await shop.database.fetch("SELECT action FROM audit_log WHERE user_id = 1001")
    assert [row["action"] for row in actions] == ["role.changed", "stars.paid"]


@pytest.mark.parametrize(
    "changes",
    [{"invoice_id": "forged"}, {"stars": 1}, {"currency": "EUR"}, {"until": None}],
    ids=str,
)
async def test_a_payment_for_no_offer_of_ours_gives_nothing_and_is_told(
    shop: Shop, changes: dict[str, object]
) -> None:
    offered = {"invoice_id": await shop.invoice()}
    await shop.pay(**(offered | changes))
    assert await shop.role() == "basic"
    assert [chat_id for chat_id, _ in await shop.told()] == [1001, ADA]
    assert "/refund stx1" in (await shop.told())[1][1]


async def test_a_refund_by_an_admin_ends_what_it_gave_and_the_renewals(shop: Shop) -> None:
    await shop.pay(await shop.invoice())
    ada = await meet(books_on(shop.database), ADA, Role.ADMIN)
    asked = request("cb:9:x", of=ada)
    await shop.premium.refund(asked, "stx1", lambda _charge: ())
    assert await shop.role() == "basic"
    assert (shop.desk.refunds, shop.desk.canceled) == (["1001 stx1"], ["1001 stx1 True"])
    with pytest.raises(Refusal, match="already_refunded"):
        await shop.premium.refund(asked, "stx1", lambda _charge: ())
    with pytest.raises(Refusal, match="not_permitted"):
        await shop.premium.charge(shop.ann, "stx1")
    with pytest.raises(Refusal, match="unknown_charge"):
        await shop.premium.charge(ada, "stx2")
    actor = await shop.database.fetchval(
        "SELECT actor_id FROM audit_log WHERE action = 'stars.refunded'"
    )
    assert actor == ADA


async def test_an_admin_whom_telegrams_word_overtakes_is_answered_and_written_down(
    shop: Shop,
) -> None:
    await shop.pay(await shop.invoice())
    ada = await meet(books_on(shop.database), ADA, Role.ADMIN)
    charge = await shop.premium.charge(ada, "stx1")

    async def overtaken(_user_id: int, _charge_id: str) -> None:
        await shop.premium.refunded(charge, None)

    shop.desk.refund = overtaken  # type: ignore[method-assign]  # Telegram's word comes first
    done = to_send(Screen(text=Text("done")), ADA)
    await shop.premium.refund(request("cb:9:x", of=ada), "stx1", lambda _charge: (done,))
    assert (await shop.told())[-1] == (ADA, "done")
    actors = await shop.database.fetch(
        "SELECT actor_id FROM audit_log WHERE action = 'stars.refunded' ORDER BY number"
    )
    assert [row["actor_id"] for row in actors] == [1001, ADA]


async def test_a_refund_that_comes_before_its_payment_leaves_it_without_effect(
    shop: Shop,
) -> None:
    invoice = await shop.invoice()
    await shop.pay(invoice, charge_id="stx0")
    charge = await shop.premium._ledger.charge("stx0")
    assert charge is not None
    await shop.premium.refunded(replace(charge, charge_id="stx1"), None)
    await shop.premium.refunded(replace(charge, charge_id="stx0"), None)
    await shop.pay(invoice, charge_id="stx1", until=shop.clock.now() + 2 * PERIOD)
    assert await shop.role() == "basic"
    assert "You have premium" not in (await shop.told())[-1][1]


async def test_stars_that_nobody_was_asked_for_cannot_come_back(shop: Shop) -> None:
    invoice = await shop.invoice()
    await shop.pay(invoice)
    charge = await shop.premium.charge(await meet(books_on(shop.database), ADA, Role.ADMIN), "stx1")
    bob = await meet(books_on(shop.database), 1002)
    told = await shop.told()
    for forged in (
        replace(charge, charge_id="stx9", invoice_id="forged"),
        replace(charge, charge_id="stx9", user_id=bob.user_id),
    ):
        with pytest.raises(Refusal, match="unknown_charge"):
            await shop.premium.refunded(forged, None)
    assert await shop.role() == "premium"
    assert await shop.told() == told


async def test_renewals_are_stopped_at_telegram_first(shop: Shop) -> None:
    invoice = await shop.invoice()
    with pytest.raises(Refusal, match="no_subscription"):
        await shop.premium.set_renewal(
            request("tg:1", of=shop.ann), is_on=False, answer=lambda _: ()
        )
    await shop.pay(invoice)
    await shop.premium.set_renewal(request("tg:2", of=shop.ann), is_on=False, answer=lambda _: ())
    assert shop.desk.canceled == ["1001 stx1 True"]
    view = await shop.premium.offer(shop.ann)
    assert view.standing is not None
    assert view.standing.renewal.value == "canceled"
    assert await shop.role() == "premium"

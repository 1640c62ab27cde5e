"""Who gets in: the queue, the first answer, invitations used once, and the password's lock-out."""

import asyncio
import hashlib
from datetime import datetime, timedelta

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.people import Admission, Verdict
from bot.domain.users import Role, Status
from bot.telegram.invitation_links import NONCE
from tests.builders.people import ABE, ADA, ANN, BOB, PeopleHouse, PlainPassword, people_house

PASSWORD = "correct-horse"


async def decide(house: PeopleHouse, by: int, whom: int, verdict: Verdict) -> None:
    await house.desk.admissions.decide(await house.asks(by), whom, verdict, lambda _person: ())


async def link_of(house: PeopleHouse, role: Role = Role.BASIC, days: int = 7) -> str:
    """Have Ada make an invitation; gives its secret as Telegram would be told it."""
    await house.desk.invitations.invite(await house.asks(ADA), role, days)
    nonce = await house.database.fetchval(
        "SELECT payload ->> $1 FROM outbox WHERE payload ? $1 ORDER BY notice_id DESC LIMIT 1",
        NONCE,
    )
    return house.seal.token(nonce)


async def redeem(house: PeopleHouse, who: int, token: str) -> None:
    await house.desk.invitations.redeem(await house.asks(who), token, lambda _role: ())


async def try_password(house: PeopleHouse, who: int, password: str) -> bool:
    heard: list[bool] = []

    def answer(is_right: bool) -> tuple[()]:
        heard.append(is_right)
        return ()

    await house.desk.password.enter(await house.asks(who), password, answer)
    return heard[0]


async def test_a_stranger_waits_and_admins_get_one_card_each(database: Pool) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.meet(ADA)
    await house.admin(ABE)
    assert (await house.meet(ANN)).status is Status.PENDING
    for _ in range(3):
        assert await house.knocks(ANN) == [None]
    cards = [await house.told(one) for one in (ADA, ABE)]
    assert [len(told) for told in cards] == [1, 1]
    assert f"Ann ({ANN})" in cards[0][0]
    assert not await database.fetchval("SELECT count(*) FROM accounts WHERE user_id = $1", ANN)
    assert await house.open_updates() == 0


async def test_the_first_answer_counts_and_is_told_to_the_others(database: Pool) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.meet(ADA)
    await house.admin(ABE)
    await house.knocks(ANN)
    outcomes = await asyncio.gather(
        decide(house, ADA, ANN, Verdict.APPROVED),
        decide(house, ABE, ANN, Verdict.REJECTED),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, Refusal)]
    assert [one.code for one in refused] == ["admission_decided"]
    is_in = outcomes[0] is None
    assert (await house.meet(ANN)).status is (Status.ACTIVE if is_in else Status.PENDING)
    assert len(await house.told(ANN)) == 1
    told = [text for one in (ADA, ABE) for text in (await house.told(one))[1:]]
    assert len(told) == 1, "the other admin hears of it"
    assert len(await house.audit(ANN)) == 1


async def test_whom_an_admin_lets_in_has_the_grant_of_their_role(database: Pool) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.knocks(ANN)
    await decide(house, ADA, ANN, Verdict.APPROVED)
    assert await house.cash(ANN) == 100 * 10**9
    assert (await house.meet(ANN)).status is Status.ACTIVE
    assert await house.cash(ANN) == 100 * 10**9, "once"


async def test_who_is_turned_away_stays_out_until_invited(database: Pool) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.knocks(ANN)
    await decide(house, ADA, ANN, Verdict.REJECTED)
    assert await house.knocks(ANN) == [Verdict.REJECTED]
    assert len(await house.told(ADA)) == 0, "nobody was admin when the card was made"
    await redeem(house, ANN, await link_of(house, Role.PREMIUM))
    user = await house.meet(ANN)
    assert (user.status, user.role) == (Status.ACTIVE, Role.PREMIUM)
    assert await house.cash(ANN) == 1000 * 10**9


async def test_who_is_blocked_is_banned_and_hears_no_more(database: Pool) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.knocks(ANN)
    await decide(house, ADA, ANN, Verdict.BLOCKED)
    assert (await house.meet(ANN)).status is Status.BANNED
    assert await house.told(ANN) == []
    with pytest.raises(Refusal, match="invitation_spent"):
        await redeem(house, ANN, await link_of(house))


async def test_whoever_waits_comes_in_once_the_door_stands_open(database: Pool) -> None:
    waiting = people_house(database, mode=Admission.APPROVAL)
    await waiting.knocks(ANN)
    await waiting.meet(2001)
    await waiting.knocks(BOB)
    await decide(waiting, ADA, BOB, Verdict.REJECTED)
    house = people_house(database, mode=Admission.OPEN)
    for who in (ANN, 2001):
        assert (await house.meet(who)).status is Status.ACTIVE
        assert await house.cash(who) == 100 * 10**9
        assert await house.audit(who) == [("person.admitted", 0, who)]
    assert (await house.meet(BOB)).status is Status.PENDING, "an admin has said no"
    with pytest.raises(Refusal, match="admission_decided"):
        await decide(house, ADA, ANN, Verdict.REJECTED)


async def test_a_closed_door_asks_nobody(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED)
    await house.meet(ADA)
    await house.knocks(ANN)
    assert await house.told(ADA) == []
    await redeem(house, ANN, await link_of(house))
    assert (await house.meet(ANN)).status is Status.ACTIVE


async def test_an_invitation_lets_exactly_one_in_however_many_come_at_once(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED)
    token = await link_of(house)
    guests = range(2001, 2009)
    for guest in guests:
        await house.meet(guest)
    outcomes = await asyncio.gather(
        *(redeem(house, guest, token) for guest in guests), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    inside = await database.fetchval(
        "SELECT count(*) FROM users WHERE status = 'active' AND user_id > 2000 AND user_id < 2009"
    )
    assert inside == 1


async def test_an_invitation_ends_with_its_days_its_maker_and_its_taking_back(
    database: Pool,
) -> None:
    house = people_house(database, mode=Admission.CLOSED)
    late, taken, of_abe = await link_of(house, days=1), await link_of(house), ""
    await house.admin(ABE)
    await house.desk.invitations.invite(await house.asks(ABE), Role.BASIC, 7)
    nonce = await database.fetchval(
        "SELECT payload ->> $2 FROM outbox WHERE chat_id = $1 AND payload ? $2", ABE, NONCE
    )
    of_abe = house.seal.token(nonce)
    numbers = await database.fetch("SELECT invitation_id FROM invitations ORDER BY invitation_id")
    await house.desk.invitations.revoke(
        await house.asks(ADA), numbers[1]["invitation_id"], lambda: ()
    )
    await database.execute("DELETE FROM role_grants")
    await database.execute("SELECT settle_role($1, now())", ABE)
    house.pass_time(days=1)
    for token in (late, taken, of_abe, "x" * 32, ""):
        with pytest.raises(Refusal, match="invitation_spent"):
            await redeem(house, ANN, token)
    assert (await house.meet(ANN)).status is Status.PENDING


async def test_who_has_the_role_does_not_use_an_invitation_up(database: Pool) -> None:
    house = people_house(database)
    token = await link_of(house)
    with pytest.raises(Refusal, match="invitation_needless"):
        await redeem(house, ANN, token)
    waiting = people_house(database, mode=Admission.CLOSED)
    await redeem(waiting, BOB, token)
    assert (await waiting.meet(BOB)).status is Status.ACTIVE


async def test_a_copy_of_the_database_opens_no_door(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED, password=PlainPassword(PASSWORD))
    token = await link_of(house, Role.PREMIUM)
    await try_password(house, ANN, PASSWORD)
    assert len(token) == 32
    for table in ("invitations", "outbox", "audit_log", "approvals", "inbox", "users"):
        dump = await database.fetchval(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608
        assert token not in (dump or "")
        assert PASSWORD not in (dump or "")
    kept = await database.fetchval("SELECT token_hash FROM invitations")
    assert kept == hashlib.sha256(token.encode()).hexdigest()


async def test_the_password_lets_in_and_admins_hear_of_it(database: Pool) -> None:
    house = people_house(
        database,
        mode=Admission.CLOSED,
        password=PlainPassword(PASSWORD),
        password_role=Role.PREMIUM,
    )
    await house.meet(ADA)
    assert not await try_password(house, ANN, "wrong")
    assert await try_password(house, ANN, PASSWORD)
    user = await house.meet(ANN)
    assert (user.status, user.role) == (Status.ACTIVE, Role.PREMIUM)
    assert len(await house.told(ADA)) == 1
    assert ("login.refused", ANN, ANN) in await house.audit(ANN)
    assert ("login.accepted", ANN, ANN) in await house.audit(ANN)


async def test_guessing_locks_out_for_longer_each_time_even_when_many_come_at_once(
    database: Pool,
) -> None:
    house = people_house(database, mode=Admission.CLOSED, password=PlainPassword(PASSWORD))
    await house.meet(ADA)
    outcomes = await asyncio.gather(
        *(try_password(house, ANN, "wrong") for _ in range(12)), return_exceptions=True
    )
    assert outcomes.count(False) == 3, "the fourth is not even looked at"
    locked = [one for one in outcomes if isinstance(one, Refusal)]
    assert {one.code for one in locked} == {"password_locked"}
    with pytest.raises(Refusal, match="password_locked"):
        await try_password(house, ANN, PASSWORD)
    waits = []
    for _ in range(4):
        until = await database.fetchval(
            "SELECT locked_until FROM password_attempts WHERE user_id = $1", ANN
        )
        waits.append(until - house.clock.now())
        house.pass_time(seconds=waits[-1].total_seconds())
        assert not await try_password(house, ANN, "wrong")
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert len(await house.told(ADA)) == 5
    house.pass_time(days=1)
    assert await try_password(house, ANN, PASSWORD)


def wait_of(refusal: pytest.ExceptionInfo[Refusal], house: PeopleHouse) -> timedelta:
    until = refusal.value.fields["until"]
    assert isinstance(until, datetime)
    return until - house.clock.now()


async def guesses(house: PeopleHouse, guessers: range) -> None:
    for guesser in guessers:
        assert not await try_password(house, guesser, "wrong")


async def test_many_guessers_keep_nobody_out_who_knows_the_password(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED, password=PlainPassword(PASSWORD))
    await house.meet(ADA)
    await guesses(house, range(2001, 2020))
    assert await house.told(ADA) == []
    await guesses(house, range(2020, 2021))
    assert ["20 within the hour" in text for text in await house.told(ADA)] == [True]
    assert await try_password(house, ANN, PASSWORD)
    assert (await house.meet(ANN)).status is Status.ACTIVE


async def test_among_many_guessers_one_wrong_password_locks_its_sender(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED, password=PlainPassword(PASSWORD))
    await guesses(house, range(2001, 2021))
    for minutes in (10, 20, 40):
        assert not await try_password(house, BOB, "wrong")
        with pytest.raises(Refusal, match="password_locked") as refused:
            await try_password(house, BOB, PASSWORD)
        if minutes == 10:
            assert wait_of(refused, house) == timedelta(minutes=10)
            house.pass_time(minutes=10)
        elif minutes == 20:
            assert wait_of(refused, house) == timedelta(minutes=20)
            house.pass_time(minutes=20)
        else:
            house.pass_time(hours=1)
    assert await try_password(house, BOB, PASSWORD)


async def test_a_flood_of_guessers_makes_newcomers_wait_and_nobody_else(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED, password=PlainPassword(PASSWORD))
    await house.meet(BOB)
    yesterday = house.clock.now() - timedelta(days=2)
    await database.execute("UPDATE users SET created_at = $2 WHERE user_id = $1", BOB, yesterday)
    await database.execute(
        "INSERT INTO password_attempts (user_id, failures, last_at) VALUES (0, 200, $1)",
        house.clock.now(),
    )
    house.pass_time(minutes=20)
    with pytest.raises(Refusal, match="password_locked") as refused:
        await try_password(house, ANN, PASSWORD)
    assert wait_of(refused, house) == timedelta(minutes=40)
    assert await try_password(house, BOB, PASSWORD)
    house.pass_time(minutes=41)
    assert await try_password(house, ANN, PASSWORD)


async def test_without_a_password_there_is_no_such_door(database: Pool) -> None:
    house = people_house(database, mode=Admission.CLOSED)
    with pytest.raises(Refusal, match="no_password_door"):
        await try_password(house, ANN, "")
    assert not await database.fetchval("SELECT count(*) FROM password_attempts")


async def test_who_waits_or_is_frozen_may_write_to_the_admins_and_the_banned_may_not(
    database: Pool,
) -> None:
    house = people_house(database, mode=Admission.APPROVAL)
    await house.meet(ADA)
    await house.meet(ANN)
    await house.desk.feedback.send(await house.asks(ANN), "let me in", lambda: ())
    assert len(await house.told(ADA)) == 1
    for status, is_heard in (("frozen", True), ("banned", False)):
        await database.execute("UPDATE users SET status = $2 WHERE user_id = $1", ANN, status)
        if is_heard:
            await house.desk.feedback.send(await house.asks(ANN), "why?", lambda: ())
            continue
        with pytest.raises(Refusal, match="banned"):
            await house.desk.feedback.send(await house.asks(ANN), "why?", lambda: ())


async def test_feedback_reaches_the_admins_and_one_answer_goes_back(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ADA)
    await house.admin(ABE)
    feedback = house.desk.feedback
    for number in range(3):
        await feedback.send(await house.asks(ANN), f"idea {number}", lambda: ())
    with pytest.raises(Refusal, match="too_much_feedback"):
        await feedback.send(await house.asks(ANN), "more", lambda: ())
    assert len(await house.told(ADA)) == len(await house.told(ABE)) == 3
    number = await database.fetchval("SELECT min(feedback_id) FROM feedback")
    await feedback.answer(await house.asks(ABE), number, "good idea", lambda: ())
    with pytest.raises(Refusal, match="feedback_answered"):
        await feedback.answer(await house.asks(ADA), number, "bad idea", lambda: ())
    with pytest.raises(Refusal, match="not_permitted"):
        await feedback.answer(await house.asks(BOB), number + 1, "I am no admin", lambda: ())
    (answer,) = await house.told(ANN)
    assert "good idea" in answer
    assert "idea 0" in answer

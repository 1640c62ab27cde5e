"""Roles and statuses: given, combined, run out, taken back; nobody acts above their station."""

import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.people import Change, GrantSource
from bot.domain.users import Role, Status
from tests.builders.people import ABE, ADA, ANN, BOB, people_house


async def test_premium_lapses_by_itself_with_a_word_to_the_person(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.change(ADA, Change.PREMIUM, ANN, days=30)
    assert (await house.meet(ANN)).role is Role.PREMIUM
    house.pass_time(days=29)
    await house.desk.people.lapse()
    assert await house.role(ANN) == "premium"
    house.pass_time(days=1, seconds=1)
    await house.desk.people.lapse()
    await house.desk.people.lapse()
    assert (await house.meet(ANN)).role is Role.BASIC
    assert [text.splitlines()[0] for text in await house.told(ANN)] == [
        "An admin gave you premium.",
        "Your premium has run out: you are basic now.",
    ]
    assert await house.audit(ANN) == [("role.changed", ADA, ANN), ("role.changed", 0, ANN)]
    assert await house.open_updates() == 0


async def test_sources_of_premium_stand_beside_each_other(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.change(ADA, Change.PREMIUM, ANN, days=1)
    later = house.clock.now().replace(year=house.clock.now().year + 1)
    people = house.desk.people
    assert await people.grant_premium(ANN, later, GrantSource.STARS) is Role.PREMIUM
    assert await people.grant_premium(ANN, later, GrantSource.STARS) is Role.PREMIUM
    house.pass_time(days=2)
    await people.lapse()
    assert await house.role(ANN) == "premium", "what is paid stands"
    with pytest.raises(Refusal, match="role_paid"):
        await house.change(ADA, Change.DEMOTE, ANN)
    assert await people.end_premium(ANN, GrantSource.STARS) is Role.BASIC
    assert "run out" not in " ".join(await house.told(ANN))


async def test_what_settings_give_goes_at_the_start_and_leaves_what_others_gave(
    database: Pool,
) -> None:
    house = people_house(database, roles={ADA: Role.ADMIN, ABE: Role.ADMIN, ANN: Role.PREMIUM})
    for user_id in (ADA, ABE, ANN, BOB):
        await house.meet(user_id)
    assert (await house.meet(ABE)).is_owner
    await house.change(ADA, Change.PREMIUM, ANN)
    after = people_house(database, roles={ADA: Role.ADMIN})
    await after.desk.people.load()
    assert [await after.role(one) for one in (ADA, ABE, ANN, BOB)] == [
        "admin", "basic", "premium", "basic",
    ]  # fmt: skip
    assert not (await after.meet(ABE)).is_owner
    await after.change(ADA, Change.DEMOTE, ANN)
    assert (await after.meet(ANN)).role is Role.BASIC


async def test_a_role_set_by_hand_in_the_books_is_left_alone(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await database.execute("UPDATE users SET role = 'premium', role_from = 'command'")
    assert (await house.meet(ANN)).role is Role.PREMIUM


async def test_a_ban_and_a_freeze_stand_beside_each_other(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.change(ADA, Change.FREEZE, ANN, reason="stolen phone")
    await house.change(ADA, Change.BAN, ANN)
    assert (await house.meet(ANN)).status is Status.BANNED
    await house.change(ADA, Change.UNBAN, ANN)
    assert (await house.meet(ANN)).status is Status.FROZEN
    await house.change(ADA, Change.UNFREEZE, ANN)
    assert (await house.meet(ANN)).status is Status.ACTIVE
    assert "stolen phone" in (await house.told(ANN))[0]
    with pytest.raises(Refusal, match="not_frozen"):
        await house.change(ADA, Change.UNFREEZE, ANN)


async def test_the_banned_are_answered_once_and_then_met_with_silence(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.change(ADA, Change.BAN, ANN)
    said = house.desk.people._notices.lapsed(ANN)  # any words will do
    for _ in range(3):
        await house.desk.admissions.answer_banned(await house.asks(ANN), said)
    assert len(await house.told(ANN)) == 2, "the ban itself, and one answer"
    assert await house.open_updates() == 0


@pytest.mark.parametrize("change", list(Change))
async def test_nobody_acts_on_themselves_an_owner_or_an_admin(
    database: Pool, change: Change
) -> None:
    house = people_house(database)
    await house.meet(ADA)
    await house.admin(ABE)
    await house.admin(BOB)
    before = await house.audit()
    for whom, refusal in ((ABE, "on_yourself"), (ADA, "on_owner"), (BOB, "on_admin")):
        with pytest.raises(Refusal, match=refusal):
            await house.change(ABE, change, whom)
    assert await house.audit() == before
    assert [await house.role(one) for one in (ADA, ABE, BOB)] == ["admin"] * 3


async def test_an_owner_may_stop_an_admin_at_once_but_not_take_the_role(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ADA)
    await house.admin(ABE)
    await house.change(ADA, Change.FREEZE, ABE)
    assert (await house.meet(ABE)).status is Status.FROZEN
    with pytest.raises(Refusal, match="on_admin"):
        await house.change(ADA, Change.DEMOTE, ABE)


async def test_whoever_lost_the_role_a_moment_ago_does_nothing(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.admin(ABE)
    request = await house.asks(ABE)
    await database.execute("DELETE FROM role_grants")
    await database.execute("SELECT settle_role($1, now())", ABE)
    with pytest.raises(Refusal, match="no_admin_now"):
        await house.desk.people.change(request, Change.BAN, ANN, answer=lambda _person: ())
    assert await house.status(ANN) == "active"


async def test_one_update_changes_a_person_once(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    request = await house.asks(ADA)

    async def give() -> None:
        await house.desk.people.change(
            request, Change.PREMIUM, ANN, days=3, answer=lambda _person: ()
        )

    await give()
    with pytest.raises(Refusal, match="already_done"):
        await give()
    assert len(await house.told(ANN)) == 1


async def test_people_are_found_by_number_or_name_and_a_shared_name_says_so(database: Pool) -> None:
    house = people_house(database)
    ada = await house.meet(ADA)
    await house.meet(ANN, username="ann_t")
    await house.meet(BOB, username="Bobby")
    roster = house.desk.roster
    assert (await roster.find(ada, str(ANN))).first_name == "Ann"
    assert (await roster.find(ada, "@ANN_T")).user_id == ANN
    await house.meet(ABE, username="ann_t")
    with pytest.raises(Refusal, match="ambiguous_person"):
        await roster.find(ada, "@ann_t")
    for nobody in ("@nobody", "999", "0", "-5", "1e3", "'; DROP TABLE users", "١٢", "9" * 30):
        with pytest.raises(Refusal, match="unknown_person"):
            await roster.find(ada, nobody)
    page = await roster.page(ada, "ann", 0)
    assert [person.user_id for person in page.people] == [ANN, ABE]
    assert (await roster.page(ada, "%", 0)).people == ()
    assert [one.user_id for one in (await roster.page(ada, "admin", 0)).people] == [ADA]


async def test_people_are_counted_without_a_name(database: Pool) -> None:
    house = people_house(database)
    ada = await house.meet(ADA)
    for who in (ANN, BOB, ABE):
        await house.meet(who)
    await house.change(ADA, Change.BAN, BOB)
    counted = await house.desk.roster.headcount(ada)
    assert counted.total == 4
    assert (counted.by_role[Role.ADMIN], counted.by_role[Role.BASIC]) == (1, 3)
    assert (counted.by_status[Status.BANNED], counted.by_status[Status.ACTIVE]) == (1, 3)
    with pytest.raises(Refusal, match="not_permitted"):
        await house.desk.roster.headcount(await house.meet(ANN))


async def test_a_look_at_a_file_is_written_down_for_the_person(database: Pool) -> None:
    house = people_house(database)
    await house.meet(ANN)
    await house.change(ADA, Change.PREMIUM, ANN, days=3)
    seen: list[object] = []
    await house.desk.roster.look(
        await house.asks(ADA), ANN, lambda found: (seen.append(found), ())[1]
    )
    (found,) = seen
    assert found.grants[0].granted_by == ADA
    assert (await house.audit(ANN))[-1] == ("staff.looked", ADA, ANN)

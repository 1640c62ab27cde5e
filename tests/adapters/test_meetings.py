"""Whom we know is read, not written; whatever changed about them is written as ever."""

import asyncio
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.database.connection import Pool
from bot.adapters.database.meetings import Meetings
from bot.adapters.database.rows import Row, user_from
from bot.domain.users import PersonSeen, Role, Status, User

ANN = PersonSeen(user_id=1001, first_name="Ann", username="ann", language="en")
_WRITTEN = "SELECT xmin::text FROM users WHERE user_id = $1"
_KEPT = "SELECT to_jsonb(u) - 'user_id' - 'created_at' FROM users u WHERE user_id = $1"
_MEET = "SELECT meet_user($1, $2, $3, $4, $5, $6)"

people = st.builds(
    PersonSeen,
    user_id=st.just(0),
    first_name=st.sampled_from(("Ann", "Бен")),
    username=st.sampled_from((None, "ann")),
    language=st.sampled_from((None, "en", "ru")),
)
seen_again = st.lists(
    st.tuples(
        people,
        st.sampled_from((None, None, None, Role.PREMIUM, Role.ADMIN)),
        st.sampled_from((Status.ACTIVE, Status.PENDING)),
    ),
    min_size=1,
    max_size=6,
)


async def test_somebody_who_did_not_change_is_not_written(database: Pool) -> None:
    meetings = Meetings(database)
    new = await meetings.meet(ANN, None, Status.ACTIVE)
    written = await database.fetchval(_WRITTEN, ANN.user_id)
    for person in (ANN, replace(ANN, language=None)):
        assert await meetings.meet(person, None, Status.ACTIVE) == new
    assert await database.fetchval(_WRITTEN, ANN.user_id) == written
    renamed = await meetings.meet(replace(ANN, first_name="Anna"), None, Status.ACTIVE)
    assert renamed.first_name == "Anna"
    assert await database.fetchval(_WRITTEN, ANN.user_id) != written


async def test_a_newcomer_who_comes_many_times_at_once_has_one_wallet(database: Pool) -> None:
    meetings = Meetings(database)
    crowd = [replace(ANN, user_id=2000 + number % 3) for number in range(30)]
    met = await asyncio.gather(*(meetings.meet(one, None, Status.ACTIVE) for one in crowd))
    assert [user.user_id for user in met] == [one.user_id for one in crowd]
    assert await database.fetchval("SELECT count(*) FROM virtual_wallets") == 3


_numbers = count(10_000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=seen_again)
async def test_whoever_comes_however_often_is_known_as_by_writing_each_time(
    database: Pool, history: list[tuple[PersonSeen, Role | None, Status]]
) -> None:
    meetings, ours, plain = Meetings(database), next(_numbers), next(_numbers)
    for person, role, newcomer in history:
        met = await meetings.meet(replace(person, user_id=ours), role, newcomer)
        by_writing: Row = await database.fetchval(
            _MEET,
            *(plain, person.first_name, person.username, person.language),
            *(role.value if role else None, newcomer.value),
        )
        assert met == _as(ours, user_from(by_writing))
        kept = [await database.fetchval(_KEPT, number) for number in (ours, plain)]
        assert kept[0] == kept[1]


def _as(user_id: int, user: User) -> User:
    return replace(user, user_id=user_id)

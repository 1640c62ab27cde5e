"""However admins come and go, agree, refuse and let time pass: two people, once, or not at all."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.database.connection import Pool
from bot.domain.approvals import ApprovalKind
from bot.domain.errors import Refusal
from tests.builders.examples import examples
from tests.builders.people import ADA, ANN, PeopleHouse, people_house

SOL = 10**9
ADMINS = (ADA, 4001, 4002, 4003)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(ADMINS), st.integers(-60, 60)),
        st.tuples(st.just("yes"), st.sampled_from(ADMINS), st.integers(0, 9)),
        st.tuples(st.just("no"), st.sampled_from(ADMINS), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.just(ADA), st.sampled_from([1, 12, 31])),
        st.tuples(st.just("drop"), st.sampled_from(ADMINS[1:]), st.just(0)),
        st.tuples(st.just("make"), st.sampled_from(ADMINS[1:]), st.just(0)),
    ),
    min_size=4,
    max_size=16,
)
_REFUSED = frozenset(
    {
        "approval_by_two", "approval_decided", "approval_void", "no_admin_now", "not_permitted",
        "too_much_to_take", "unknown_approval",
    }
)  # fmt: skip


async def play(house: PeopleHouse, asked: list[int], move: str, who: int, number: int) -> None:
    if move == "ask" and number:
        lamports = str(number * SOL)
        asked.append(await house.wish(who, ApprovalKind.CORRECT, ANN, lamports=lamports))
    elif move in {"yes", "no"} and asked:
        await house.decide(who, asked[number % len(asked)], is_yes=move == "yes")
    elif move == "wait":
        house.pass_time(minutes=number)
        await house.desk.approvals.void_late()
    elif move == "drop":
        await house.database.execute("DELETE FROM role_grants WHERE user_id = $1", who)
        await house.database.execute("SELECT settle_role($1, now())", who)
    elif move == "make":
        await house.admin(who)


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
async def test_every_correction_is_asked_by_one_and_agreed_by_another_in_time(
    database: Pool, moves: list[tuple[str, int, int]]
) -> None:
    await database.execute("TRUNCATE approvals, role_grants")
    house, asked = people_house(database), []
    for who in (*ADMINS, ANN):
        await house.meet(who)
    for who in ADMINS[1:]:
        await house.admin(who)
    before, since = await house.cash(ANN), await house.database.fetchval("SELECT now()")
    for move in moves:
        try:
            await play(house, asked, *move)
        except Refusal as refusal:
            if refusal.code not in _REFUSED:
                raise
    rows = await database.fetch("SELECT * FROM approvals")
    given_ = [row for row in rows if row["state"] == "approved"]
    booked = sum(int(row["details"]["lamports"]) for row in given_)
    assert await house.cash(ANN) - before == booked
    assert all(row["decided_at"] < row["expires_at"] for row in given_)
    alone = [row for row in given_ if row["asked_by"] == row["decided_by"]]
    assert all(row["is_sole"] and row["asked_by"] == ADA for row in alone)
    noted = await database.fetch(
        "SELECT details ->> 'approval_id' AS number FROM audit_log"
        " WHERE action = 'approval.given' AND at >= $1", since
    )  # fmt: skip
    assert Counter(int(row["number"]) for row in noted) == Counter(
        row["approval_id"] for row in given_
    )

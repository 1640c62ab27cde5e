"""Updates that no Telegram would send: numbers out of range, wrong kinds, endless and deep ones.

Cases 11 to 13 of the threat list, as far as JSON comes in at all, with 50 and 58.
"""

import json

import pytest

from tests.bad_input.quarter import Quarter, letter

HUGE = 2**63
DEEP: dict[str, object] = {}
for _ in range(300):
    DEEP = {"a": DEEP}
ODD_PARTS: dict[str, dict[str, object]] = {
    "A13 date beyond a float": {"date": 9_007_199_254_740_993},
    "A13 date beyond a word": {"date": 2**70},
    "A12 date as words": {"date": "today"},
    "A12 date as true": {"date": True},
    "A12 text as a list": {"text": ["/open WIF long 1"]},
    "A12 text as an object": {"text": {"a": 1}},
    "A12 text as a number": {"text": 5},
    "A12 entities as a number": {"entities": 5},
    "A12 chat as a number": {"chat": 5},
    "A12 chat id as words": {"chat": {"id": "1; DROP TABLE users", "type": "private"}},
    "A13 chat id beyond a word": {"chat": {"id": HUGE, "type": "private"}},
    "A13 sender beyond a word": {"from": {"id": HUGE, "is_bot": False, "first_name": "N"}},
    "A13 sender far beyond": {"from": {"id": 2**80, "is_bot": False, "first_name": "N"}},
    "A13 sender below zero": {"from": {"id": -5, "is_bot": False, "first_name": "N"}},
    "A12 no date": {"date": None},
    "D50 deep": {"reply_to_message": DEEP},
    "D50 endless": {"caption": "x" * 1_000_000},
}
UPDATE_IDS = (True, -(2**63), -(2**70))
BODIES = {
    "A11 NaN": '{"update_id": NaN, "message": {}}',
    "A11 beyond a float": '{"update_id": 1e400}',
    "A11 twice": '{"update_id": 5, "update_id": "6"}',
    "A12 digits": '{"update_id": ' + "9" * 5000 + "}",
    "A12 a list": "[]",
    "A12 true": "true",
}


@pytest.mark.filterwarnings("ignore:Detected unknown update type")  # aiogram's own
@pytest.mark.parametrize("case", ODD_PARTS)
async def test_an_odd_part_of_an_update_moves_nothing_and_stops_nobody(
    quarter: Quarter, settler: int, case: str
) -> None:
    """The update may be closed as failed, for it is none; people go on being answered."""
    town = quarter.town
    before = await town.value("SELECT count(*) FROM transfers")
    odd = letter(settler, "/open WIF long NaN") | ODD_PARTS[case]
    town.world.telegram.updates.add_raw({"message": odd})
    assert "SOL" in (await town.say(settler, "/wallet")).text
    await town.until(town.is_quiet, "the odd update is done with")
    assert await town.value("SELECT count(*) FROM transfers") == before
    await town.value("UPDATE inbox SET failure = '' WHERE failure <> ''")
    await town.prove_books()


@pytest.mark.parametrize("update_id", UPDATE_IDS)
async def test_an_update_id_out_of_range_stops_nobody(
    quarter: Quarter, settler: int, update_id: int
) -> None:
    """A13."""
    town = quarter.town
    updates = town.world.telegram.updates
    following = updates._next_id
    updates.add_raw({"update_id": update_id, "message": letter(settler, "/wallet")})
    updates._next_id = following
    other = await town.newcomer()
    assert "You have 100 SOL" in (await town.say(other, "/start")).text
    await town.prove_books()


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_no_update_has_no_id(case: str) -> None:
    """A11: Python's JSON takes NaN, infinities and the last of two keys; none is a whole id."""
    try:
        found = json.loads(BODIES[case])
    except ValueError:
        return
    update_id = found.get("update_id") if isinstance(found, dict) else None
    assert not isinstance(update_id, int)

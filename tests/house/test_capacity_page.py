"""The page of capacity says what the computation says, and the computation grows with its users."""

from benchmarks.capacity import PAGE, USERS, with_figures
from benchmarks.capacity_model import need_of, read_measured
from bot.domain.bot_numbers import MOST_BOTS


def test_the_page_is_what_is_computed() -> None:
    page = PAGE.read_text("utf-8")
    assert page == with_figures(page), "run python -m benchmarks.capacity --page"


def test_more_people_need_more_of_everything_that_people_use() -> None:
    few, more, most = (need_of(users, read_measured()) for users in USERS)
    for name in ("updates_a_second", "worker_processes", "bots", "database_cores", "tokens"):
        assert getattr(few, name) <= getattr(more, name) <= getattr(most, name), name
    assert few.servers == 1
    assert not few.is_partitioned
    assert most.bots <= MOST_BOTS, "tokens have three digits in what is kept"


def test_thirty_messages_a_second_are_all_that_one_bot_may_send() -> None:
    need = need_of(10_000_000, read_measured())
    assert 30 * need.bots >= need.messages_a_second > 30 * (need.bots - 1)

"""A watchlist keeps to its role's cap, and a chart shows its owner's fills of one mode only."""

import asyncio
from datetime import timedelta

from bot.adapters.database.chart_desk import PostgresChartDesk
from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.database.watchlist import PostgresWatchlist
from bot.domain.charts import Deed, Theme
from bot.domain.users import Mode, Role
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.builders.desks import NOON, token


async def many_tokens(database: Pool, count: int) -> list[int]:
    shelf = PostgresShelf(database)
    kept = [await shelf.keep(token(mint=f"mint{n}", symbol=f"T{n}"), []) for n in range(count)]
    return [one.token_id for one in kept]


async def test_a_token_is_watched_once_and_listed_in_order(database: Pool) -> None:
    ann, shelf = await meet(books_on(database)), PostgresWatchlist(database)
    first, second = await many_tokens(database, 2)
    assert (await shelf.watch(ann.user_id, second)).is_new
    assert (await shelf.watch(ann.user_id, first)).is_new
    again = await shelf.watch(ann.user_id, second)
    assert (again.is_new, again.is_full) == (False, False)
    assert list(await shelf.watched(ann.user_id)) == [second, first]
    assert await shelf.unwatch(ann.user_id, second)
    assert not await shelf.unwatch(ann.user_id, second)
    assert list(await shelf.watched(1002)) == []


async def test_the_cap_holds_for_many_at_once_and_not_for_admins(database: Pool) -> None:
    books, shelf = books_on(database), PostgresWatchlist(database)
    ann, ada = await meet(books), await meet(books, 3001, Role.ADMIN)
    tokens = await many_tokens(database, 24)
    outcomes = await asyncio.gather(*(shelf.watch(ann.user_id, one) for one in tokens))
    assert sum(one.is_new for one in outcomes) == 20
    assert {one.limit for one in outcomes if one.is_full} == {20}
    assert len(await shelf.watched(ann.user_id)) == 20
    # What is on a full list is there, not refused.
    known = (await shelf.watched(ann.user_id))[0]
    assert not (await shelf.watch(ann.user_id, known)).is_full
    hers = [await shelf.watch(ada.user_id, one) for one in tokens]
    assert all(one.is_new for one in hers)


async def test_a_chart_has_its_owners_fills_and_nobody_elses(database: Pool) -> None:
    books, kept = books_on(database), await known_token(database)
    ann, bob = await meet(books), await meet(books, 1002)
    await books.book(*await decided_long(books, ann, kept, request_id="tg:1"), [])
    await books.book(*await decided_long(books, bob, kept, request_id="tg:2"), [])
    desk = PostgresChartDesk(database)
    (mark,) = await desk.marks(ann.user_id, Mode.PAPER, kept.token_id, NOON - timedelta(days=1))
    assert (mark.bought, mark.deed, mark.at) == (True, Deed.ENTRY, NOON)
    assert mark.price > 0
    since = NOON - timedelta(days=1)
    assert await desk.marks(ann.user_id, Mode.LIVE, kept.token_id, since) == []
    assert await desk.marks(ann.user_id, Mode.PAPER, kept.token_id + 1, since) == []
    assert await desk.marks(ann.user_id, Mode.PAPER, kept.token_id, NOON + timedelta(days=1)) == []


async def test_a_theme_is_remembered_beside_other_settings(database: Pool) -> None:
    ann, desk = await meet(books_on(database)), PostgresChartDesk(database)
    await database.execute("UPDATE users SET settings = '{\"other\": 1}'")
    assert await desk.theme(ann.user_id) is Theme.DARK
    await desk.choose_theme(ann.user_id, Theme.LIGHT)
    assert await desk.theme(ann.user_id) is Theme.LIGHT
    assert await database.fetchval("SELECT settings -> 'other' FROM users") == 1
    assert await desk.theme(424242) is Theme.DARK

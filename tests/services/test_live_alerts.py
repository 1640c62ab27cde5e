"""Alerts on positions are of a mode: live ones follow the live position, and say LIVE."""

from dataclasses import replace

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.domain.errors import Refusal
from bot.domain.users import Mode
from tests.builders.alert_scenes import alert_scene
from tests.builders.desks import SOL

_HELD = """
    INSERT INTO positions (user_id, mode, season, number, token_id, side, state, token_units,
      cost_lamports, margin_lamports, proceeds_lamports, rent_lamports, leverage,
      realised_pnl_lamports, fees_lamports, entry_price, opened_at)
    VALUES ($1, 'live', 1, 7, $2, 'long', 'open', 50000000, $3, 0, 0, 0, 1, 0, 0, 0.02, now())
"""


async def test_an_alert_on_a_live_position_fires_and_says_so(database: Pool) -> None:
    scene = await alert_scene(database)
    ann = await scene.user()
    live = replace(ann, mode=Mode.LIVE)
    await database.execute("SELECT open_live_books($1, 1, now())", ann.user_id)
    await database.execute(_HELD, ann.user_id, scene.token.token_id, SOL)
    with pytest.raises(Refusal):
        await scene.set(ann, "position 7 pnl above 20%")
    number = await scene.set(live, "position 7 pnl above 20%")
    await scene.following.follow()
    assert [line.alert.alert_id for line in await scene.alerts.alerts(live)] == [number]
    assert await scene.alerts.alerts(ann) == ()
    for percent in (110, 130, 130):
        await scene.tick(percent)
    (told,) = await scene.texts()
    assert told.startswith("LIVE")


async def test_an_alert_on_live_equity_watches_the_live_wallet_alone_and_says_so(
    database: Pool,
) -> None:
    scene = await alert_scene(database)
    ann = await scene.user()
    live = replace(ann, mode=Mode.LIVE)
    accounts = PostgresLiveAccounts(database, lambda _queued: None)
    assert await accounts.open(ann.user_id, 1, scene.clock.now())
    assert await accounts.book_external(ann.user_id, 1, "deposit", 10 * SOL)
    await scene.set(ann, "equity below 50")
    number = await scene.set(live, "equity below 9")
    await scene.following.watch_equity()
    assert await scene.texts() == []
    assert [line.alert.alert_id for line in await scene.alerts.alerts(live)] == [number]
    assert await accounts.book_external(ann.user_id, 1, "withdrawal", -2 * SOL)
    await scene.following.watch_equity()
    (told,) = await scene.texts()
    assert told.startswith("LIVE")
    (line,) = await scene.alerts.alerts(ann)
    assert line.alert.mode is Mode.PAPER

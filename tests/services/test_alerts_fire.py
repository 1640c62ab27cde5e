"""An alert is told once, at the first price that is believed, whatever happens in between."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.database.connection import Pool, open_pool
from bot.domain.alert_firings import LateCause
from bot.domain.alert_hours import AlertSettings, Loudness, QuietHours
from bot.domain.alerts import AlertKind
from bot.domain.errors import Refusal, Unavailable
from bot.telegram.layout import STAMP
from tests.builders.alert_scenes import AlertScene, alert_scene
from tests.builders.books import decided_long
from tests.faults.proxy import proxy_to_postgres


@pytest.fixture
async def scene(database: Pool) -> AlertScene:
    return await alert_scene(database)


async def armed_numbers(scene: AlertScene, user_id: int = 1001) -> list[int]:
    return [alert.alert_id for alert in await scene.book.of(user_id)]


async def test_a_level_fires_once_and_tells_when_it_was_seen(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "above 0.022")
    await scene.tick(109)
    await scene.tick(111)
    assert await scene.told() == []
    await scene.tick(112)
    (news,) = await scene.told()
    text = str(news.payload["text"])
    assert text.splitlines()[0] == "⏳ WIF above 0.022 SOL"
    assert text.splitlines()[1] == "now 0.0224 SOL (crossed at 0.0222 SOL)"
    assert text.splitlines()[2].startswith("pool moved 12:00:03.0 · seen +0.0 s")
    assert news.payload[STAMP] == "2026-10-06T12:00:03+00:00"
    assert [one.notice.chat_id for one in scene.handed_over if one.notice.payload] == [1001]
    for percent in (115, 90, 120, 121):
        await scene.tick(percent)
    assert len(await scene.told()) == 1
    assert await armed_numbers(scene) == []


async def test_a_recurring_move_counts_on_from_where_it_fired(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "moves 10%")
    for percent in (111, 112, 120, 122, 124, 125, 110, 109, 105):
        await scene.tick(percent)
    texts = await scene.texts()
    assert [text.splitlines()[0] for text in texts] == [
        "⏳ WIF moves ±10% from 0.02 SOL",
        "⏳ WIF moves ±10% from 0.0224 SOL",
        "⏳ WIF moves ±10% from 0.025 SOL",
    ]
    assert "Next at 0.02464 SOL or 0.02016 SOL" in texts[0]
    assert len(await armed_numbers(scene)) == 1


async def test_a_move_once_looks_both_ways_and_is_over_after_either(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "moves 10% once")
    for percent in (89, 88, 111, 112):
        await scene.tick(percent)
    assert len(await scene.told()) == 1
    assert scene.triggers.counts()[next(iter(scene.triggers.counts()))] == 0


async def test_dollars_caps_liquidity_and_single_figures_are_understood(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "0.025")
    await scene.set(ann, "liquidity drop 30%")
    await scene.set(ann, "liquidity below 500")
    with pytest.raises(Refusal) as refused:
        await scene.set(ann, "volume above 50k")
    assert refused.value.code == "figure_unknown"
    lines = await scene.alerts.alerts(ann)
    assert [(line.alert.side.value, line.levels.upper or line.levels.lower) for line in lines] == [
        ("above", Decimal("0.025")),
        ("below", Decimal(1400)),
        ("below", Decimal(500)),
    ]
    await scene.set(ann, "mc above 5M")
    unpriced = next(line for line in await scene.alerts.alerts(ann) if line.now is None)
    assert unpriced.asleep == "no_figure"
    scene.depth //= 2
    await scene.tick(100)
    await scene.tick(100)
    assert "⏳ WIF liquidity down 30% from 2000 SOL" in (await scene.texts())[0]


async def test_what_is_there_already_is_refused_and_so_is_one_too_many(scene: AlertScene) -> None:
    ann = await scene.user()
    with pytest.raises(Refusal) as met:
        await scene.set(ann, "above 0.01")
    assert met.value.code == "level_met"
    for percent in range(20):
        await scene.set(ann, f"above {Decimal(3) + percent}")
    with pytest.raises(Refusal) as full:
        await scene.set(ann, "above 0.05")
    assert (full.value.code, full.value.fields["limit"]) == ("alerts_full", 20)


async def test_a_request_that_comes_again_sets_no_second_alert(scene: AlertScene) -> None:
    ann = await scene.user()
    request = scene.request(ann, "tg:77")
    await scene.set(ann, "above 0.03", request=request)
    with pytest.raises(Refusal) as again:
        await scene.set(ann, "above 0.03", request=request)
    assert again.value.code == "already_done"
    assert len(await armed_numbers(scene)) == 1


async def test_the_same_crossing_claimed_twice_is_told_once(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "above 0.022")
    other = AlertScene(scene.database, scene.token)
    await other.triggers.load()
    for one in (scene, other):
        await one.tick(111)
        await one.tick(112)
    assert len(await scene.told()) == 1


async def test_a_level_crossed_while_the_bot_was_down_fires_once_afterwards(
    scene: AlertScene,
) -> None:
    ann = await scene.user()
    await scene.set(ann, "above 0.022")
    await scene.set(ann, "moves 10%")
    scene.restart()
    await scene.triggers.load()
    await scene.tick(130)
    await scene.tick(130)
    await scene.tick(130)
    assert len(await scene.told()) == 2
    scene.restart()
    await scene.triggers.load()
    await scene.tick(131)
    await scene.tick(131)
    assert len(await scene.told()) == 2


async def test_a_disputed_price_fires_nothing_and_the_list_says_so(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "above 0.022")
    for _ in range(4):
        await scene.tick(130, dispute=True)
    assert await scene.told() == []
    (line,) = await scene.alerts.alerts(ann)
    assert line.asleep == "disputed"


async def test_deleting_against_firing_ends_in_one_of_both(scene: AlertScene) -> None:
    ann = await scene.user()
    number = await scene.set(ann, "above 0.022")
    await scene.tick(111)
    # It waits for its second reading when it is deleted from elsewhere.
    await scene.book.cancel(scene.request(ann), number, lambda _alert: ())
    await scene.tick(112)
    assert await scene.told() == []
    with pytest.raises(Refusal) as refused:
        await scene.alerts.delete(scene.request(ann), number, lambda _line: ())
    assert refused.value.code == "unknown_alert"


async def test_an_alert_changed_while_it_fires_keeps_its_new_level(scene: AlertScene) -> None:
    ann = await scene.user()
    number = await scene.set(ann, "above 0.022")
    before = scene.book.find
    (old,) = await before([number])
    await scene.tick(111)
    new = (await scene.alerts.alerts(ann))[0].alert.condition
    await scene.alerts.edit(
        scene.request(ann),
        number,
        type(new)(kind=new.kind, side=new.side, level=Decimal("0.024")),
        lambda _line: (),
    )
    # As if the book had still known the old level: the claim of an old generation is void.
    for trigger in old.triggers():
        scene.triggers.arm(trigger)
    await scene.tick(112)
    await scene.tick(112)
    assert await scene.told() == []
    await scene.tick(121)
    await scene.tick(121)
    assert len(await scene.told()) == 1


async def test_a_snoozed_alert_waits_and_one_that_fired_can_be_woken_again(
    scene: AlertScene,
) -> None:
    ann = await scene.user()
    number = await scene.set(ann, "above 0.022")
    await scene.alerts.snooze(scene.request(ann), number, 1, lambda _line: ())
    await scene.tick(111)
    await scene.tick(112)
    await scene.following.follow()
    assert await scene.told() == []
    scene.clock.advance(3600)
    await scene.following.follow()
    await scene.tick(112)
    await scene.tick(112)
    assert len(await scene.told()) == 1
    await scene.alerts.snooze(scene.request(ann), number, 1, lambda _line: ())
    assert (await scene.alerts.one(ann, number)).asleep == "snoozed"
    scene.clock.advance(3600)
    await scene.following.follow()
    await scene.tick(112)
    await scene.tick(112)
    assert len(await scene.told()) == 2


async def test_strangers_cannot_touch_an_alert(scene: AlertScene) -> None:
    ann, eve = await scene.user(), await scene.user(1002)
    number = await scene.set(ann, "above 0.022")
    for deed in (
        scene.alerts.delete(scene.request(eve), number, lambda _line: ()),
        scene.alerts.snooze(scene.request(eve), number, 1, lambda _line: ()),
    ):
        with pytest.raises(Refusal) as refused:
            await deed
        assert refused.value.code == "unknown_alert"
    assert await armed_numbers(scene) == [number]


async def test_quiet_hours_make_it_silent_and_off_is_listed_as_late(scene: AlertScene) -> None:
    ann = await scene.user()
    noon = QuietHours(from_minute=11 * 60, to_minute=13 * 60)
    for settings in (
        AlertSettings(quiet=noon),
        AlertSettings(levels={AlertKind.PRICE: Loudness.OFF}),
        AlertSettings(quiet=noon, offset_minutes=-120),
    ):
        await scene.alerts.keep_settings(scene.request(ann), settings, lambda _kept: ())
        assert await scene.alerts.settings(ann) == settings
        await scene.tick(100)
        await scene.set(ann, "above 0.022")
        await scene.tick(111)
        await scene.tick(112)
    silent, loud = await scene.told()
    assert silent.payload["disable_notification"] is True
    assert "disable_notification" not in loud.payload
    report = await scene.alerts.late(ann)
    assert (report.fired, report.late_count) == (3, 1)
    assert report.late[0][0].cause(report.now) is LateCause.SWITCHED_OFF


async def test_a_late_one_is_listed_with_what_held_it_up(scene: AlertScene) -> None:
    ann = await scene.user()
    await scene.set(ann, "above 0.022")
    await scene.tick(111)
    await scene.tick(112)
    at = scene.clock.now() + timedelta(seconds=45)
    await scene.database.execute("UPDATE outbox SET state = 'sent', sent_at = $1", at)
    scene.clock.advance(60)
    report = await scene.alerts.late(ann)
    ((firing, token),) = report.late
    assert (firing.cause(report.now), token) == (LateCause.TELEGRAM, scene.token)
    assert firing.seconds(report.now) == pytest.approx(46.0)


async def test_a_position_alert_follows_its_position_and_ends_with_it(scene: AlertScene) -> None:
    ann = await scene.user()
    asked, settlement = await decided_long(scene.books, ann, scene.token, request_id="tg:900")
    await scene.books.book(asked, settlement, ())
    await scene.set(ann, "position 1 pnl above 20%")
    (before,) = await scene.book.of(ann.user_id)
    assert before.levels.upper is not None
    entry = settlement.position.entry_price
    assert before.levels.upper / entry == pytest.approx(Decimal("1.2"), rel=Decimal("0.01"))
    await scene.database.execute("UPDATE positions SET cost_lamports = cost_lamports * 2")
    await scene.following.follow()
    (after,) = await scene.book.of(ann.user_id)
    assert after.levels.upper == pytest.approx(before.levels.upper * 2)
    await scene.database.execute(
        "UPDATE positions SET state = 'closed', token_units = 0, closed_at = now()"
    )
    await scene.following.follow()
    assert await armed_numbers(scene) == []


async def test_equity_is_told_once_it_stands_there(scene: AlertScene) -> None:
    ann = await scene.user()
    with pytest.raises(Refusal):
        await scene.set(ann, "equity above 90")
    await scene.set(ann, "equity above 100.5")
    asked, settlement = await decided_long(
        scene.books, ann, scene.token, request_id="tg:901", size_lamports=10 * 10**9
    )
    await scene.books.book(asked, settlement, ())
    await scene.tick(100)
    await scene.following.follow()
    assert await scene.told() == []
    for _ in range(3):
        await scene.tick(120)
        await scene.following.follow()
    texts = await scene.texts()
    assert [text.splitlines()[0] for text in texts] == ["⏳ Equity above 100.5 SOL"]


async def test_a_claim_cut_off_anywhere_tells_once(database: Pool, database_dsn: str) -> None:
    async with (
        proxy_to_postgres(database_dsn, seed=5) as proxy,
        open_pool(proxy.address, size=3) as behind,
    ):
        scene = await alert_scene(behind)
        ann = await scene.user()
        for cut in ("INTO alert_firings", "COMMIT", "UPDATE alerts a SET"):
            for way in (proxy.reset, proxy.cut_before_reply):
                await scene.tick(100)
                await scene.set(ann, "moves up 10% once")
                before = len(await scene.told())
                await scene.tick(111)
                way(matching=cut, times=1)
                with pytest.raises(Unavailable):
                    await scene.tick(112)
                proxy.mend()
                for _ in range(3):
                    await scene.tick(112)
                assert len(await scene.told()) == before + 1, cut
    fired = await database.fetchval("SELECT count(*) FROM alert_firings")
    orphans = await database.fetchval(
        "SELECT count(*) FROM outbox o LEFT JOIN alert_firings f USING (notice_id)"
        " WHERE f.firing_id IS NULL"
    )
    assert (fired, orphans) == (6, 0)

"""Orders that wait, as people use them: typed, by buttons, filled by the market, cancelled."""

from bot.adapters.database.chart_desk import PostgresChartDesk
from bot.domain.users import Mode
from tests.journeys.people import ANN, BOB, LOUNGE, Message, button, buttons_of, text_of
from tests.journeys.town import WIF, Town

NONSENSE = (
    "/open WIF long 5 sl", "/open WIF long 5 sl soon", "/open WIF long 500%",
    "/open WIF long 5 tp 30%:80% 60%:80%", "/open WIF long risk 1%", "/limit WIF hold 5 at 1",
    "/limit WIF buy 5 at 1e9", "/limit WIF buy 5 at -5% for 999d", "/limit WIF sell 50% at +30%",
    "/limit NOPE buy 5 at -5%", "/oco WIF 5 buy 4% and breakout 5%", "/dca WIF 1 every 0h x3",
    "/dca WIF 1 every 4h x99999", "/dip WIF 1 drop -0% x3", "/sl 99 -8%", "/tp x 20%",
    "/trail 99 10%", "/breakeven 99 +10%", "/exitin 99 4h", "/reverse 99", "/order 99",
    "/order x", "/cancelorder 99", "/cancelorder all", "/cancelorder both",
)  # fmt: skip
COMMANDS = (
    ("/limit WIF buy 1 at -5% sl 8% tp 20% for 3d", "limit buy 1 SOL", "stop −8%"),  # noqa: RUF001 (as we write it)
    ("/breakout WIF 1 at +3%", "breakout buy 1 SOL", "at 0.0027"),
    ("/oco WIF 1 buy -5% or breakout mc 900B", "first to fill cancels", "mc $900B"),
    ("/dca WIF 1 every 4h x10", "every 4 h · 10 times", "next in 4 h"),
    ("/dip WIF 1 drop 5% x3", "each 5% down", "next at"),
    ("/sl 1 -8%", "stop at 0.002", "WIF #1"),
    ("/tp 1 20%:50% 50%:50%", "2 orders wait", "take profit"),
    ("/trail 1 10%", "trailing stop", "10% behind"),
    ("/breakeven 1 +10%", "break-even move", "at 0.002"),
    ("/exitin 1 4h 50%", "time exit", "in 4 h"),
    ("/limit WIF sell 50% at $9", "take profit", "at $9"),
)


async def test_every_order_is_placed_as_typed_listed_changed_and_cancelled(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Olga")
        for text in NONSENSE:
            reply = await town.say(who, text)
            assert reply.failure == "", (text, reply.failure)
            assert "PAPER" not in reply.text, (text, reply.text)
        assert await waiting(town, who) == 0
        await town.say(ANN, "/start")
        for text in ("/orders", "/limit WIF buy 1 at -5%", "/sl 1 -8%"):
            assert "private chat" in (await town.say(ANN, text, LOUNGE)).text
        await town.say(who, "/open WIF long 5")
        for text, *said in COMMANDS:
            shown = (await town.say(who, text)).text
            assert all(words in shown for words in said), (text, shown)
        listed = (await town.say(who, "/orders")).message()
        assert "13 orders wait" in text_of(listed)
        one = (await town.press(who, listed, "#2")).message()
        assert "Order #2 · WIF · waits" in text_of(one)
        await town.press(who, one, "Change…")
        changed = await town.say(who, "-10%")
        assert "at 0.00243 SOL" in changed.text
        gone = await town.press(who, changed.message(), "Cancel")
        assert "Order #2 cancelled" in gone.text
        assert "cancelled" in (await town.say(who, "/order 2")).text
        assert "filled" in (await town.say(who, "/order 1")).text
        question = (await town.say(who, "/cancelorder all")).message()
        stranger = await town.press_data(
            BOB, (await town.say(BOB, "/orders")).message(), button(question, "Yes"), forged=True
        )
        assert "can use these buttons" in stranger.text
        assert await waiting(town, who) == 12
        assert "12 orders cancelled" in (await town.press(who, question, "Yes")).text
        again = await town.press_data(who, question, button(question, "Yes"), forged=True)
        assert again.toast
        assert await waiting(town, who) == 0
        await town.prove_books()


async def test_a_bracket_protects_its_position_and_its_stop_tells_of_the_gap(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Bea")
        opened = await town.say(who, "/open WIF long 5 sl -8% tp 30%:50% 60%:50%")
        assert "Armed: stop −8%, take profit +30% (50%)" in opened.text  # noqa: RUF001 (as we write it)
        assert {"Take profit", "Stop", "Trail"} <= set(buttons_of(opened.message()))
        assert "stop −8%" in (await town.say(who, "/positions")).text  # noqa: RUF001 (as we write it)
        levels = await PostgresChartDesk(town.pool).armed(who, Mode.PAPER, await wif_id(town))
        assert [one.kind.value for one in levels] == ["stop", "tp", "tp"]
        await town.shock(WIF, -20)
        told = await told_of(town, who, "Stop #2")
        assert "gap −" in text_of(told)  # noqa: RUF001 (as we write it)
        assert "filled +" in text_of(told)
        assert "Nothing open" in (await town.say(who, "/positions")).text
        assert "its position was closed" in (await town.say(who, "/order 3")).text
        assert await waiting(town, who) == 0
        await town.prove_books()


async def test_a_position_is_protected_by_buttons_and_a_keyboard_acts_once(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Pam")
        assert "Buy 2 · 3 · 4 SOL" in (await town.say(who, "/presets buy 2 3 4")).text
        assert "Buy 3" in buttons_of((await town.say(who, "/price WIF")).message())
        opened = (await town.say(who, "/open WIF long 5")).message()
        card = (await town.press(who, opened, "Position #1")).message()
        offer = (await town.press(who, card, "Stop")).message()
        data = button(offer, "−8%")  # noqa: RUF001 (as we write it)
        assert "1 order waits" in (await town.press_data(who, offer, data)).text
        await town.press_data(who, offer, data, forged=True)
        assert await waiting(town, who) == 1
        listed = (await town.say(who, "/positions")).message()
        card = (await town.press(who, listed, "#1")).message()
        assert "Armed: stop −8%" in text_of(card)  # noqa: RUF001 (as we write it)
        ladder = (await town.press(who, card, "Take profit")).message()
        await town.press(who, ladder, "Amount…")
        assert "2 orders wait" in (await town.say(who, "20%:50% 50%:50%")).text
        pick = (await town.say(who, "/limit")).message()
        size = (await town.press(who, pick, "WIF")).message()
        level = (await town.press(who, size, "2 SOL")).message()
        placed = await town.press(who, level, "−5%")  # noqa: RUF001 (as we write it)
        assert "limit buy 2 SOL at" in placed.text
        turned = await town.say(who, "/reverse 1")
        assert "Sold short" in turned.text
        assert await waiting(town, who) == 1
        await town.prove_books()


async def wif_id(town: Town) -> int:
    """Give the token's number in the database."""
    return int(await town.value("SELECT token_id FROM solana_tokens WHERE mint = $1", WIF))


async def waiting(town: Town, who: int) -> int:
    """Count a person's orders that wait."""
    query = "SELECT count(*) FROM resting_orders WHERE user_id = $1 AND state = 'working'"
    return int(await town.value(query, who))


async def told_of(town: Town, who: int, words: str) -> Message:
    """Wait for a message that holds these words."""
    found: list[Message] = []

    async def is_told() -> bool:
        shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
        found[:] = [each for each in shown if words in text_of(each)]
        return bool(found)

    await town.until(is_told, f"{words} is told")
    return found[-1]

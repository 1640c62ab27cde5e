"""A short that the market runs over: liquidated by the clock, told to its owner, booked whole."""

from tests.journeys.people import text_of
from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import WIF, Town

SOL = 10**9
MARGIN = 20 * SOL


async def test_a_short_beyond_its_margin_is_liquidated_and_its_owner_told(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town
    async with town.bot():
        who, calm = await town.newcomer("Sam"), await town.newcomer("Cal")
        opened = await town.say(who, "/open WIF short 20 x3")
        assert "Sold short" in opened.text
        assert "Sold short" in (await town.say(calm, "/open WIF short 1 x1")).text
        await town.shock(WIF, 45)

        async def is_told() -> bool:
            return bool(await notices(town, who))

        await town.until(is_told, "the owner is told of the liquidation")
        assert len(await notices(town, who)) == 1
        row = (await town.rows("SELECT * FROM positions WHERE user_id = $1", who))[0]
        assert row["state"] == "liquidated"
        assert row["token_units"] == 0
        # Isolated: the margin and the network's fees are all that can be lost.
        assert -MARGIN - row["fees_lamports"] <= row["realised_pnl_lamports"] < 0
        cash = await town.value(
            "SELECT balance FROM accounts WHERE user_id = $1 AND kind = 'cash'", who
        )
        assert 100 * SOL - MARGIN - row["fees_lamports"] <= cash < 100 * SOL
        assert await notices(town, calm) == []
        assert "no open position" in (await town.say(who, "/close 1")).text
        assert "Bought back" in (await town.say(calm, "/close 1")).text
        await town.prove_books()
    await check_by_command(town, forks)


async def check_by_command(town: Town, forks: Forks) -> None:
    """The command agrees that the books balance, and sees it when somebody tampers with them."""
    environment = environment_of(town.settings())
    words = ["ledger", "check", "--json"]
    code, said = await forks.run(words, environment)
    assert (code, '"is_balanced":true' in said) == (0, True), said
    assert '"mode":"paper"' in said
    await town.rows("ALTER TABLE accounts DISABLE TRIGGER USER")
    await town.rows("UPDATE accounts SET balance = balance + 1 WHERE kind = 'cash'")
    code, said = await forks.run(words, environment)
    assert (code, '"is_balanced":false' in said) == (1, True), said
    assert '"kind":"balance"' in said


async def notices(town: Town, who: int) -> list[str]:
    """Give the messages that told a person of a liquidation."""
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    return [text_of(each) for each in shown if "Liquidated" in text_of(each)]

"""Premium bought in the chat: paid over the sandbox's Bot API, renewed, and given back."""

from tests.journeys.people import text_of
from tests.journeys.town import ADA, Town


async def test_premium_is_bought_renewed_and_given_back(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(premium_stars=250):
        who = await town.newcomer("Sam")
        offer = await town.say(who, "/subscribe")
        assert "250 Stars for 30 days" in offer.text
        (invoice,) = (await town.wire.get("/sandbox/stars"))["invoices"]
        stranger = await town.newcomer("Eve")
        refused = await town.wire.post(
            f"/sandbox/people/{stranger}/pay?wait=10", {"slug": invoice["slug"]}
        )
        assert "somebody else" in refused["error"]
        paid = await town.wire.post(f"/sandbox/people/{who}/pay?wait=10", {"slug": invoice["slug"]})
        assert (paid["error"], bool(paid["charge_id"])) == ("", True)
        charge = paid["charge_id"]

        async def has(role: str) -> bool:
            return bool(await town.value("SELECT role FROM users WHERE user_id = $1", who) == role)

        await town.until(lambda: has("premium"), "the payment is credited")
        assert "It renews itself" in (await town.say(who, "/subscribe")).text
        await town.wire.post("/sandbox/stars/renew", {"charge_id": charge})

        async def is_renewed() -> bool:
            shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
            return any("Premium is renewed" in text_of(each) for each in shown)

        await town.until(is_renewed, "the renewal is told")
        for one in (await town.wire.get("/sandbox/stars"))["charges"]:
            question = await town.say(ADA, f"/refund {one['charge_id']}")
            await town.press(ADA, question.message(), "Yes, give back")
        await town.until(lambda: has("basic"), "premium has ended")
        stars = await town.wire.get("/sandbox/stars")
        assert stars["balance"] == 0
        assert [each["is_canceled"] for each in stars["subscriptions"]] == [True]
        await town.prove_books()

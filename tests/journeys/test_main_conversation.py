"""The main job as people do it: look, buy, add, close, read their figures, begin anew."""

import re

from tests.journeys.people import ADA, ANN, BOB, LOUNGE, button, text_of
from tests.journeys.town import WIF, Town

LAMPORTS = 10**9


async def test_a_stranger_pastes_an_address_buys_adds_and_closes(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Nora")
        card = await town.say(who, WIF)
        assert card.text.startswith("PAPER · WIF")
        bought = await town.press(who, card.message(), "Buy 5")
        receipt = bought.message("Bought")
        assert re.search(r"Wallet 100 → 94\.99\d+ SOL", text_of(receipt))
        assert bought.toast.startswith("Bought")
        fresh_card = await town.wire.message(who, card.message()["message_id"])
        assert fresh_card is not None
        added = await town.press(who, fresh_card, "Buy 1")
        assert "position #1 · order #2" in added.text
        half = await town.press(who, receipt, "Close 50%")
        assert "Sold" in half.text
        rest = await town.say(who, "/close 1")
        assert "closed" in rest.text
        assert re.search(r"Account rent .* returned", rest.text)
        cash = await town.value(
            "SELECT balance FROM accounts WHERE user_id = $1 AND kind = 'cash'", who
        )
        assert 99 * LAMPORTS < cash < 100 * LAMPORTS
        await town.prove_books()


async def test_a_person_reads_their_figures_and_begins_a_new_season(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Olga")
        start = await town.say(who, "/start")
        assert "You have 100 SOL" in start.text
        await town.say(who, "/open WIF long 2")
        wallet = await town.press(who, start.message(), "Wallet")
        assert re.search(r"PAPER · Wallet · season 1\n97\.99\d+ SOL", wallet.text)
        history = await town.press(who, wallet.message(), "History")
        assert "#1" in history.text
        asked = await town.say(who, "/reset")
        yes = button(asked.message(), "Yes")
        kept = await town.press(who, asked.message(), "No, keep it")
        assert "Nothing was reset" in kept.toast
        refused = await town.press_data(who, asked.message(), yes, forged=True)
        assert "timed out" in refused.toast
        asked = await town.say(who, "/reset")
        begun = await town.press(who, asked.message(), "Yes")
        assert "Season 2 begins" in begun.text
        seasons = await town.rows(
            "SELECT season, is_current FROM virtual_wallets WHERE user_id = $1 ORDER BY season", who
        )
        assert [tuple(row) for row in seasons] == [(1, False), (2, True)]
        await town.prove_books()


async def test_open_without_arguments_walks_through_to_a_typed_amount(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Gus")
        which = await town.say(who, "/open")
        side = await town.press(who, which.message(), "WIF")
        size = await town.press(who, side.message(), "Long")
        question = await town.press(who, size.message(), "Amount")
        assert question.message("How many SOL")["reply_markup"]["force_reply"] is True
        wrong = await town.say(who, "1e3")
        assert "plainly" in wrong.text
        bought = await town.say(
            who, "2.5", reply_to_message_id=question.message("How many")["message_id"]
        )
        assert re.search(r"Bought .* for 2\.5 SOL", bought.text)
        again = await town.say(who, "3")
        assert "Bought" not in again.text
        assert await town.orders(who) == 1
        await town.prove_books()


async def test_cancel_drops_the_question_so_that_a_number_buys_nothing(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Carl")
        card = await town.say(who, "/price WIF")
        await town.press(who, card.message(), "Amount")
        assert "Cancelled" in (await town.say(who, "/cancel")).text
        await town.say(who, "4")
        assert "nothing to cancel" in (await town.say(who, "/cancel")).text
        assert await town.orders(who) == 0
        await town.prove_books()


async def test_in_a_group_a_card_obeys_its_asker_and_receipts_go_private(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        await town.say(ANN, "/start")
        card = await town.say(ANN, "/price WIF", LOUNGE)
        assert card.message()["chat"]["id"] == LOUNGE
        stranger = await town.press(BOB, card.message(), "Buy 5")
        assert "Ann" in stranger.toast
        assert await town.orders(BOB) == 0
        bought = await town.press(ANN, card.message(), "Buy 5")
        assert bought.message("Bought")["chat"]["id"] == ANN
        await town.say(ADA, "/start")
        for each in (await town.say(ADA, "/wallet", LOUNGE)).messages:
            assert each["chat"]["id"] == (ADA if "SOL" in text_of(each) else LOUNGE)
        receipt = bought.message("Bought")
        forged = receipt | {"chat": {"id": BOB}}
        taken = await town.press_data(BOB, forged, button(receipt, "Close all"), forged=True)
        assert "Only" in taken.toast
        assert await town.orders(ANN) == 1
        await town.prove_books()

"""Tokens that could rob their holders, met in chat: checked, refused, bought all the same."""

import json

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.extensions import pausable, transfer_fee
from bot.sandbox.market.layouts.tokens import spl_mint, token_2022_mint
from tests.journeys.town import Town

MOST = 2**64 - 1
SUPPLY = 10**15
TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"


def mint_of(town: Town, symbol: str) -> str:
    return next(str(token.mint) for token in town.world.market.tokens() if token.symbol == symbol)


def rewrite_mint(town: Town, symbol: str, extension: tuple[int, bytes]) -> None:
    """Let a mint's owner change what it does to its holders."""
    mint = Pubkey.from_string(mint_of(town, symbol))
    base = spl_mint(SUPPLY, 6)
    data = token_2022_mint(mint, base, "Changed", symbol, "x", extensions=[extension])
    town.world.chain.place(mint, Pubkey.from_string(TOKEN_2022), data)
    town.world.chain.advance(3)  # until it is confirmed


async def fill_of(town: Town, who: int, number: int) -> dict[str, int]:
    receipt = await town.value(
        "SELECT receipt::text FROM orders WHERE user_id = $1 AND number = $2", who, number
    )
    return dict(json.loads(receipt)["fill"])


async def test_a_safe_token_is_called_so_on_its_card_and_with_the_first_purchase(
    empty_town: Town,
) -> None:
    town = empty_town
    oak = mint_of(town, "OAK")
    async with town.bot(default_tokens=()):
        who = await town.newcomer("Oda")
        calm = "Safety: mint locked, no freeze, LP burned · all ok"
        assert calm in (await town.say(who, oak)).text
        checked = (await town.say(who, "/check OAK")).text
        assert "All ok, as far as the chain shows." in checked
        assert "ok · LP burned: 100% burned: nobody can take it away" in checked
        assert "ok · spread out: the largest account beside the pools holds 2.4%" in checked
        assert "ok · can be sold: buying and selling at once loses" in checked
        assert "ok · not new: open for 40 days" in checked, "as DexScreener saw it first"
        assert calm in (await town.say(who, "/open OAK long 1")).text
        assert "Safety" not in (await town.say(who, "/open OAK long 1")).text


async def test_a_tokens_own_fee_is_taken_both_ways_and_the_books_prove(empty_town: Town) -> None:
    town = empty_town
    toll = mint_of(town, "TOLL")
    async with town.bot(default_tokens=()):
        who = await town.newcomer("Tom")
        assert "Safety: transfer fee 3%" in (await town.say(who, toll)).text
        assert "Transfer fee 3%" in (await town.say(who, "/info TOLL")).text
        assert "offer no shorts of it" in (await town.say(who, "/open TOLL short 1")).text
        bought = await town.say(who, "/open TOLL long 5")
        assert "TOLL (3%)" in bought.text
        fill = await fill_of(town, who, 1)
        sent = fill["token_units"] + fill["transfer_fee_units"]
        assert fill["transfer_fee_units"] == -(-sent * 300 // 10_000)
        assert (
            await town.value("SELECT token_units FROM positions WHERE user_id = $1", who)
            == (fill["token_units"])
        )
        assert "Token's own fee" in (await town.say(who, "/close 1")).text
        sold = await fill_of(town, who, 2)
        assert sold["transfer_fee_units"] == -(-sold["token_units"] * 300 // 10_000)
        taken = await town.value(
            "SELECT sum(amount) FROM transfers WHERE user_id = $1 AND code = 'transfer_fee'", who
        )
        assert taken == fill["transfer_fee_units"] + sold["transfer_fee_units"]
        await town.prove_books()


async def test_danger_blocks_until_its_owner_wants_otherwise(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(default_tokens=()):
        who = await town.newcomer("Lea")
        card = await town.say(who, mint_of(town, "LEASH"))
        assert "Safety: ⚠️ danger, permanent delegate" in card.text
        refused = await town.say(who, "/open LEASH long 1")
        assert "somebody can take or burn your tokens" in refused.text
        assert "opened nothing" in (await town.press(who, card.message(), "Buy 1")).text
        assert "opened nothing" in (await town.say(who, "/open LEASH short 1")).text
        assert (
            "a program of its owner's"
            in (await town.say(who, f"/open {mint_of(town, 'HOOKY')} long 1")).text
        )
        assert await town.orders(who) == 0

        asked = await town.say(who, "/safety")
        changed = await town.press(who, asked.message(), "Trade them too")
        assert "dangerous tokens too" in changed.text
        bought = await town.say(who, "/open LEASH long 1")
        assert "Safety: ⚠️ danger, permanent delegate" in bought.text
        assert (
            "You have me trade dangerous tokens too" in (await town.say(who, "/check LEASH")).text
        )
        assert "open nothing in tokens with a danger" in (await town.say(who, "/safety on")).text
        assert "opened nothing" in (await town.say(who, "/open LEASH long 1")).text
        assert "Sold" in (await town.say(who, "/close 1")).text, "an exit is never blocked"
        log = await town.rows(
            "SELECT details ->> 'blocks_danger' AS wish FROM audit_log"
            " WHERE user_id = $1 AND action = 'blocks_danger_set' ORDER BY audit_id",
            who,
        )
        assert [row["wish"] for row in log] == ["false", "true"]
        await town.prove_books()


async def test_what_could_not_be_sold_again_is_refused_whatever_one_wants(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(default_tokens=()):
        who = await town.newcomer("Max")
        await town.say(who, "/safety off")
        halt, frost = mint_of(town, "HALT"), mint_of(town, "FROST")
        assert "stopped all transfers" in (await town.say(who, f"/open {halt} long 1")).text
        assert "would come frozen" in (await town.say(who, f"/open {frost} long 1")).text
        assert "⚠️ danger · paused" in (await town.say(who, "/check HALT")).text
        assert await town.orders(who) == 0


async def test_rules_that_change_while_a_token_is_held_count_at_once(empty_town: Town) -> None:
    town = empty_town
    split = mint_of(town, "SPLIT")
    async with town.bot(default_tokens=()):
        who = await town.newcomer("Sue")
        assert "Amounts are shown times 5" in (await town.say(who, f"/info {split}")).text
        await town.say(who, "/open SPLIT long 2")
        fill = await fill_of(town, who, 1)

        rewrite_mint(town, "SPLIT", pausable(Pubkey.default(), is_paused=True))
        assert "stopped all transfers" in (await town.say(who, "/close 1")).text
        dear = transfer_fee(4_000, MOST, epoch=0)
        rewrite_mint(town, "SPLIT", dear)
        sold = await town.say(who, "/close 1")
        assert "SPLIT (40%)" in sold.text
        after = await fill_of(town, who, 2)
        assert after["transfer_fee_units"] == -(-fill["token_units"] * 4_000 // 10_000)
        assert after["sol_lamports"] < fill["sol_lamports"] * 61 // 100
        await town.prove_books()

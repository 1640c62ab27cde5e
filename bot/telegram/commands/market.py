"""Prices and tokens: `/price`, `/info`, a pasted address, and the buttons of a card."""

from bot.domain.errors import CHAIN, Refusal, Unavailable
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import hearsay, market
from bot.telegram.turn import Turn
from bot.words.speech import say

_LONGEST_TOKEN_TEXT = 64


async def price(turn: Turn, arguments: Arguments) -> None:
    """Show the card of the named token, or ask which."""
    if not arguments.token:
        await pick_token(turn, say("Price of which token?"), "card")
        return
    await show_card(turn, arguments.token)


async def info(turn: Turn, arguments: Arguments) -> None:
    """Show the details of the named token, or ask which."""
    if not arguments.token:
        await pick_token(turn, say("Details of which token?"), "info")
        return
    token_id = await token_id_of(turn, arguments.token)
    details = await turn.services.prices.info(turn.user, token_id)
    await turn.show(market.info(details, turn.keys))


async def show_card(turn: Turn, text: str) -> None:
    """Show the card of a token named by mint or symbol, or what others say of it.

    Raises `Unavailable` where the chain does not answer and nobody else knows it.
    """
    try:
        await show_card_of(turn, await token_id_of(turn, text))
    except Unavailable as error:
        if error.what != CHAIN:
            raise
        said = await turn.services.prices.hearsay(turn.user, text[:_LONGEST_TOKEN_TEXT])
        if said is None:
            raise
        await turn.show(hearsay.card(said, turn.mode))


async def show_card_of(turn: Turn, token_id: int, toast: str = "") -> None:
    """Show the card of a token."""
    quote = await turn.services.prices.quote(turn.user, token_id)
    presets = await turn.services.presets.own(turn.user)
    await turn.show(market.card(quote, turn.keys, presets.sizes), toast)


async def token_id_of(turn: Turn, text: str) -> int:
    """Find a token by mint or symbol; raises `Refusal` as `Prices.find` does."""
    wanted = text.removeprefix("$")[:_LONGEST_TOKEN_TEXT]
    return (await turn.services.prices.find(turn.user, wanted)).token_id


async def press_card(turn: Turn, press: Press) -> None:
    """Show or refresh a card in place."""
    await show_card_of(turn, press.target)


async def press_info(turn: Turn, press: Press) -> None:
    """Show or refresh the details in place."""
    details = await turn.services.prices.info(turn.user, press.target)
    await turn.show(market.info(details, turn.keys))


async def stale_card(turn: Turn, press: Press) -> None:
    """Put a fresh card in the place of an expired one, without an order."""
    if press.target == 0:
        raise Refusal("stale_button")
    await show_card_of(
        turn, press.target, say("That price is old, nothing was ordered. Press again.")
    )


async def pick_token(turn: Turn, title: str, action: str) -> None:
    """Ask for a token, with a button for each popular one that leads to an action."""
    tokens = await turn.services.prices.popular(turn.user)
    await turn.show(market.pick(title, tokens, turn.keys, action))

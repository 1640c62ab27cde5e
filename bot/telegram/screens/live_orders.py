"""News of live orders: each begins with the word that says that it is about real money."""

from collections.abc import Sequence

from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent, LiveSide
from bot.domain.orders import Receipt
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.telegram.layout import Screen, lines
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import say


def filled(intent: LiveIntent, receipt: Receipt, token: Token) -> Screen:
    """Tell the actual amounts of a fill, its costs, and the transaction to look up."""
    fill = receipt.fill
    sums = {
        "amount": figures.amount(token, fill.token_units),
        "price": figures.sol(fill.sol_lamports),
    }
    bought, sold = (
        say("Bought {amount} for {price}", **sums),
        say("Sold {amount} for {price}", **sums),
    )
    return Screen(
        text=lines(
            _head(intent, token),
            bought if intent.side is LiveSide.BUY else sold,
            say("Network fees {fees}", fees=figures.sol(fill.network_fee_lamports)),
            marked("Transaction {signature}", signature=Code(fill.pool_address)),
        )
    )


def ended(intent: LiveIntent, token: Token, *, is_failed: bool) -> Screen:
    """Tell that an order came to nothing."""
    cost = say("The transaction failed on the chain: only its fee was paid.")
    free = say("Nothing was bought or sold, and what was held for it is free again.")
    return Screen(text=lines(_head(intent, token), cost if is_failed else None, free))


def unknown(intent: LiveIntent, token: Token) -> Screen:
    """Tell that nothing is known yet."""
    return Screen(
        text=lines(
            _head(intent, token),
            say("I don't know yet whether it happened. What it may cost stays held until I do."),
        )
    )


def paused(wallet: LiveBalances, differences: Sequence[BalanceDifference]) -> Screen:
    """Tell which wallet is paused, and by how much books and chain differ."""
    user = str(wallet.user_id)
    return Screen(
        text=lines(
            Bold(say("LIVE wallet paused")),
            marked("{address} of user {user}", address=Code(wallet.address), user=user),
            say("Books and chain differ, so nothing is traded with it until they agree."),
            *(_difference(each) for each in differences),
        )
    )


def _difference(each: BalanceDifference) -> Text:
    asset = "SOL" if each.asset == SOL_MINT else each.asset
    return marked(
        "{asset}: {booked} booked, {on_chain} on the chain, in base units",
        asset=Code(asset),
        booked=str(each.booked),
        on_chain=str(each.on_chain),
    )


def _head(intent: LiveIntent, token: Token) -> Text:
    return Bold(say("LIVE order {number}, {symbol}", number=intent.number, symbol=token.symbol))

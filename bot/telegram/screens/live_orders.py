"""What became of live orders: each begins with the word that says that it is about real money."""

from collections.abc import Mapping, Sequence

from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent
from bot.domain.orders import Fill, Receipt
from bot.domain.twins import TwinGap, gap_of
from bot.domain.users import Mode
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.live_progress import stages, transaction_row, under_way
from bot.telegram.screens.receipts import close_rows, closed_rows
from bot.telegram.screens.triggered import trigger_lines
from bot.words.speech import later, say

_WHY: Mapping[str, str] = {
    "live_price_moved": later("The price moved away before anything was signed."),
    "live_funds_left": later("What was held for it has left the wallet, and not by me."),
    "live_late": later("It took too long, and the price of then is gone."),
    "live_expired": later("No block took it in its time, and now none ever can."),
    "live_failed": later("The transaction failed on the chain: only its fee was paid."),
    "live_not_signed": later("What the venue wanted signed was not what was ordered."),
    "live_wallet_paused": later("The wallet was paused meanwhile."),
    "frozen": later("Your account was frozen meanwhile."),
    "impact_too_high": later("It would have moved the price too far."),
    "live_sale_impact": later("It would have moved the price too far. Sell less at a time."),
    "not_enough_for_swap": later("The wallet has not enough for it on the chain."),
    "not_enough_for_fees": later("The wallet has not enough for the fees on the chain."),
    "no_route": later("The venue finds no way to trade it now."),
}


def filled(intent: LiveIntent, receipt: Receipt, token: Token, keys: Keys, explorer: str) -> Screen:
    """Tell the actual amounts of a fill, all it cost, its paper twin, and how long it took."""
    fill = receipt.fill
    return Screen(
        text=lines(
            headed(Mode.LIVE, _title(fill, token)),
            _result(receipt, token),
            _price(fill, token),
            _costs(receipt),
            *_twin(intent, receipt, token),
            *trigger_lines(receipt, token),
            say(
                "Wallet {before} → {after}",
                before=figures.sol(receipt.wallet_before_lamports),
                after=figures.with_sol(receipt.wallet_after_lamports),
            ),
            say(
                "position #{position} · order #{order}",
                position=receipt.position_number,
                order=receipt.order_number,
            ),
            *stages(intent),
        ),
        rows=(*_next(receipt, keys), *transaction_row(intent, explorer)),
    )


def _next(receipt: Receipt, keys: Keys) -> Rows:
    """Give the buttons that fit what is left of the position."""
    if not receipt.remaining_token_units:
        return closed_rows(keys)
    return close_rows(receipt.position_number, keys)


def ended(intent: LiveIntent, reason: str, token: Token, explorer: str) -> Screen:
    """Tell that an order came to nothing, and why."""
    return Screen(
        text=lines(
            headed(Mode.LIVE, _wanted(intent, token)),
            why_nothing(reason),
            say("Nothing was bought or sold, and what was held for it is free again."),
        ),
        rows=transaction_row(intent, explorer),
    )


def why_nothing(reason: str) -> str:
    """Say why an order came to nothing."""
    return say(_WHY.get(reason, later("The venue would not do it.")))


def unknown(intent: LiveIntent, token: Token, explorer: str) -> Screen:
    """Tell that nothing is known yet."""
    return under_way(intent, token, explorer)


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


def resumed(wallet: LiveBalances) -> Screen:
    """Tell which wallet trades again."""
    user = str(wallet.user_id)
    return Screen(
        text=lines(
            Bold(say("LIVE wallet trades again")),
            marked("{address} of user {user}", address=Code(wallet.address), user=user),
            say("Books and chain agree."),
        )
    )


def _title(fill: Fill, token: Token) -> Text:
    return marked(
        later("Bought {amount} {token} for {sol}")
        if fill.bought
        else later("Sold {amount} {token} for {sol}"),
        amount=figures.amount(token, fill.token_units),
        token=named(token.symbol, 16),
        sol=figures.with_sol(fill.sol_lamports),
    )


def _result(receipt: Receipt, token: Token) -> str:
    gain = receipt.realised_pnl_lamports
    if gain is None or receipt.fill.bought:
        return ""
    left = receipt.remaining_token_units
    rest = say("{amount} left", amount=figures.amount(token, left)) if left else say("closed")
    return f"{'🟢' if gain >= 0 else '🔴'} {figures.signed_sol(gain)} · {rest}"


def _price(fill: Fill, token: Token) -> str:
    return say(
        "Decided {decided} · filled {filled} SOL (impact {impact})",
        decided=figures.token_price(token, fill.decided_price),
        filled=figures.token_price(token, fill.fill_price),
        impact=figures.percent(fill.impact),
    )


def _costs(receipt: Receipt) -> str:
    fees = say("Network fees {fees}", fees=figures.with_sol(receipt.fill.network_fee_lamports))
    if receipt.rent_paid_lamports:
        rent = figures.with_sol(receipt.rent_paid_lamports)
        return f"{fees} · {say('account rent {rent}', rent=rent)}"
    return fees


def _twin(intent: LiveIntent, receipt: Receipt, token: Token) -> tuple[Text | str, ...]:
    """Say what paper would have given at the same moment, and by how much live was worse."""
    twin = intent.twin
    if twin is None:
        return (say("Paper could not tell what it would have given at that moment"),)
    paper = say(
        "Paper at that moment: {amount} for {sol} at {price}",
        amount=figures.amount(token, twin.token_units),
        sol=figures.with_sol(twin.sol_lamports),
        price=figures.token_price(token, twin.fill_price),
    )
    gap = gap_of(receipt.fill, twin, receipt.times.filled_at - intent.decided_at)
    return (paper,) if gap is None else (paper, _gap(gap))


def _gap(gap: TwinGap) -> str:
    # A gap counts what live lost; here a minus is what people read as worse.
    return say(
        "Against paper {result}: price {price}, fees {fees}, {seconds} s later",
        result=figures.signed_percent(-gap.haircut),
        price=figures.signed_percent(-gap.price),
        fees=figures.signed_sol(gap.fee_lamports),
        seconds=figures.local(f"{gap.latency.total_seconds():.2f}"),
    )


def _wanted(intent: LiveIntent, token: Token) -> Text:
    return marked(
        "Order {number} for {token} came to nothing",
        number=str(intent.number),
        token=named(token.symbol, 16),
    )


def _difference(each: BalanceDifference) -> Text:
    asset = "SOL" if each.asset == SOL_MINT else each.asset
    return marked(
        "{asset}: {booked} booked, {on_chain} on the chain, in base units",
        asset=Code(asset),
        booked=str(each.booked),
        on_chain=str(each.on_chain),
    )

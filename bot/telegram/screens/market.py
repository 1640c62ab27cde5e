"""A token's card and its details: price with age and source, liquidity, safety."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.presets import Presets
from bot.domain.users import Mode
from bot.services.views import PoolLine, Quote, TokenInfo
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, headed, in_rows, key, label, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures, safety
from bot.telegram.screens.hearsay import told
from bot.telegram.screens.pool_names import way_name
from bot.telegram.screens.warnings import contradiction
from bot.words.inside import inside
from bot.words.speech import say, say_count

CARD_PRESETS = Presets().sizes
_MOST_POOLS, _MOST_NOTES = 8, 4
_BLOCKS = str.maketrans("01234567", "▁▂▃▄▅▆▇█")


def card(quote: Quote, keys: Keys, sizes: Sequence[int] = CARD_PRESETS) -> Screen:
    """Show a token's price with what it takes to trade it."""
    token = quote.token
    return Screen(
        text=lines(
            headed(keys.mode, named(token.symbol, 16), named(token.name)),
            price_line(quote),
            _spark_line(quote),
            source_line(quote),
            _liquidity_line(quote),
            safety.short_line(quote.safety),
            *warnings(quote),
        ),
        rows=card_rows(token, keys, sizes),
    )


def card_rows(token: Token, keys: Keys, sizes: Sequence[int] = CARD_PRESETS) -> Rows:
    """Give a card's buttons; what needs a private chat leads there from a group."""
    token_id = token.token_id
    look: tuple[Button, ...] = (
        key(keys, say("Details"), "info", token_id),
        key(keys, say("Refresh"), "card", token_id),
    )
    chart = key(keys, say("Chart"), "chart", token_id)
    if token.mint == SOL_MINT:
        return (look,)
    buy = tuple(
        key(keys, say("Buy {size}", size=figures.sol(size)), "buy", token_id, str(size))
        for size in sizes
    )
    if keys.is_private:
        short = (key(keys, say("Short"), "lev", token_id),) if keys.mode is Mode.PAPER else ()
        more: tuple[Button, ...] = (
            key(keys, say("Amount…"), "ask", token_id, "l1"),
            *short,
            chart,
        )
        follow = (
            key(keys, say("Alert"), "alrt", token_id),
            key(keys, say("Watch"), "watch", token_id),
            look[1],
        )
        return (buy, more, follow, (look[0], key(keys, say("Limit…"), "later", token_id)))
    more = (Button(text=say("More in private"), url=keys.private_link(f"t_{token_id}")), chart)
    return (buy, more, look)


def info(details: TokenInfo, keys: Keys) -> Screen:
    """Show what the chain says of a token: its address, its powers, its pools."""
    quote, token = details.quote, details.quote.token
    token_id = token.token_id
    back = (
        key(keys, say("Back"), "card", token_id),
        key(keys, say("Safety"), "check", token_id),
        key(keys, say("Refresh"), "info", token_id),
    )
    return Screen(
        text=lines(
            headed(keys.mode, named(token.symbol, 16), named(token.name)),
            Code(token.mint),
            price_line(quote),
            source_line(quote),
            say(
                "Market cap {cap} · supply {supply}",
                cap=figures.about_sol(details.market_cap_lamports),
                supply=figures.amount(token, token.supply),
            ),
            _day_range(quote),
            marked("Mint authority: {authority}", authority=_authority(token.mint_authority)),
            marked("Freeze authority: {authority}", authority=_authority(token.freeze_authority)),
            *safety.rule_lines(token),
            safety.short_line(quote.safety),
            *warnings(quote),
            Bold(say("Pools")),
            *(_pool_line(token, pool) for pool in details.pools[:_MOST_POOLS]),
        ),
        rows=(back,),
    )


def choices(symbol: str, tokens: Sequence[Token], keys: Keys) -> Screen:
    """Ask which of several tokens of one name is meant."""
    shown = tokens[:6]
    return Screen(
        text=lines(
            marked("Several tokens are called {token}. Which one?", token=named(symbol)),
            *(Text(f"{place}. ", Code(token.mint)) for place, token in enumerate(shown, 1)),
            say("Names can be copied; the address cannot."),
        ),
        rows=in_rows(
            key(keys, f"{place}. {token.mint[:4]}…{token.mint[-4:]}", "card", token.token_id)
            for place, token in enumerate(shown, 1)
        ),
    )


def token_keys(tokens: Sequence[Token], keys: Keys, action: str) -> Rows:
    """Give one button per token."""
    return in_rows(key(keys, label(token.symbol), action, token.token_id) for token in tokens[:6])


def pick(title: str, tokens: Sequence[Token], keys: Keys, action: str) -> Screen:
    """Ask for a token, by a button or by a pasted address."""
    return Screen(
        text=lines(title, say("Pick one, or paste a token's address.")),
        rows=token_keys(tokens, keys, action),
    )


def price_line(quote: Quote) -> str:
    """Give a price with its worth in dollars and its day's change."""
    change = quote.metrics.change_24h if quote.metrics else None
    day = "" if change is None else f" · {figures.signed_percent(change)} 24h"
    if quote.token.mint == SOL_MINT:
        return f"{figures.usd(quote.usd) if quote.usd is not None else say('no price yet')}{day}"
    token = quote.token
    dollars = "" if quote.usd is None else f" ({figures.usd(token.shown_price(quote.usd))})"
    return f"{figures.token_price(token, quote.price)} SOL{dollars}{day}"


def _spark_line(quote: Quote) -> str:
    """Show the day's course hour by hour, once there are a few hours of it."""
    shape = quote.metrics.shape_24h if quote.metrics else ""
    return f"{shape.translate(_BLOCKS)} 24h" if shape else ""


def source_line(quote: Quote) -> str:
    """Say how old a price is, where it comes from, and whether the pools agree."""
    age = figures.age(quote.age_seconds)
    if quote.source_at is not None:
        at = f"{quote.source_at:%H:%M:%S}"
        age = say("{age} (block {time} UTC)", age=age, time=at)
    return f"{age} · {_route(quote)} · {_agreement(quote)}"


def _agreement(quote: Quote) -> str:
    count = quote.pools_read
    if count == 1:
        return say("1 pool")
    if quote.agreeing == count:
        return say_count("{count} pool agrees", "{count} pools agree", count)
    return say_count(
        "{count} pool, {agreeing} agree", "{count} pools, {agreeing} agree", count,
        agreeing=quote.agreeing,
    )  # fmt: skip


def _route(quote: Quote) -> str:
    return way_name(quote.pool_kind, quote.then_kinds)


def _liquidity_line(quote: Quote) -> str:
    depth = figures.about_sol(quote.liquidity_lamports)
    if quote.impact_of_one_sol is None:
        return say("Liquidity {depth}", depth=depth)
    moved = figures.percent(quote.impact_of_one_sol)
    return say("Liquidity {depth} · 1 SOL moves it {moved}", depth=depth, moved=moved)


def warnings(quote: Quote) -> list[Text | str]:
    """Say what anyone should know before they act on a price."""
    found: list[Text | str] = []
    if quote.is_stale:
        found.append(say("⚠️ This price is old; trading waits for a fresh one."))
    if quote.hearsay:
        found += [
            say("Solana does not answer now. What others say, unchecked:"),
            *told(quote.hearsay),
        ]
    if quote.suspicion is not None:
        since = f"{quote.suspicion.began_at:%H:%M:%S}"
        found.append(
            say(
                "⚠️ Disputed since {since} UTC: {why}. Nothing is opened until they agree.",
                since=since,
                why=contradiction(quote.suspicion),
            )
        )
    if quote.halt:
        found.append(say("⚠️ No trading now: {why}", why=inside(quote.halt)))
    if quote.token.symbol_warning:
        found.append(
            marked(
                "⚠️ Beware of the name: {name}",
                name=Code(quote.token.symbol_warning),
            )
        )
    return found + [inside(note) for note in quote.notes[:_MOST_NOTES]]


def _day_range(quote: Quote) -> str:
    metrics, token = quote.metrics, quote.token
    if metrics is None:
        return ""
    told = []
    if metrics.low_24h is not None and metrics.high_24h is not None:
        low, high = (figures.token_price(token, x) for x in (metrics.low_24h, metrics.high_24h))
        told.append(say("24h {low} to {high} SOL", low=low, high=high))
    if metrics.volatility_24h is not None:
        told.append(say("swings {share} a day", share=figures.percent(metrics.volatility_24h)))
    if metrics.holders is not None:
        told.append(
            say("{count} holders, says a source", count=figures.number(Decimal(metrics.holders)))
        )
    return " · ".join(told)


def _authority(address: str | None) -> Text | str:
    return say("none") if address is None else Code(address)


def _pool_line(token: Token, pool: PoolLine) -> str:
    line = say(
        "{pool} · {price} SOL · depth {depth}",
        pool=way_name(pool.kind, pool.then_kinds),
        price=figures.token_price(token, pool.price),
        depth=figures.about_sol(pool.depth_lamports),
    )
    return f"{line} · {inside(pool.halt)}" if pool.halt else line

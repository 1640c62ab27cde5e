"""Money that moved in a live wallet without the bot, and the screen to pay some in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.instruments import Token
from bot.domain.movements import Movement
from bot.domain.positions import Position
from bot.ports.live_movements import Cause, MovementSeen
from bot.ports.live_orders import LiveBalances
from bot.services.deposits import DepositView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, key, label, lines
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import say, say_count

_SHOWN_LETTERS = 6


def came(
    wallet: LiveBalances, movement: Movement, tokens: Mapping[str, Token], keys: Keys
) -> Screen:
    """Tell what came, from whom, and when it was sent."""
    return Screen(
        text=lines(
            Bold(say("LIVE deposit")),
            *_amounts(movement.lamports, movement.tokens, tokens),
            _from(movement),
            _sent(movement),
            say("Wallet {sol}", sol=figures.with_sol(wallet.lamports + movement.lamports)),
        ),
        rows=((key(keys, say("Deposit"), "ldep"),),),
    )


def left(
    wallet: LiveBalances, movement: Movement, tokens: Mapping[str, Token], keys: Keys
) -> Screen:
    """Tell what left by another hand than ours, and what can be done at once."""
    return Screen(
        text=lines(
            Bold(say("⚠️ LIVE: money moved, and not by me")),
            *_amounts(movement.lamports, movement.tokens, tokens),
            _to(movement),
            _sent(movement),
            say("Wallet {sol}", sol=figures.with_sol(wallet.lamports + movement.lamports)),
            say("It is booked as yours. If it was not you, somebody else has this wallet's key."),
            say("Freeze your account now, and pay nothing more into this wallet."),
        ),
        rows=((danger(keys, say("Freeze my account"), "sfrz"),),),
    )


def with_transaction(screen: Screen, signature: str, explorer: str) -> Screen:
    """Give a screen with a button that shows the transaction in an explorer, if there is one."""
    if not explorer:
        return screen
    row = (Button(text=say("Transaction"), url=f"{explorer}{signature}"),)
    return replace(screen, rows=(*screen.rows, row))


def cleaned(movement: Movement) -> Screen:
    """Tell what closing empty accounts gave back, or that it failed."""
    back = -sum(movement.rents.values())
    fee = figures.with_sol(back - movement.lamports)
    if not back:
        failed = say("Nothing was closed: the transaction failed. It cost {fee}.", fee=fee)
        return Screen(text=lines(Bold(say("LIVE cleanup")), failed))
    return Screen(
        text=lines(
            Bold(say("LIVE cleanup")),
            say("Empty token accounts are closed: {sol} came back.", sol=figures.with_sol(back)),
            say("Network fees {fees}", fees=fee),
        )
    )


def adopted(positions: Sequence[Position], tokens: Mapping[int, Token]) -> Screen:
    """Tell that tokens which lay there have positions now."""
    named = [
        say(
            "Position #{number}: {amount}, at {sol}",
            number=position.number,
            amount=_tracked(tokens[position.token_id], position.token_units),
            sol=figures.with_sol(position.cost_lamports),
        )
        for position in positions
    ]
    return Screen(text=lines(Bold(say("LIVE: tokens in your wallet are tracked now")), *named))


def deposit(view: DepositView, keys: Keys) -> Screen:
    """Show where to pay, as a code and as text, and what came and left lately."""
    unlisted = say_count(
        "{count} other token lies here that I do not track. Paste its address to track it.",
        "{count} other tokens lie here that I do not track. Paste an address to track one.",
        view.unlisted,
    )
    return Screen(
        text=lines(
            Bold(say("LIVE deposit")),
            Code(view.wallet.address),
            say("Send SOL or tokens on Solana to this address. On another network they are lost."),
            say("They are booked once they are final, some 15 s after they were sent."),
            say("Wallet {sol}", sol=figures.with_sol(view.lamports)),
            say("Paused: books and chain differ. The admins know.") if view.is_paused else None,
            *(_seen(each, view.tokens) for each in view.movements),
            unlisted if view.unlisted else None,
        ),
        rows=_deposit_rows(keys),
        picture=view.recipe,
    )


def _deposit_rows(keys: Keys) -> Rows:
    return ((key(keys, say("I sent it: look now"), "ldep"),),)


def _seen(each: MovementSeen, tokens: Mapping[str, Token]) -> str:
    moment = figures.time_of_day(each.sent_at or each.booked_at)
    amounts = ", ".join(_spelt(each.lamports, each.tokens, tokens))
    if each.cause is Cause.CLEANUP:
        return say("{time} {amounts}, cleanup", time=moment, amounts=amounts)
    return f"{moment} {amounts}"


def _amounts(
    lamports: int, units: Mapping[str, int], tokens: Mapping[str, Token]
) -> Sequence[Text | str]:
    return [Bold(each) for each in _spelt(lamports, units, tokens)]


def _spelt(lamports: int, units: Mapping[str, int], tokens: Mapping[str, Token]) -> Sequence[str]:
    spelt = [figures.signed_sol(lamports)] if lamports or not units else []
    for mint, moved in units.items():
        sign = "+" if moved > 0 else "−"  # noqa: RUF001 (the minus sign of all our figures)
        token = tokens.get(mint)
        amount = _tracked(token, abs(moved)) if token else _untracked(mint, abs(moved))
        spelt.append(f"{sign}{amount}")
    return spelt


def _tracked(token: Token, units: int) -> str:
    return f"{figures.amount(token, units)} {label(token.symbol)}"


def _untracked(mint: str, units: int) -> str:
    return say("{units} base units of {mint}", units=units, mint=short(mint))


def short(address: str) -> str:
    """Give an address by its ends, where there is no room for it."""
    return f"{address[:_SHOWN_LETTERS]}…{address[-_SHOWN_LETTERS:]}"


def _from(movement: Movement) -> Text | None:
    giver = movement.counterpart
    return None if giver is None else marked("From {address}", address=Code(giver))


def _to(movement: Movement) -> Text | None:
    taker = movement.counterpart
    return None if taker is None else marked("To {address}", address=Code(taker))


def _sent(movement: Movement) -> str | None:
    if movement.sent_at is None:
        return None
    return say("Sent {time}, final now", time=figures.time_of_day(movement.sent_at))

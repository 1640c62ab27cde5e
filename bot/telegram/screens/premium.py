"""Premium for Stars: what it gives, until when it is paid, and what support needs to know."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.premium import Renewal, StarCharge, StarPayment
from bot.services.premium import OfferView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, key, lines
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say

_LIMITS: Mapping[str, str] = {
    "position_lamports": later("position up to {premium} instead of {basic}"),
    "open_positions": later("{premium} open positions instead of {basic}"),
    "leverage": later("shorts up to x{premium} instead of x{basic}"),
    "orders_per_minute": later("{premium} orders a minute instead of {basic}"),
    "resting_orders": later("{premium} orders waiting instead of {basic}"),
    "alerts": later("{premium} alerts instead of {basic}"),
    "watched_tokens": later("{premium} watched tokens instead of {basic}"),
}
_STANDS: Mapping[Renewal, str] = {
    Renewal.ACTIVE: later("Paid until {until} UTC. It renews itself."),
    Renewal.CANCELED: later("Paid until {until} UTC. It ends then; nothing more is taken."),
    Renewal.FAILED: later("Paid until {until} UTC. ⚠️ The next payment failed: it ends then."),
}


def offer(view: OfferView, keys: Keys) -> Screen:
    """Show what premium costs and gives, or until when it is paid."""
    price = say("{stars} Stars for 30 days, renewed until you stop it.", stars=view.stars)
    is_sold = view.invoice is not None
    return Screen(
        text=lines(
            Bold(say("Premium")),
            _standing(view) or (price if is_sold else say("Your role has all of this already.")),
            *(f"· {line}" for line in _gains(view.limits)),
            say("Questions about a payment: /paysupport. Terms: /terms."),
        ),
        rows=_rows(view, keys),
    )


def paid(payment: StarPayment) -> Screen:
    """Tell a person that they have premium."""
    until = "" if payment.until is None else figures.day_and_time(payment.until)
    first = say("Thank you. You have premium until {until} UTC.", until=until)
    again = say("Premium is renewed until {until} UTC.", until=until)
    return Screen(
        text=lines(
            Bold(first if payment.is_first else again),
            marked(
                "{stars} Stars, payment {charge}",
                stars=str(payment.stars),
                charge=Code(payment.charge_id),
            ),
        )
    )


def unmatched(payment: StarPayment) -> Screen:
    """Tell a person that their payment waits for an admin."""
    return Screen(
        text=lines(
            say("⚠️ I got {stars} Stars that I cannot match to an offer.", stars=payment.stars),
            marked("An admin is told. Payment {charge}", charge=Code(payment.charge_id)),
        )
    )


def unmatched_for_admins(payment: StarPayment) -> Screen:
    """Tell an admin of it, with what gives the Stars back."""
    return Screen(
        text=lines(
            marked(
                "⚠️ {person} paid {stars} Stars for no offer of ours",
                person=Code(str(payment.user_id)),
                stars=str(payment.stars),
            ),
            marked("To give them back: {command}", command=Code(f"/refund {payment.charge_id}")),
        )
    )


def refunded(charge: StarCharge, until: datetime | None) -> Screen:
    """Tell a person that Stars came back, and what is left of their premium."""
    left = (
        say("Your paid premium has ended.")
        if until is None
        else say("Premium paid otherwise lasts until {until} UTC.", until=_time(until))
    )
    return Screen(
        text=lines(
            Bold(say("{stars} Stars came back to you", stars=charge.stars)),
            left,
            marked("Payment {charge}", charge=Code(charge.charge_id)),
        )
    )


def ask_refund(charge: StarCharge, asker: str, keys: Keys, seconds: int) -> Screen:
    """Ask an admin whether to give Stars back."""
    return Screen(
        text=lines(
            Bold(say("Give {stars} Stars back?", stars=charge.stars)),
            _of_charge(charge),
            say("Premium that follows from it ends, and it renews no more."),
            say("Asked by {asker} · only they can answer", asker=asker),
            say("⏳ {seconds} s to answer; no answer means no.", seconds=seconds),
        ),
        rows=((key(keys, say("No"), "norefn"), danger(keys, say("Yes, give back"), "refund")),),
    )


def given_back(charge: StarCharge) -> Screen:
    """Tell an admin that it is done."""
    return Screen(text=lines(Bold(say("Given back")), _of_charge(charge)))


def not_given_back() -> Screen:
    """Tell an admin that nothing was done."""
    return Screen(text=Text(say("Nothing was given back.")))


def support(keys: Keys) -> Screen:
    """Say what to do about a payment."""
    return Screen(
        text=lines(
            Bold(say("Help with a payment")),
            say("Premium counts from the moment Telegram tells me of the payment, often at once."),
            marked(
                "Missing, or paid by mistake? Write {command} with the payment's id; it is in my "
                "message about it and in Telegram under Settings, My Stars.",
                command=Code("/feedback"),
            ),
            say("An admin answers and can give Stars back. Telegram's own support cannot help."),
            say("Renewals stop with /subscribe, or in Telegram under Settings, My Stars."),
        ),
        rows=_to_offer(keys),
    )


def terms(keys: Keys) -> Screen:
    """Say what is bought."""
    return Screen(
        text=lines(
            Bold(say("Terms of premium")),
            say(
                "Premium raises your limits in this bot for 30 days per payment. It renews itself "
                "at the same price until you stop it; what is paid lasts to its end."
            ),
            say("What is won on paper is no money. Trading live is at your own risk. No advice."),
            say("Refunds: ask with /paysupport. One that is given ends the premium it paid for."),
            say("What is stored about you: /privacy."),
        ),
        rows=_to_offer(keys),
    )


def _to_offer(keys: Keys) -> Rows:
    return ((key(keys, say("Premium"), "subscr"),),)


def _standing(view: OfferView) -> str:
    if view.until is None:
        return ""
    renewal = view.standing.renewal if view.standing else Renewal.CANCELED
    return say(_STANDS[renewal], until=_time(view.until))


def _gains(limits: Mapping[str, Mapping[str, int | None]]) -> list[str]:
    basic, premium = limits.get("basic", {}), limits.get("premium", {})
    return [
        say(words, basic=_limit(name, basic[name]), premium=_limit(name, premium[name]))
        for name, words in _LIMITS.items()
        if name in basic and name in premium and basic[name] != premium[name]
    ]


def _limit(name: str, value: int | None) -> str:
    if value is None:
        return say("any")
    return figures.with_sol(value) if name.endswith("_lamports") else str(value)


def _rows(view: OfferView, keys: Keys) -> Rows:
    if view.invoice is not None:
        words = say("Pay {stars} Stars", stars=view.invoice.stars)
        return ((Button(text=words, url=view.invoice.link),),)
    if view.standing is None:
        return ()
    if view.standing.renewal is Renewal.CANCELED:
        return ((key(keys, say("Renew again"), "renew"),),)
    return ((danger(keys, say("Stop renewing"), "norenw"),),)


def _of_charge(charge: StarCharge) -> Text:
    return marked(
        "User {person}, payment {charge}, until {until}",
        person=Code(str(charge.user_id)),
        charge=Code(charge.charge_id),
        until="?" if charge.until is None else _time(charge.until),
    )


def _time(at: datetime) -> str:
    return figures.day_and_time(at)

"""The words of refusals about premium and payments; templates as in `bot.telegram.texts`."""

from collections.abc import Mapping

from bot.words.speech import later

PREMIUM_REFUSALS: Mapping[str, str] = {
    "premium_not_offered": later(
        "Premium is not sold here. Ask who runs this bot, for example with /feedback."
    ),
    "unknown_invoice": later("I don't know this invoice. Send /subscribe for a new one."),
    "anothers_invoice": later(
        "This invoice is for somebody else. Send /subscribe in our private chat for yours."
    ),
    "wrong_price": later("This is not the price of that invoice. Send /subscribe for a new one."),
    "old_price": later("The price has changed since. Send /subscribe for a new invoice."),
    "already_premium": later(
        "You have paid already[[, until {until:moment}]]. See /subscribe before you pay twice."
    ),
    "no_subscription": later("You have no subscription to change. See /subscribe."),
    "missing_charge": later(
        "Name the payment by its id, like `/refund stxAbc123`. `/audit stars` lists them."
    ),
    "unknown_charge": later(
        "I know no payment {text}. Its id is in the person's message about it, and in "
        "`/audit stars`."
    ),
    "already_refunded": later("That payment was given back before. See `/audit stars`."),
}

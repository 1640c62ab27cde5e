"""Methods about Telegram Stars: invoices, check-outs, refunds, subscriptions, the balance."""

from bot.sandbox.telegram_api.errors import BotApiError, bad_request
from bot.sandbox.telegram_api.methods.call import MethodTable, writable_room
from bot.sandbox.telegram_api.methods.composing import post
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.star_actions import refund, settle
from bot.sandbox.telegram_api.stars import StarCharge, StarInvoice
from bot.sandbox.telegram_api.wire import JsonObject, as_integer, as_object
from bot.sandbox.telegram_api.world import TelegramWorld

_PERIOD_S = 2_592_000
_MOST_STARS, _MOST_STARS_A_PERIOD = 100_000, 10_000
_LONGEST_TITLE, _LONGEST_DESCRIPTION, _LONGEST_PAYLOAD_BYTES = 32, 255, 128
_MOST_TRANSACTIONS = 100


def create_invoice_link(world: TelegramWorld, parameters: Parameters) -> str:
    """Give the link of an invoice; with `subscription_period` one of a subscription."""
    period_s = parameters.integer("subscription_period")
    if parameters.has("subscription_period") and period_s != _PERIOD_S:
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    invoice = _invoice(world, parameters, period_s)
    return f"https://t.me/${invoice.slug}"


def send_invoice(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """Send an invoice as a message with a Pay button."""
    room = writable_room(world, parameters)
    invoice = _invoice(world, parameters, None)
    if not parameters.has("reply_markup"):
        pay: JsonObject = {"text": f"Pay {invoice.stars} Stars", "pay": True}
        parameters = parameters.with_fields(reply_markup={"inline_keyboard": [[pay]]})
    message = post(world, room, parameters, text=None, attachment=invoice.to_attachment())
    message.invoice_slug = invoice.slug
    return message.to_wire()


def answer_pre_checkout_query(world: TelegramWorld, parameters: Parameters) -> bool:
    """Say whether somebody may pay, within ten seconds; a yes takes the Stars.

    Raises:
        BotApiError: 400 where the check-out is unknown, answered, or older than that.
    """
    checkout = world.stars.find_open(parameters.text("pre_checkout_query_id"))
    if checkout is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    is_agreed = parameters.boolean("ok")
    if not is_agreed and not parameters.has("error_message"):
        raise bad_request("error message is empty")
    checkout.answered = True
    checkout.error = "" if is_agreed else parameters.text("error_message")
    if is_agreed:
        settle(world, checkout)
    world.events.changed.notify()
    return True


def refund_star_payment(world: TelegramWorld, parameters: Parameters) -> bool:
    """Give the Stars of a charge back."""
    charge = _charge(world, parameters)
    if charge.is_refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    refund(world, charge)
    return True


def edit_user_star_subscription(world: TelegramWorld, parameters: Parameters) -> bool:
    """Stop the renewals of a subscription, or allow them again."""
    charge = _charge(world, parameters)
    subscription = world.stars.subscriptions.get(charge.charge_id)
    if subscription is None:
        raise bad_request("SUBSCRIPTION_NOT_FOUND")
    subscription.is_canceled = parameters.boolean("is_canceled")
    return True


def get_my_star_balance(world: TelegramWorld, _parameters: Parameters) -> JsonObject:
    """Say how many Stars the bot has."""
    return {"amount": world.stars.balance}


def get_star_transactions(world: TelegramWorld, parameters: Parameters) -> JsonObject:
    """List charges and refunds in the order they came, from `offset` on."""
    offset = parameters.integer("offset") or 0
    limit = parameters.integer("limit") or _MOST_TRANSACTIONS
    if offset < 0 or not 1 <= limit <= _MOST_TRANSACTIONS:
        raise bad_request("offset and limit are out of range")
    listed = [
        entry for charge in world.stars.charges.values() for entry in _transactions(world, charge)
    ]
    return {"transactions": listed[offset : offset + limit]}


def _transactions(world: TelegramWorld, charge: StarCharge) -> list[JsonObject]:
    partner: JsonObject = {
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": world.people[charge.person_id].to_user(),
        "invoice_payload": charge.invoice.payload,
    }
    paid: JsonObject = {
        "id": charge.charge_id,
        "amount": charge.invoice.stars,
        "date": charge.paid_at_s,
    }
    entries = [paid | {"source": partner}]
    return [*entries, paid | {"receiver": partner}] if charge.is_refunded else entries


def _charge(world: TelegramWorld, parameters: Parameters) -> StarCharge:
    charge = world.stars.charges.get(parameters.text("telegram_payment_charge_id"))
    if charge is None or charge.person_id != parameters.integer("user_id"):
        raise bad_request("CHARGE_ID_INVALID")
    return charge


def _invoice(world: TelegramWorld, parameters: Parameters, period_s: int | None) -> StarInvoice:
    invoice = StarInvoice(
        slug=world.stars.new_slug(),
        title=_limited(parameters, "title", _LONGEST_TITLE),
        description=_limited(parameters, "description", _LONGEST_DESCRIPTION),
        payload=_payload(parameters),
        stars=_price(parameters, period_s),
        period_s=period_s,
    )
    world.stars.invoices[invoice.slug] = invoice
    return invoice


def _limited(parameters: Parameters, name: str, longest: int) -> str:
    text = parameters.text(name)
    if not 1 <= len(text) <= longest:
        raise bad_request(f"invoice {name} must be 1 to {longest} characters long")
    return text


def _payload(parameters: Parameters) -> str:
    payload = parameters.text("payload")
    if not 1 <= len(payload.encode()) <= _LONGEST_PAYLOAD_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    return payload


def _price(parameters: Parameters, period_s: int | None) -> int:
    if parameters.text("currency") != "XTR":
        raise BotApiError(400, "Bad Request: CURRENCY_NOT_SUPPORTED_HERE")
    if parameters.has("provider_token"):
        raise bad_request("provider_token must be empty for payments in Stars")
    prices = parameters.array("prices") or []
    price = as_object(prices[0]) if len(prices) == 1 else None
    if price is None:
        raise bad_request("prices must have exactly one item for payments in Stars")
    stars = as_integer(price.get("amount"))
    most = _MOST_STARS if period_s is None else _MOST_STARS_A_PERIOD
    if stars is None or not 1 <= stars <= most or not price.get("label"):
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return stars


METHODS: MethodTable = {
    "createinvoicelink": create_invoice_link,
    "sendinvoice": send_invoice,
    "answerprecheckoutquery": answer_pre_checkout_query,
    "refundstarpayment": refund_star_payment,
    "edituserstarsubscription": edit_user_star_subscription,
    "getmystarbalance": get_my_star_balance,
    "getstartransactions": get_star_transactions,
}

"""What people do with Stars: pay, renew, stop, lapse, are refunded; and the updates that follow."""

from collections.abc import Mapping

from bot.sandbox.telegram_api.errors import SandboxRefusal
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.stars import Checkout, StarCharge, StarInvoice, StarSubscription
from bot.sandbox.telegram_api.wire import JsonObject
from bot.sandbox.telegram_api.world import TelegramWorld


def open_checkout(world: TelegramWorld, person_id: int, slug: str) -> tuple[Checkout, int | None]:
    """Let a person press Pay; gives the check-out and the update's id.

    Raises:
        SandboxRefusal: nobody has this id, or there is no such invoice.
    """
    person, invoice = world.people.get(person_id), world.stars.invoices.get(slug)
    if person is None or invoice is None:
        raise SandboxRefusal("no such person or invoice", 404)
    checkout = world.stars.open_checkout(person_id, invoice)
    query: JsonObject = {
        "id": checkout.query_id,
        "from": person.to_user(),
        "currency": "XTR",
        "total_amount": invoice.stars,
        "invoice_payload": invoice.payload,
    }
    # Telegram asks whichever connection is free: a check-out does not queue behind messages.
    return checkout, world.updates.add("pre_checkout_query", query, queue_key=checkout.query_id)


def settle(world: TelegramWorld, checkout: Checkout) -> None:
    """Take the Stars of a check-out that the bot agreed to, and tell the bot."""
    charge = world.stars.charge(checkout.person_id, checkout.invoice)
    checkout.charge_id = charge.charge_id
    tell_of_payment(world, charge)


def tell_of_payment(world: TelegramWorld, charge: StarCharge) -> int | None:
    """Put the service message of a payment into the person's chat; gives the update's id."""
    return _service(world, charge.person_id, {"successful_payment": charge.to_payment()})


def renew(world: TelegramWorld, subscription: StarSubscription) -> tuple[StarCharge, int | None]:
    """Let Telegram take the next payment.

    Raises:
        SandboxRefusal: the person has cancelled it.
    """
    if subscription.is_canceled:
        raise SandboxRefusal("this subscription is cancelled")
    charge = world.stars.renew(subscription)
    return charge, tell_of_payment(world, charge)


def set_canceled(
    world: TelegramWorld, subscription: StarSubscription, *, is_canceled: bool
) -> int | None:
    """Let a person stop the renewals, or want them again."""
    subscription.is_canceled = is_canceled
    return _tell_state(world, subscription, "canceled" if is_canceled else "active")


def fail(world: TelegramWorld, subscription: StarSubscription) -> int | None:
    """Let the next payment fail, for want of Stars; the subscription then ends when it is due."""
    subscription.is_over = True
    return _tell_state(world, subscription, "failed")


def refund(world: TelegramWorld, charge: StarCharge) -> int | None:
    """Give the Stars of a charge back, and tell the bot."""
    charge.is_refunded = True
    return _service(world, charge.person_id, {"refunded_payment": charge.to_refund()})


def find_subscription(world: TelegramWorld, charge_id: str) -> StarSubscription:
    """Find a subscription by its first charge.

    Raises:
        SandboxRefusal: there is none.
    """
    found = world.stars.subscriptions.get(charge_id)
    if found is None:
        raise SandboxRefusal("no such subscription", 404)
    return found


def invoice_slug(world: TelegramWorld, fields: Mapping[str, object]) -> str:
    """Read which invoice a person means: by `slug`, by `link`, or by a message with one.

    Raises:
        SandboxRefusal: there is none there.
    """
    if isinstance(fields.get("slug"), str):
        return str(fields["slug"])
    if isinstance(fields.get("link"), str):
        return str(fields["link"]).rpartition("/")[2].removeprefix("$")
    room = world.chats.get(int(str(fields.get("chat_id", 0))))
    message = room.live_message(int(str(fields.get("message_id", 0)))) if room else None
    slug = message.invoice_slug if message else None
    if slug is None:
        raise SandboxRefusal("no invoice there", 404)
    return slug


def to_state(world: TelegramWorld) -> JsonObject:
    """Show everything about Stars."""
    stars = world.stars
    return {
        "balance": stars.balance,
        "invoices": [_invoice_state(each) for each in stars.invoices.values()],
        "charges": [
            {
                "charge_id": each.charge_id,
                "person_id": each.person_id,
                "stars": each.invoice.stars,
                "until": each.until_s,
                "is_refunded": each.is_refunded,
            }
            for each in stars.charges.values()
        ],
        "subscriptions": [
            {
                "charge_id": each.first_charge_id,
                "person_id": each.person_id,
                "until": each.until_s,
                "is_canceled": each.is_canceled,
                "is_over": each.is_over,
            }
            for each in stars.subscriptions.values()
        ],
    }


def _invoice_state(invoice: StarInvoice) -> JsonObject:
    return {"slug": invoice.slug, "payload": invoice.payload, "stars": invoice.stars}


def _tell_state(world: TelegramWorld, subscription: StarSubscription, state: str) -> int | None:
    content: JsonObject = {
        "user": world.people[subscription.person_id].to_user(),
        "invoice_payload": subscription.invoice.payload,
        "state": state,
    }
    key = f"subscriptions of {subscription.person_id}"
    return world.updates.add("subscription", content, queue_key=key)


def _service(world: TelegramWorld, person_id: int, content: JsonObject) -> int | None:
    person, room = world.people[person_id], world.chats[person_id]
    message = StoredMessage(
        message_id=room.next_message_id(),
        chat=room.to_chat(),
        sender=person.to_user(),
        date=world.now_s,
        service=content,
    )
    room.started = True
    world.keep(room, message)
    return world.updates.add("message", message.to_wire(), queue_key=f"messages of {room.id}")

"""Setting where updates are pushed to."""

import re
from urllib.parse import urlsplit

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.methods.call import Described, MethodTable
from bot.sandbox.telegram_api.parameters import Parameters
from bot.sandbox.telegram_api.updates import Webhook
from bot.sandbox.telegram_api.wire import JsonObject, without_none
from bot.sandbox.telegram_api.world import TelegramWorld

_SECRET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_SECRET_LIMIT = 256
_DEFAULT_CONNECTIONS = 40
_MOST_CONNECTIONS = 100


def set_webhook(world: TelegramWorld, parameters: Parameters) -> Described:
    """Push updates to a URL from now on; an empty URL ends that.

    Plain HTTP is accepted, as by a Bot API server of one's own.
    """
    url = parameters.text("url").strip()
    if not url:
        return delete_webhook(world, parameters)
    webhook = Webhook(
        url=_checked_url(url),
        secret_token=_checked_secret(parameters.text("secret_token")),
        max_connections=_connections(parameters),
    )
    remember_allowed_updates(world, parameters)
    if parameters.boolean("drop_pending_updates"):
        world.updates.clear()
    world.updates.webhook = webhook
    world.updates.changed.notify()
    return Described(result=True, description="Webhook was set")


def delete_webhook(world: TelegramWorld, parameters: Parameters) -> Described:
    """Keep updates for getUpdates again."""
    if parameters.boolean("drop_pending_updates"):
        world.updates.clear()
    was_set = world.updates.webhook is not None
    world.updates.webhook = None
    world.updates.changed.notify()
    told = "Webhook was deleted" if was_set else "Webhook is already deleted"
    return Described(result=True, description=told)


def get_webhook_info(world: TelegramWorld, _parameters: Parameters) -> JsonObject:
    """Say where updates go, how many wait and what went wrong last."""
    webhook = world.updates.webhook
    allowed = world.updates.allowed
    info: JsonObject = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": world.updates.pending_count,
    }
    if allowed:
        info["allowed_updates"] = sorted(allowed)
    if webhook is None:
        return info
    return info | without_none(
        max_connections=webhook.max_connections,
        last_error_date=webhook.last_error_date,
        last_error_message=webhook.last_error_message,
    )


def remember_allowed_updates(world: TelegramWorld, parameters: Parameters) -> None:
    """Keep which kinds the bot wants; calls that do not say leave it as it was."""
    allowed = parameters.array("allowed_updates")
    if allowed is not None:
        kinds = frozenset(str(kind) for kind in allowed)
        world.updates.allowed = kinds or None


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        usable = parts.scheme in {"http", "https"} and host != b"" and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    return url


def _checked_secret(secret: str) -> str | None:
    if len(secret) > _SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return secret or None


def _connections(parameters: Parameters) -> int:
    wanted = parameters.integer("max_connections") or _DEFAULT_CONNECTIONS
    return max(1, min(wanted, _MOST_CONNECTIONS))


METHODS: MethodTable = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}

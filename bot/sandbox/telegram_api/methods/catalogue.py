"""Every method that answers at once, by lower-case name."""

from bot.sandbox.telegram_api.methods import (
    answering,
    editing,
    identity,
    menus,
    rooms,
    sending,
    stars,
    webhooks,
)
from bot.sandbox.telegram_api.methods.call import MethodTable

METHODS: MethodTable = {
    **identity.METHODS,
    **sending.METHODS,
    **stars.METHODS,
    **editing.METHODS,
    **answering.METHODS,
    **menus.METHODS,
    **rooms.METHODS,
    **webhooks.METHODS,
}

"""What to make of Telegram's answer to one notice: delivered, to be tried again, or given up."""

from bot.domain.errors import Unavailable
from bot.domain.values import value
from bot.telegram.bot_api import ApiError

_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _FLOOD = 400, 401, 404, 429
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0
_DEFAULT_FLOOD_SECONDS = 5.0
_MOST_DOUBLINGS = 10
_CLOSED = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked",
    "bot is not a member",
    "bot can't initiate conversation",
    "chat not found",
    "group chat was deactivated",
    "group chat was deleted",
    "peer_id_invalid",
)
_GOOD_ENOUGH = (
    "message is not modified",
    "query is too old",
    "query id is invalid",
    "message to edit not found",
    "message to delete not found",
)


@value
class Delivered:
    """Telegram took it; `message_id` where a message came of it."""

    message_id: int | None


@value
class TryAgain:
    """Not now: wait so long."""

    seconds: float
    reason: str
    is_flood: bool = False


@value
class GivenUp:
    """Never: this notice cannot be delivered."""

    reason: str


@value
class Closed:
    """Never, and nothing else either: the chat takes nothing from us until it writes."""

    reason: str


@value
class Moved:
    """The group became a supergroup and has another id: to be sent there."""

    chat_id: int


Outcome = Delivered | TryAgain | GivenUp | Closed | Moved


def outcome_of_result(result: object) -> Delivered:
    """Read the message id out of a good answer."""
    message_id = result.get("message_id") if isinstance(result, dict) else None
    return Delivered(message_id=message_id if isinstance(message_id, int) else None)


def outcome_of_error(error: ApiError | Unavailable, attempts: int) -> Outcome:
    """Judge a failure; `attempts` is how many times it was tried, this time included."""
    if isinstance(error, Unavailable):
        return TryAgain(seconds=_pause(attempts), reason=str(error))
    if error.code == _FLOOD:
        wait = error.retry_after or _DEFAULT_FLOOD_SECONDS
        return TryAgain(seconds=wait, reason="flood limit", is_flood=True)
    if error.code in (_UNAUTHORIZED, _NOT_FOUND):
        # The token is wrong or revoked: every notice fails, so none may be given up for it.
        return TryAgain(seconds=_LONGEST_PAUSE_SECONDS, reason=str(error))
    return _outcome_of_no(error)


def _outcome_of_no(error: ApiError) -> Outcome:
    if error.migrated_to:
        return Moved(chat_id=error.migrated_to)
    description = error.description.lower()
    if any(words in description for words in _CLOSED):
        return Closed(reason=str(error)[:200])
    if error.code == _BAD_REQUEST and any(words in description for words in _GOOD_ENOUGH):
        return Delivered(message_id=None)
    return GivenUp(reason=str(error)[:200])


def _pause(attempts: int) -> float:
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    return min(_FIRST_PAUSE_SECONDS * float(1 << doublings), _LONGEST_PAUSE_SECONDS)

"""Who is asking: meets people, and remembers them for a short while."""

from collections.abc import Mapping

from bot.domain.users import PersonSeen, Role, Status, User
from bot.ports.books import Books
from bot.ports.clock import Clock

_REMEMBER_SECONDS = 30.0
_MOST_REMEMBERED = 50_000


class Access:
    """Turns a Telegram person into a user; `roles` are those that the settings give by id.

    `newcomer` is the status in which a stranger begins.

    What it remembers only spares a look-up for reading; every booking checks the user's
    status again inside its own transaction.
    """

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        roles: Mapping[int, Role],
        newcomer: Status = Status.ACTIVE,
    ) -> None:
        self._books = books
        self._clock = clock
        self._roles = roles
        self._newcomer = newcomer
        self._known: dict[int, tuple[float, PersonSeen, User]] = {}

    async def identify(self, person: PersonSeen) -> User:
        """Give the user, created with a granted paper wallet at first sight.

        Needs no permission: it is what permissions hang on. Raises `Unavailable`.
        """
        now = self._clock.monotonic()
        known = self._known.get(person.user_id)
        if known is not None and known[1] == person and now - known[0] < _REMEMBER_SECONDS:
            return known[2]
        user = await self._books.identify(person, self._roles.get(person.user_id), self._newcomer)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[person.user_id] = (now, person, user)
        return user

    def forget(self, user_id: int) -> None:
        """Drop what is remembered of a user whose role or status has just changed."""
        self._known.pop(user_id, None)

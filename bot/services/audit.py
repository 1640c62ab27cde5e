"""Who did what to whom, for admins; who looked at one, for everybody; and refusals written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.audit import EVERYBODY, AuditEntry
from bot.domain.errors import Refusal
from bot.domain.users import Permission, User
from bot.ports.audit import AuditBook, AuditQuery, NewEntry
from bot.ports.clock import Clock

PAGE_LINES, MOST_LOOKS = 8, 8
LOOKED, REFUSED = "staff.looked", "permission.refused"
_MOST_AN_HOUR, _MOST_PEOPLE = 10, 20_000
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Some rows, the newest first, with the names of who is in them; `older` where there is more.

    `person` and `word` are what was asked for; None and empty for everything.
    """

    entries: Sequence[AuditEntry]
    names: Mapping[int, str]
    person: int | None
    word: str
    older: bool


class Audit:
    """The use cases around the audit log."""

    def __init__(self, *, book: AuditBook, clock: Clock) -> None:
        self._book = book
        self._refusals = _Refusals(book=book, clock=clock)

    async def page(
        self, user: User, person: int | None, word: str, before: int | None
    ) -> AuditPage:
        """Give a page about or by a person, of actions with `word` in the letters of their name.

        Looking at a person is itself written down. Raises `Refusal("unknown_action")`.
        """
        user.require(Permission.READ_AUDIT)
        actions = await self._named(word)
        if person not in {None, user.user_id} and before is None:
            await self.looked(user, person or 0, "audit")
        query = AuditQuery(person=person, actions=actions, before=before)
        found = await self._book.page(query, PAGE_LINES + 1)
        shown = found[:PAGE_LINES]
        return AuditPage(
            entries=shown,
            names=await self._names(shown),
            person=person,
            word=word,
            older=len(found) > PAGE_LINES,
        )

    async def looks(self, user: User) -> AuditPage:
        """Give what others did to a person or looked at, the newest first."""
        user.require(Permission.VIEW_OWN)
        query = AuditQuery(person=user.user_id, only_by_others=True)
        found = await self._book.page(query, MOST_LOOKS + 1)
        shown = found[:MOST_LOOKS]
        return AuditPage(
            entries=shown,
            names=await self._names(shown),
            person=user.user_id,
            word="",
            older=len(found) > MOST_LOOKS,
        )

    async def looked(self, staff: User, user_id: int, what: str) -> None:
        """Write down that one of the staff looks at a person's figures; `what` names them.

        Needs no permission: it is asked by what requires one.
        """
        entry = NewEntry(
            user_id=user_id, actor_id=staff.user_id, action=LOOKED, details={"what": what}
        )
        await self._book.add((entry,))

    async def refused(self, user: User, code: str, what: str) -> None:
        """Write down that a person was refused for want of a right: ten an hour, then counted.

        Needs no permission: it is about those who have none.
        """
        await self._refusals.note(user.user_id, code, what)

    async def settle_refusals(self) -> None:
        """Write down how many refusals of the hours gone by were only counted; asked by the clock.

        A count that a crash interrupts is lost; the ten are not.
        """
        await self._refusals.settle()

    async def _named(self, word: str) -> frozenset[str] | None:
        if not word:
            return None
        known = await self._book.actions()
        found = frozenset(one for one in known if word in letters_of(one))
        if not found:
            raise Refusal("unknown_action", text=word)
        return found

    async def _names(self, entries: Sequence[AuditEntry]) -> Mapping[int, str]:
        ids = {one for entry in entries for one in (entry.user_id, entry.actor_id)}
        return await self._book.names(ids - {EVERYBODY})


class _Refusals:
    """Counts refusals by person and hour, so that nobody can fill the log by being refused."""

    def __init__(self, *, book: AuditBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._hour = 0
        self._counts: dict[int, int] = {}

    async def note(self, user_id: int, code: str, what: str) -> None:
        await self.settle()
        # With very many at once, the rest share one count.
        is_known = user_id in self._counts or len(self._counts) < _MOST_PEOPLE
        counted_as = user_id if is_known else EVERYBODY
        count = self._counts.get(counted_as, 0) + 1
        self._counts[counted_as] = count
        if counted_as == user_id and count <= _MOST_AN_HOUR:
            await self._book.add([_refusal(user_id, {"code": code, "what": what})])

    async def settle(self) -> None:
        hour = int(self._clock.now().timestamp()) // _HOUR_SECONDS
        if hour == self._hour:
            return
        counts, self._counts, self._hour = self._counts, {}, hour
        more = {
            user_id: count if user_id == EVERYBODY else count - _MOST_AN_HOUR
            for user_id, count in counts.items()
        }
        entries = [_refusal(one, {"more": count}) for one, count in more.items() if count > 0]
        if entries:
            await self._book.add(entries)


def letters_of(action: str) -> str:
    """Give an action's name without its dots, as it is searched for."""
    return action.replace(".", "").replace("_", "")


def _refusal(user_id: int, details: Mapping[str, object]) -> NewEntry:
    return NewEntry(user_id=user_id, actor_id=user_id, action=REFUSED, details=details)

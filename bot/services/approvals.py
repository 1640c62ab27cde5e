"""Two-person approval: one admin asks, another one answers in time, and it is done once."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Protocol

from bot.domain.approvals import Approval, ApprovalKind, ApprovalState, Wish
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.ports.approvals import ApprovalBook
from bot.ports.clock import Clock
from bot.ports.people import PeopleBook
from bot.services.access import Access
from bot.services.invitations import InvitationSeal

_MOST_LISTED = 20


class ApprovalNotices(Protocol):
    """What is told of approvals, in the words of the door."""

    def asked(self, approval: Approval, admins: Sequence[int]) -> Sequence[Notice]:
        """Give the card with which each other admin answers."""

    def decided(
        self, approval: Approval, *, is_yes: bool, by: User, admins: Sequence[int]
    ) -> Sequence[Notice]:
        """Tell the other admins and whoever asked what became of it."""

    def carried_out(self, approval: Approval) -> Sequence[Notice]:
        """Tell the person whom it concerns what was done to their account."""

    def voided(self, approval: Approval, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell that nobody answered in time, or that whoever asked is no admin any more."""


class Approvals:
    """Wishes that take two. PostgreSQL decides who may answer, and carries it out in one claim.

    Only a sole owner, with no other admin beside, may answer their own: pressing twice.
    """

    def __init__(
        self,
        *,
        book: ApprovalBook,
        people: PeopleBook,
        access: Access,
        clock: Clock,
        seal: InvitationSeal,
        notices: ApprovalNotices,
        owners: Collection[int],
        minutes: int,
    ) -> None:
        self._book = book
        self._people = people
        self._access = access
        self._clock = clock
        self._seal = seal
        self._notices = notices
        self._owners = owners
        self._minutes = minutes

    async def ask(
        self,
        request: Request,
        wish: Wish,
        answer: Callable[[Approval, bool], Sequence[Notice]],
    ) -> None:
        """Ask the others; the answer is told whether whoever asks is the only admin there is.

        Raises `Refusal`: `on_yourself`, `on_owner`, `already_admin`, `person_not_active`,
        `too_much_to_take`, `no_admin_now`.
        """
        request.user.require(_permission(wish.kind))
        approval = await self._approval(request, wish)
        admins = await self._people.admins()
        others = [admin for admin in admins if admin not in {request.user.user_id, wish.person_id}]
        # Real money takes two even where there is but one owner.
        is_alone = set(self._owners) == {request.user.user_id} and not others
        is_sole = is_alone and wish.kind is not ApprovalKind.GATE
        notices = [*answer(approval, is_sole), *self._notices.asked(approval, others)]
        await self._book.ask(request, approval, self._owners, notices)

    async def open_ones(self, user: User) -> list[Approval]:
        """Give what can still be answered."""
        user.require(Permission.MANAGE_PEOPLE)
        return await self._book.open_ones(self._clock.now(), _MOST_LISTED)

    async def decide(
        self,
        request: Request,
        approval_id: int,
        *,
        is_yes: bool,
        answer: Callable[[Approval], Sequence[Notice]],
    ) -> None:
        """Answer one, and with yes carry it out at once; whoever asked may only take it back.

        Raises `Refusal`: `unknown_approval`, `approval_decided`, `approval_void`,
        `approval_by_two`, `approval_about_you`, `no_admin_now`, or why it cannot be done now.
        """
        request.user.require(Permission.MANAGE_PEOPLE)
        found = await self._book.one(approval_id)
        if found is None:
            raise Refusal("unknown_approval")
        request.user.require(_permission(found.wish.kind))
        admins = await self._people.admins()
        told = self._notices.decided(found, is_yes=is_yes, by=request.user, admins=admins)
        effect = self._notices.carried_out(found) if is_yes else ()
        await self._book.decide(
            request,
            approval_id,
            is_yes=is_yes,
            owners=self._owners,
            notices=[*answer(found), *told, *effect],
        )
        self._access.forget(found.wish.person_id)

    async def void_late(self) -> None:
        """Make void what nobody answered, and tell it; asked by the clock."""
        now = self._clock.now()
        for approval in await self._book.void_late(now):
            admins = await self._people.admins()
            notices = self._notices.voided(approval, admins)
            await self._book.tell_void(approval.approval_id, now, notices)

    async def _approval(self, request: Request, wish: Wish) -> Approval:
        person = await self._people.person(wish.person_id) if wish.person_id else None
        return Approval(
            approval_id=await self._book.new_number(),
            wish=self._sealed(wish, request.user),
            asked_by=request.user.user_id,
            asked_at=request.received_at,
            expires_at=request.received_at + timedelta(minutes=self._minutes),
            state=ApprovalState.OPEN,
            asker_name=request.user.first_name,
            person_name="" if person is None else person.first_name,
        )

    def _sealed(self, wish: Wish, asker: User) -> Wish:
        if wish.kind is not ApprovalKind.INVITE:
            return wish
        nonce = self._seal.new_nonce()
        secret = {"nonce": nonce, "token_hash": self._seal.token_hash(nonce)}
        return Wish(kind=wish.kind, person_id=asker.user_id, details={**wish.details, **secret})


def _permission(kind: ApprovalKind) -> Permission:
    is_limit = kind is ApprovalKind.LIMIT
    return Permission.CHANGE_LIMITS if is_limit else Permission.MANAGE_PEOPLE

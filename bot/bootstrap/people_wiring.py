"""Wires what concerns people: roles, admission, invitations, approvals and feedback."""

from collections.abc import Mapping
from random import SystemRandom
from typing import Protocol

from bot.adapters.database.admissions import PostgresAdmissions
from bot.adapters.database.approvals import PostgresApprovals
from bot.adapters.database.feedback import PostgresFeedback
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.people import PostgresPeople, owners_of
from bot.adapters.passwords import Argon2Password
from bot.bootstrap.outside import Outside
from bot.bootstrap.rules import roles_of
from bot.bootstrap.settings import Settings
from bot.domain.users import Role
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.access import Access
from bot.services.admissions import AdmissionNotices, Admissions
from bot.services.approvals import ApprovalNotices, Approvals
from bot.services.feedback import Feedback, FeedbackNotices
from bot.services.invitations import InvitationNotices, Invitations, InvitationSeal
from bot.services.password_door import PasswordDoor, PasswordNotices
from bot.services.people import People, PeopleNotices
from bot.services.people_desk import PeopleDesk
from bot.services.role_limits import LimitsOfRoles
from bot.services.roster import Roster


class AllNotices(
    PeopleNotices,
    AdmissionNotices,
    InvitationNotices,
    PasswordNotices,
    ApprovalNotices,
    FeedbackNotices,
    Protocol,
):
    """Everything that is told of people, in the words of one door."""


def invitation_seal(settings: Settings) -> InvitationSeal:
    """Give what makes the secrets of invitations: of the bot's token, which no database holds."""
    key = settings.bot_token.get_secret_value().encode()
    return InvitationSeal(key, SystemRandom().randrange)


def access_of(settings: Settings, books: Books, clock: Clock) -> Access:
    """Build what turns whoever writes into a user."""
    newcomer = settings.admission.newcomer
    return Access(books=books, clock=clock, roles=roles_of(settings), newcomer=newcomer)


def wire_people(
    settings: Settings,
    outside: Outside,
    access: Access,
    notices: AllNotices,
    *,
    on_outbox: OnOutbox,
) -> PeopleDesk:
    """Build them around the access."""
    pool, clock = outside.pool, outside.clock
    roles: Mapping[int, Role] = roles_of(settings)
    people = PostgresPeople(pool, on_outbox=on_outbox, roles=roles)
    admissions = PostgresAdmissions(pool, on_outbox=on_outbox)
    approvals = PostgresApprovals(pool, on_outbox=on_outbox)
    seal = invitation_seal(settings)
    return PeopleDesk(
        roster=Roster(book=people, admissions=admissions, clock=clock),
        people=People(book=people, access=access, clock=clock, notices=notices),
        admissions=Admissions(
            mode=settings.admission,
            book=admissions,
            people=people,
            access=access,
            notices=notices,
        ),
        invitations=Invitations(
            book=admissions, people=people, access=access, seal=seal, notices=notices
        ),
        password=_password(settings, admissions, people, access, notices),
        approvals=Approvals(
            book=approvals,
            people=people,
            access=access,
            clock=clock,
            seal=seal,
            notices=notices,
            owners=owners_of(roles),
            minutes=settings.approval_minutes,
        ),
        limits=LimitsOfRoles(book=approvals),
        feedback=Feedback(
            book=PostgresFeedback(pool, on_outbox=on_outbox), people=people, notices=notices
        ),
    )


def _password(
    settings: Settings,
    admissions: PostgresAdmissions,
    people: PostgresPeople,
    access: Access,
    notices: PasswordNotices,
) -> PasswordDoor:
    stored = settings.auth_password_hash.get_secret_value()
    return PasswordDoor(
        check=Argon2Password(stored) if stored else None,
        role=Role(settings.auth_role),
        book=admissions,
        people=people,
        access=access,
        notices=notices,
    )

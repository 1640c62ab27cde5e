"""All that concerns people and their roles, in one bundle."""

from dataclasses import dataclass

from bot.services.admissions import Admissions
from bot.services.approvals import Approvals
from bot.services.feedback import Feedback
from bot.services.invitations import Invitations
from bot.services.password_door import PasswordDoor
from bot.services.people import People
from bot.services.role_limits import LimitsOfRoles
from bot.services.roster import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDesk:
    """What admins do with people, and how people get in."""

    roster: Roster
    people: People
    admissions: Admissions
    invitations: Invitations
    password: PasswordDoor
    approvals: Approvals
    limits: LimitsOfRoles
    feedback: Feedback

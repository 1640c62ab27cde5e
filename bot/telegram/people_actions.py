"""The rows of the button table about people."""

from bot.domain.users import Permission
from bot.telegram.commands import admission, approvals, feedback, people, roster
from bot.telegram.turn import Action, PressHandler


def _people(name: str, handler: PressHandler) -> Action:
    return Action(name=name, handler=handler, permission=Permission.MANAGE_PEOPLE)


def _limits(name: str, handler: PressHandler) -> Action:
    return Action(name=name, handler=handler, permission=Permission.CHANGE_LIMITS)


PEOPLE_ACTIONS: tuple[Action, ...] = (
    _people("pdo", people.press_yes),
    _people("pno", people.press_no),
    _people("padm", admission.press_card),
    _people("users", roster.press_users),
    _people("wask", approvals.press_wish),
    _people("apyes", approvals.press_approve),
    _people("apno", approvals.press_refuse),
    _people("fbans", feedback.press_answer),
    _limits("lims", approvals.press_limits),
    _limits("limgo", approvals.press_lower),
)

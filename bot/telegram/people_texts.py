"""The words of refusals about people, roles and approvals; templates as in `bot.telegram.texts`."""

from collections.abc import Mapping

PEOPLE_REFUSALS: Mapping[str, str] = {
    # whom it is about
    "missing_person": (
        "I do not know whom you mean. Give their Telegram number or @username, or answer a "
        "message of theirs."
    ),
    "unknown_person": (
        "I know nobody called {text}. People are found by number or @username once they have "
        "written to me: /users."
    ),
    "ambiguous_person": "Several people had the name {text}: {numbers}. Take the number.",
    "on_yourself": "Nobody changes their own account that way. Ask another admin.",
    "on_owner": "They are an owner, named in the operator's settings. No command changes that.",
    "on_admin": "They are an admin, and that takes two. Ask for `/demote` first.",
    "no_admin_now": "You are no admin at this moment, so nothing was done. See /help.",
    "already_admin": "They are an admin already. See /authorized.",
    "no_role_to_take": "They have no such role to take away. See them with /whois.",
    "role_by_settings": (
        "That role is named in the operator's settings. It goes when the id is taken out there."
    ),
    "role_paid": "They pay for premium, so it is not taken. It ends with what they paid for.",
    "already_banned": "They are banned already. `/unban` lets them back in.",
    "not_banned": "They are neither banned nor waiting, so there is nothing to lift.",
    "already_frozen": "An admin has frozen them already. `/unfreeze` lifts it.",
    "not_frozen": "They are not frozen, so there is nothing to lift.",
    "person_not_active": "They are banned, frozen or waiting. Lift that first.",
    "bad_days": "{text} is no number of days. Give 1 to 3650, like `/premium 123456789 30`.",
    "bad_role": "{text} is no role. There are basic, premium and admin.",
    "person_question_over": (
        "That question is over, so the answer is no: nothing was done. Send the command again."
    ),
    # letting people in
    "admission_decided": "Somebody has answered for them already. See /users.",
    "invitation_spent": (
        "This invitation does not work any more: it was used, taken back, or is too old. "
        "Ask for a new one."
    ),
    "invitation_needless": "You have what this invitation gives, so it was not used up.",
    "bad_invitation_days": "{text} is no number of days. Give 1 to 365, like `/invite premium 7`.",
    "invitation_lost": "I restarted before I could read that invitation. Open the link once more.",
    "no_password_door": "There is no password here. An admin or an invitation lets you in.",
    "password_locked": (
        "🔒 Too many wrong passwords. Nothing is looked at until {until:moment}. Wait until then."
    ),
    "password_lost": "I restarted before I could read that password. Send it once more.",
    "password_missing": "Send the password behind the command: `/auth PASSWORD`. I remove it.",
    "password_here": (
        "⚠️ I removed that unread: a password goes into our private chat only, behind `/auth`. "
        "Have it changed if others may have seen it."
    ),
    # two-person approval
    "unknown_approval": "I know no such approval. See what is open with /approvals.",
    "approval_decided": "That was answered already, so this press did nothing. See /approvals.",
    "approval_void": "That is void: nobody answered in time, or who asked is no admin any more.",
    "approval_about_you": "That is about you, so others answer it. See /approvals.",
    "approval_by_two": "You asked for it, so another admin has to agree. You can take it back.",
    "too_much_to_take": (
        "They do not have that much free, or nothing of their grant would be left. Take less."
    ),
    "bad_correction": (
        "{text} is no amount. Write SOL like `/grant 123456789 25 contest`, or `-25` to take."
    ),
    "reason_missing": "Say why, so that others can follow: `/grant 123456789 25 contest`.",
    # limits of roles
    "bad_cap_name": "{text} is no limit of roles. See their names with /limits.",
    "bad_cap_value": (
        "{text} is no value for that limit. Write it like `/limits basic position 50`, "
        "`/limits basic daily_loss 10%`, or none for no limit."
    ),
    "cap_raised": "That would give more than there is by now, which takes two. Ask again.",
    # feedback
    "feedback_missing": "Write it behind the command, like `/feedback the chart is hard to read`.",
    "too_much_feedback": "That is a lot at once. Write again in an hour; the admins have the rest.",
    "feedback_answered": "That was answered already, by you or another admin.",
}

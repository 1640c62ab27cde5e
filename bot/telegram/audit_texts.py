"""The words of refusals about the audit log and a person's data; as in `bot.telegram.texts`."""

from collections.abc import Mapping

from bot.words.speech import later

AUDIT_REFUSALS: Mapping[str, str] = {
    "unknown_action": later(
        "Nothing of the kind {text} is written down. Try `/audit`, `/audit role` or "
        "`/audit 123456789 staff`."
    ),
    "deletion_standing": later(
        "You asked for that already. /mydata shows when it is due, and cancels it."
    ),
    "no_deletion": later("No deletion is standing, so there is nothing to cancel. See /mydata."),
}

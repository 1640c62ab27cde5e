"""The words of refusals about the security of an account, for the chat and for the web."""

from collections.abc import Mapping

SECURITY_REFUSALS: Mapping[str, str] = {
    "bad_login_link": (
        "That link is used up, too old, or not whole. Send /dashboard for a new one."
    ),
    "session_over": "That session is over. Send /dashboard for a new link.",
    "unknown_session": "There is no such session of yours. See them all on your account page.",
    "bad_pin": "A PIN has 6 to 12 digits and nothing else. Try another.",
    "weak_pin": "That PIN is among the first that anybody would try. Mix your digits more.",
    "pins_differ": "The two PINs are not the same, so none was set. Type it twice.",
    "proof_needed": "Give your PIN or a code first: it must have been within ten minutes.",
    "proof_on_page_needed": (
        "This takes your PIN or a code, which you never type here. Open your account page with "
        "/dashboard, give it there, then ask again within ten minutes."
    ),
    "wrong_factor": "That is not it. After five wrong tries nothing is looked at for a while.",
    "factors_locked": (
        "Too many wrong tries: nothing is looked at until {until:moment}. Try again then."
    ),
    "wrong_code": "That code does not fit. Wait for the next, and see that your clock is right.",
    "no_factor": (
        "You have set no such factor. Set a PIN or an authenticator app on your account page: "
        "/dashboard."
    ),
    "no_factors_here": (
        "Second factors are off here: the operator has set no key to keep them under. "
        "Everything else works."
    ),
    "frozen_already": "Your account is frozen already. See /security for the way back.",
    "not_own_freeze": (
        "That freeze is not yours to lift: an admin set it, or there is none. See /security."
    ),
    "unfreeze_asked": "That was asked for already. See /security for when it happens.",
    "nothing_to_keep": "No unfreezing is under way, so there is nothing to cancel. See /security.",
}

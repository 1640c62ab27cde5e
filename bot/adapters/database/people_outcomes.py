"""The words with which the database's doors to people answer, as refusals."""

from collections.abc import Mapping

from bot.domain.errors import Refusal

_REFUSALS: Mapping[str, Refusal] = {
    "repeated": Refusal("already_done"),
    "not_admin": Refusal("no_admin_now"),
    "unknown": Refusal("unknown_person"),
    "yourself": Refusal("on_yourself"),
    "owner": Refusal("on_owner"),
    "admin": Refusal("on_admin"),
    "is_basic": Refusal("no_role_to_take"),
    "by_settings": Refusal("role_by_settings"),
    "paid": Refusal("role_paid"),
    "is_banned": Refusal("already_banned"),
    "not_banned": Refusal("not_banned"),
    "is_frozen": Refusal("already_frozen"),
    "not_frozen": Refusal("not_frozen"),
    "decided": Refusal("admission_decided"),
    "spent": Refusal("invitation_spent"),
    "has_it": Refusal("invitation_needless"),
    "no_approval": Refusal("unknown_approval"),
    "approved": Refusal("approval_decided"),
    "refused": Refusal("approval_decided"),
    "void": Refusal("approval_void"),
    "concerned": Refusal("approval_about_you"),
    "own": Refusal("approval_by_two"),
    "is_admin": Refusal("already_admin"),
    "not_active": Refusal("person_not_active"),
    "not_enough": Refusal("too_much_to_take"),
    "raised": Refusal("cap_raised"),
    "same_stage": Refusal("gate_same_stage"),
    "skips_stage": Refusal("gate_skips_stage"),
    "too_many": Refusal("too_much_feedback"),
    "answered": Refusal("feedback_answered"),
}


def judge(outcome: str) -> None:
    """Pass in silence on `done`, else raise the refusal that a word stands for."""
    if outcome != "done":
        raise Refusal(_REFUSALS[outcome].code)

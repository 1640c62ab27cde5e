"""Whether an instruction's accounts are as many, and have the rights, that its program demands."""

from collections.abc import Sequence

from bot.domain.errors import UnreadableMessage
from bot.domain.signing.accounts import Account

_SIGNS = frozenset("sS")
_CHANGES = frozenset("wS")


def demand_no_accounts(accounts: Sequence[Account]) -> None:
    """Demand that an instruction names no account."""
    if accounts:
        raise UnreadableMessage("it names accounts where it has no use for any")


def demand_roles(accounts: Sequence[Account], roles: str, *, static: str = "") -> None:
    """Demand one account for each role, and of each what its program needs.

    Roles: `s` signs, `w` is changed, `S` both, `r` is read. `static` says for each whether it
    must be among the message's own keys (`y` or `n`); without it all must be. More rights than
    needed change nothing, since a right is used by an instruction or not at all.
    """
    if len(accounts) != len(roles):
        raise UnreadableMessage(f"it names {len(accounts)} accounts where {len(roles)} belong")
    for account, role, must_be_static in zip(
        accounts, roles, static or "y" * len(roles), strict=True
    ):
        if role in _SIGNS and not account.is_signer:
            raise UnreadableMessage("it needs the signature of an account that does not sign")
        if role in _CHANGES and not account.is_writable:
            raise UnreadableMessage("it would change an account that is marked read-only")
        if must_be_static == "y" and not account.is_static:
            raise UnreadableMessage("it takes from a lookup table what has to stand in the message")

"""Secrets that people type on purpose: cut out of an update before it is stored, kept in memory.

A password (`/auth`) and the secret of an invitation (`/start i_...`) are needed for as long as
their message is being answered. They are never written down: after a crash they are asked for
again.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping

PASSWORD_REMOVED = "[password removed]"  # noqa: S105 (what stands in a secret's place)
INVITATION = "i_"
INVITATION_REMOVED = "i_removed"
_MOST_HELD = 256
_TYPED = re.compile(r"(?<!\w)(/auth(?:@\w{1,64})?)(?!\w)\s*(\S.*)", re.DOTALL | re.IGNORECASE)
_INVITED = re.compile(
    r"(/start(?:@\w{1,64})?\s+|[?&]start=)(i_[A-Za-z0-9_-]{8,64})", re.ASCII | re.IGNORECASE
)


def may_be_secret(text: str) -> bool:
    """Tell whether a text may bring a password or an invitation; no is certain."""
    lowered = text.lower()
    return "/auth" in lowered or "start" in lowered


def without_typed_secrets(text: str) -> str:
    """Give a text without the passwords and invitations in it."""
    return _TYPED.sub(rf"\1 {PASSWORD_REMOVED}", _INVITED.sub(rf"\1{INVITATION_REMOVED}", text))


def typed_secret(text: str) -> str:
    """Give the password or the invitation that a text brings, empty where it brings none."""
    found = _TYPED.search(text) or _INVITED.search(text)
    return "" if found is None or PASSWORD_REMOVED in found[2] else found[2].strip()


def brought_secret(raw: Mapping[str, object]) -> bool:
    """Tell whether a secret was cut out of the new message that an update brings."""
    message = raw.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return isinstance(text, str) and (PASSWORD_REMOVED in text or INVITATION_REMOVED in text)


class SecretPocket:
    """What was cut out of the updates in hand, by their number; the oldest fall out."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, str] = OrderedDict()

    def keep(self, update_id: int, raw: Mapping[str, object]) -> None:
        """Keep the secret of a new message, if it brings one; of nothing else."""
        message = raw.get("message")
        text = message.get("text") if isinstance(message, Mapping) else None
        if not isinstance(text, str) or "/" not in text:
            return
        if secret := typed_secret(text):
            self.take(update_id, secret)

    def take(self, update_id: int, secret: str) -> None:
        """Keep what another process cut out of an update."""
        self._held[update_id] = secret
        while len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)

    def of(self, update_id: int) -> str:
        """Give what an update brought, empty where nothing is known of it any more."""
        return self._held.get(update_id, "")

    def drop(self, update_id: int) -> None:
        """Forget it: the update was answered."""
        self._held.pop(update_id, None)

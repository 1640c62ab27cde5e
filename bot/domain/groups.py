"""How a group is set up: who may use the bot there, for what, in which topic, and how loudly."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

TRADES = "buy"
"""The switch of the buttons that trade below a group's cards: money, so for our admins alone."""
SWITCHABLE = ("price", "info", "check", "chart", "movers", "calls", "leaderboard", TRADES)
"""What a group can do without, by the name of its command or button."""
TOLD_MULTIPLES = (2, 5, 10, 25, 50, 100)


class Audience(StrEnum):
    """Whom the bot answers in a group; those who run the bot are always answered."""

    EVERYBODY = "everybody"
    MEMBERS = "members"  # premium and admins
    ADMINS = "admins"  # the group's own, and ours


class Standing(StrEnum):
    """What Telegram says that somebody is in a chat."""

    OWNER = "creator"
    ADMIN = "administrator"
    TITLED = "titled"  # an administrator who may not change the group
    MEMBER = "member"
    RESTRICTED = "restricted"
    GONE = "left"
    UNKNOWN = "unknown"

    @property
    def is_admin(self) -> bool:
        """Tell whether they are one of the chat's administrators, if only by title."""
        return self is Standing.TITLED or self.may_change

    @property
    def may_change(self) -> bool:
        """Tell whether they may change the group itself."""
        return self in {Standing.OWNER, Standing.ADMIN}

    @property
    def is_in(self) -> bool:
        """Tell whether they are in the chat."""
        return self.is_admin or self in {Standing.MEMBER, Standing.RESTRICTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """A group's settings; those of one that nobody has set up let everybody look things up.

    `closed` names what is switched off, of `SWITCHABLE`. Alerts are news of what was called here;
    a quiet group hears no refusals, and news without sound. One that the bot is gone from keeps its
    settings, and is sent nothing.
    """

    chat_id: int
    is_set_up: bool = False
    audience: Audience = Audience.EVERYBODY
    closed: frozenset[str] = frozenset()
    thread_id: int | None = None
    alerts: bool = False
    cards: bool = True
    quiet: bool = False
    is_gone: bool = False

    def switched(self, name: str) -> "GroupSettings":
        """Give these settings with one of `SWITCHABLE` on or off, whichever it was not."""
        return replace(self, closed=self.closed ^ {name})

    def as_json(self) -> dict[str, object]:
        """Give what is kept."""
        return {
            "audience": self.audience.value,
            "closed": sorted(self.closed),
            "thread_id": self.thread_id,
            "alerts": self.alerts,
            "cards": self.cards,
            "quiet": self.quiet,
            "gone": self.is_gone,
        }


def settings_from(chat_id: int, kept: Mapping[str, object]) -> GroupSettings:
    """Read what was kept; what is not there is as in a group that nobody has set up."""
    closed, thread_id = kept.get("closed"), kept.get("thread_id")
    return GroupSettings(
        chat_id=chat_id,
        is_set_up=True,
        audience=Audience(str(kept.get("audience", Audience.EVERYBODY))),
        closed=frozenset(map(str, closed)) if isinstance(closed, list) else frozenset(),
        thread_id=thread_id if isinstance(thread_id, int) else None,
        alerts=kept.get("alerts") is True,
        cards=kept.get("cards") is not False,
        quiet=kept.get("quiet") is True,
        is_gone=kept.get("gone") is True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who named a token first in a group, when and at what price (SOL per token).

    `best` is the highest price since, as the candles have it. `caller` is their name as Telegram
    tells it, not yet cleaned.
    """

    chat_id: int
    token_id: int
    user_id: int
    caller: str
    price: Decimal
    called_at: datetime
    best: Decimal
    told_times: int = 1

    def multiple(self, price: Decimal) -> Decimal:
        """Give how many times the price of the call this is."""
        return price / self.price

    def news(self, price: Decimal) -> int | None:
        """Give the highest round multiple that this price reaches and nobody was told of yet."""
        reached = [times for times in TOLD_MULTIPLES if price >= times * self.price]
        return reached[-1] if reached and reached[-1] > self.told_times else None

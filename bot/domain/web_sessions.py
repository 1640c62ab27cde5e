"""Sessions of the web door: who visits, from what kind of device, and for how long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.factors import FRESH_SECONDS
from bot.domain.users import User

LINK_LIFE = timedelta(minutes=5)
IDLE_LIFE = timedelta(minutes=30)
WHOLE_LIFE = timedelta(hours=12)
"""A session ends when nothing was asked in it for the idle life, and after the whole one anyway."""
MOST_SESSIONS = 10
LONGEST_DEVICE = 60
# The first that fits counts: browsers name those that they descend from as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_OWN_WORDS = re.compile(r"[^A-Za-z0-9 ./_-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """One session; `proved_at` is when a factor was last given in it."""

    session_id: int
    device: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    proved_at: datetime | None = None

    def is_proved(self, now: datetime) -> bool:
        """Tell whether a factor was given in it of late."""
        fresh = timedelta(seconds=FRESH_SECONDS)
        return self.proved_at is not None and now - self.proved_at < fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A known person in a session that holds."""

    user: User
    session: WebSession


def device_of(user_agent: str) -> str:
    """Give roughly what a browser says it is: `Firefox on Linux`; never its whole words."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    first = _OWN_WORDS.sub("", user_agent.partition("/")[0])[:LONGEST_DEVICE].strip()
    return browser or system or first or "an unknown device"

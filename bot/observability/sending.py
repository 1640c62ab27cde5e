"""Counts what becomes of the notices that leave for Telegram, since the start."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Sending:
    """Counters of the sender: `waits` are turns that the limits or a hold put off."""

    sent: int = 0
    failed: int = 0
    floods: int = 0
    outages: int = 0
    waits: int = 0

    def settle(self, *, is_sent: bool) -> None:
        """Count a notice that was delivered or given up."""
        if is_sent:
            self.sent += 1
        else:
            self.failed += 1

    def put_off(self, *, is_flood: bool) -> None:
        """Count a call that must be tried again: a 429, or no clear answer."""
        if is_flood:
            self.floods += 1
        else:
            self.outages += 1

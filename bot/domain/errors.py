"""The errors of Kitrader, by what the caller can do about them.

`Refusal`: a lawful no, shown to the user in plain words, never an alarm.
`Unavailable`: something outside failed; retry, fail over, or say when to try again.
`UnreadableAccount`: bytes from the chain that are not what they should be.
`UnreadableMessage`: bytes to be signed that have no meaning, or more than one.
Our own faults are assertions: logged with a reference, admins told once.
"""

from collections.abc import Mapping

CHAIN = "Solana RPC"
"""What `Unavailable` calls the chain."""


class KitraderError(Exception):
    """The root of every error raised on purpose."""


class Refusal(KitraderError):
    """A request that the rules do not allow; nothing has changed.

    `code` names the rule (`over_position_limit`), `fields` carry the figures that the
    words for people need; the words themselves live in `bot.telegram.texts`.
    """

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields: Mapping[str, object] = fields

    def __str__(self) -> str:
        """Give the code and fields, for the log."""
        return f"{self.code} {dict(self.fields)}"


class Unavailable(KitraderError):
    """Something outside (chain, database, Telegram) did not answer usefully.

    `what` names it for people ("Solana RPC"); `detail` is for the log and never
    carries a URL or a secret.
    """

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(f"{what}: {detail}" if detail else what)
        self.what = what
        self.detail = detail


class UnreadableAccount(KitraderError):
    """An account's bytes do not hold what its kind demands."""


class UnreadableMessage(KitraderError):
    """A transaction's message that cannot be read, or not in one way only; nobody signs it."""


class PoolTooThin(KitraderError):
    """A swap goes beyond what the pool, or what its accounts show, can fill.

    `limit_units` is the largest input known to fill, where that is known.
    """

    def __init__(self, reason: str, limit_units: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit_units = limit_units

"""Who uses Kitrader and what their role lets them do."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.risk import NO_RISK_LIMITS, RiskLimit, RiskLimits
from bot.domain.values import value


class Role(StrEnum):
    """What a person is to us; unknown people are basic."""

    BASIC = "basic"
    PREMIUM = "premium"
    ADMIN = "admin"


class Status(StrEnum):
    """Whether a person may act at all; the pending wait for an admin to let them in."""

    PENDING = "pending"
    ACTIVE = "active"
    FROZEN = "frozen"
    BANNED = "banned"


class Permission(StrEnum):
    """One thing that a use case may demand."""

    READ_HELP = "read_help"
    VIEW_MARKET = "view_market"
    VIEW_OWN = "view_own"
    TRADE_PAPER = "trade_paper"
    SUBSCRIBE = "subscribe"
    PROTECT_OWN = "protect_own"
    SET_UP_GROUP = "set_up_group"
    OPERATE = "operate"
    MANAGE_PEOPLE = "manage_people"
    CHANGE_LIMITS = "change_limits"
    READ_AUDIT = "read_audit"
    READ_LOGS = "read_logs"
    BROADCAST = "broadcast"
    HOLD_LIVE_WALLET = "hold_live_wallet"  # real money comes in: wallets, deposits, purchases
    LEAVE_LIVE = "leave_live"  # real money comes out, whatever became of the role


class Mode(StrEnum):
    """Whose money: the two never mix."""

    PAPER = "paper"
    LIVE = "live"


_OF_EVERYONE = frozenset(
    {
        Permission.READ_HELP,
        Permission.VIEW_MARKET,
        Permission.VIEW_OWN,
        Permission.TRADE_PAPER,
        Permission.SUBSCRIBE,
        Permission.PROTECT_OWN,
        Permission.SET_UP_GROUP,
        Permission.LEAVE_LIVE,
    }
)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.BASIC: _OF_EVERYONE,
    Role.PREMIUM: _OF_EVERYONE | {Permission.HOLD_LIVE_WALLET},
    Role.ADMIN: frozenset(Permission),
}
_WHILE_PENDING = frozenset({Permission.READ_HELP})
_WHILE_FROZEN = frozenset(
    {
        Permission.READ_HELP,
        Permission.VIEW_MARKET,
        Permission.VIEW_OWN,
        Permission.PROTECT_OWN,
    }
)


@value
class PersonSeen:
    """What Telegram tells about whoever wrote to us."""

    user_id: int
    first_name: str
    username: str | None = None
    language: str | None = None


@value
class User:
    """A person we know, by numeric Telegram id.

    `language` is what they chose, else what Telegram says; `blocks_danger` their wish that
    dangerous tokens are not bought. An owner is an admin whom the operator's settings name: no
    command makes or unmakes one. `mode` is whose money they mean in what they ask now.
    """

    user_id: int
    role: Role
    status: Status
    first_name: str
    language: str | None = None
    blocks_danger: bool = True
    is_owner: bool = False
    mode: Mode = Mode.PAPER

    def require(self, permission: Permission) -> None:
        """Pass in silence or raise `Refusal` (`banned`, `pending`, `frozen`, `not_permitted`)."""
        if self.status is Status.BANNED:
            raise Refusal("banned")
        if self.status is Status.PENDING and permission not in _WHILE_PENDING:
            raise Refusal("pending")
        if permission not in PERMISSIONS[self.role]:
            raise Refusal("not_permitted", role=self.role.value, permission=permission.value)
        if self.status is Status.FROZEN and permission not in _WHILE_FROZEN:
            raise Refusal("frozen")

    def require_paper(self) -> None:
        """Pass in silence, or raise `Refusal` (`paper_only`) of who means real money."""
        if self.mode is not Mode.PAPER:
            raise Refusal("paper_only")


@value
class RoleLimits:
    """What a role may risk; None means no limit. Amounts in lamports.

    On a desk these are the person's: the role's, or what they set tighter for themselves.
    """

    role: Role
    position_lamports: int | None
    open_positions: int | None
    leverage: int
    starting_grant_lamports: int
    orders_per_minute: int | None
    watched_tokens: int | None = None
    resting_orders: int | None = None
    risk: RiskLimits = NO_RISK_LIMITS

    def value_of(self, limit: RiskLimit) -> int | None:
        """Give the value of a limit that a person may set tighter: basis points, or as it is."""
        if limit is RiskLimit.POSITIONS:
            return self.open_positions
        value: int | None = getattr(self.risk, limit.key)
        return value

    def tightened(self, own: Mapping[str, int]) -> "RoleLimits":
        """Give these limits with a person's own where those are tighter, by `RiskLimit.key`."""
        limits = self
        for limit in RiskLimit:
            value = own.get(limit.key)
            if value is None or limit.is_looser(value, limits.value_of(limit)):
                continue
            if limit is RiskLimit.POSITIONS:
                limits = replace(limits, open_positions=value)
            else:
                limits = replace(limits, risk=replace(limits.risk, **{limit.key: value}))
        return limits

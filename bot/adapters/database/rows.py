"""Between rows and domain values: the only place that knows how both are spelt."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

import asyncpg
import orjson
from pydantic import TypeAdapter

from bot.adapters.database.resting_rows import effects_to_json
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.instruments import Token
from bot.domain.ledger import AccountKey, Transfer
from bot.domain.notices import Notice
from bot.domain.orders import FillReason, Receipt
from bot.domain.positions import Position, PositionState, Side
from bot.domain.requests import Request
from bot.domain.resting import OrderEffects
from bot.domain.risk import LockRule, RiskLimits, TradingLock
from bot.domain.token_rules import NO_RULES, TokenRules
from bot.domain.users import Mode, Role, RoleLimits, Status, User
from bot.ports.books import ClosedOrder, Desk, Settlement, Wallet

Row = Mapping[str, Any] | asyncpg.Record

_NO_EFFECTS = OrderEffects()
_RECEIPT = TypeAdapter(Receipt)
_CASH = ("cash", SOL_MINT)
_RULES = TypeAdapter(TokenRules)


def receipt_to_json(receipt: Receipt) -> orjson.Fragment:
    """Spell a receipt as JSON; prices become strings, so nothing is lost."""
    return orjson.Fragment(orjson.dumps(receipt, default=_price_to_json))


def _price_to_json(price: object) -> str:
    if isinstance(price, Decimal):
        return str(price)
    raise TypeError(f"a receipt holds a {type(price).__name__}")


def receipt_from_json(stored: object) -> Receipt:
    """Read a stored receipt back."""
    return _RECEIPT.validate_python(stored)


def rules_to_json(rules: TokenRules) -> object:
    """Spell a token's rules as JSON; nothing where they were never read."""
    return _RULES.dump_python(rules, mode="json") if rules.is_read else None


def _rules_from(stored: object, program: str) -> TokenRules:
    if stored is None:
        # Only Token-2022 has rules; those of a token tracked long ago are yet to be read.
        return NO_RULES if program == TOKEN_PROGRAM else TokenRules(is_read=False)
    rules = _RULES.validate_python(stored)
    return NO_RULES if rules == NO_RULES else rules


def user_from(row: Row) -> User:
    """Read a user."""
    return User(
        user_id=row["user_id"],
        role=Role(row["role"]),
        status=Status(row["status"]),
        first_name=row["first_name"],
        language=row.get("chosen_language") or row["language"],
        blocks_danger=row.get("blocks_danger", True),
        is_owner=row.get("role_by_settings") == Role.ADMIN,
    )


def limits_from(role: Role, values: Mapping[str, str | None]) -> RoleLimits:
    """Read a role's limits; a missing value means no limit."""
    return _limits_from(role, tuple(values.items()))


# Everybody of a role has the same.
@lru_cache(maxsize=64)
def _limits_from(role: Role, pairs: tuple[tuple[str, str | None], ...]) -> RoleLimits:
    values = dict(pairs)

    def whole(name: str) -> int | None:
        value = values.get(name)
        return None if value is None else int(value)

    return RoleLimits(
        role=role,
        position_lamports=whole("position_lamports"),
        open_positions=whole("open_positions"),
        leverage=whole("leverage") or 1,
        starting_grant_lamports=whole("starting_grant_lamports") or 0,
        orders_per_minute=whole("orders_per_minute"),
        watched_tokens=whole("watched_tokens"),
        resting_orders=whole("resting_orders"),
        risk=RiskLimits(
            concentration_bps=whole("concentration_bps"),
            position_heat_bps=whole("position_heat_bps"),
            portfolio_heat_bps=whole("portfolio_heat_bps"),
            daily_loss_bps=whole("daily_loss_bps"),
            drawdown_bps=whole("drawdown_bps"),
            free_lamports=whole("risk_free_lamports") or 0,
            close_cooldown_seconds=whole("close_cooldown_seconds"),
        ),
    )


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def position_from(row: Row) -> Position:
    """Read a position, from a record or from JSON."""
    return Position(
        number=row["number"],
        token_id=row["token_id"],
        side=Side(row["side"]),
        state=PositionState(row["state"]),
        token_units=int(row["token_units"]),
        cost_lamports=int(row["cost_lamports"]),
        margin_lamports=int(row["margin_lamports"]),
        proceeds_lamports=int(row["proceeds_lamports"]),
        rent_lamports=int(row["rent_lamports"]),
        leverage=row["leverage"],
        realised_pnl_lamports=int(row["realised_pnl_lamports"]),
        fees_lamports=int(row["fees_lamports"]),
        entry_price=Decimal(row["entry_price"]),
        opened_at=_moment(row["opened_at"]),
        closed_at=_moment(row["closed_at"]) if row["closed_at"] is not None else None,
        funding_lamports=int(row["funding_lamports"]),
    )


def position_to_json(position: Position) -> dict[str, object]:
    """Spell a position for the booking function; whole numbers as text, exact at any size."""
    return {
        "number": position.number,
        "token_id": position.token_id,
        "side": position.side.value,
        "state": position.state.value,
        "token_units": str(position.token_units),
        "cost_lamports": str(position.cost_lamports),
        "margin_lamports": str(position.margin_lamports),
        "proceeds_lamports": str(position.proceeds_lamports),
        "rent_lamports": str(position.rent_lamports),
        "leverage": position.leverage,
        "realised_pnl_lamports": str(position.realised_pnl_lamports),
        "fees_lamports": str(position.fees_lamports),
        "entry_price": format(position.entry_price, "f"),
        "opened_at": position.opened_at.isoformat(),
        "closed_at": position.closed_at.isoformat() if position.closed_at else None,
    }


def _key_to_json(key: AccountKey) -> list[object]:
    return [key.kind.value, key.asset, key.position]


def transfers_to_json(transfers: Sequence[Transfer]) -> list[object]:
    """Spell transfers for the booking function."""
    return [
        {
            "debit": _key_to_json(transfer.debit),
            "credit": _key_to_json(transfer.credit),
            "units": str(transfer.units),
            "code": transfer.code.value,
        }
        for transfer in transfers
    ]


def notices_to_json(notices: Sequence[Notice]) -> list[object]:
    """Spell notices for the outbox."""
    return [
        {
            "chat_id": notice.chat_id,
            "method": notice.method,
            "payload": notice.payload,
            "priority": int(notice.priority),
        }
        for notice in notices
    ]


def booking_to_json(
    request: Request, settlement: Settlement, notices: Sequence[Notice]
) -> dict[str, object]:
    """Spell a fill, its notices and the end of its update for the booking function."""
    receipt = settlement.receipt
    times = receipt.times
    return {
        "user_id": settlement.user_id,
        "mode": settlement.mode.value,
        "season": settlement.season,
        "wallet_version": settlement.wallet_version,
        "request_id": request.request_id,
        "request_hash": settlement.request_hash,
        "update_id": request.update_id,
        "failure": "",
        "is_forced": settlement.is_forced,
        "position_number": settlement.position.number,
        "position": position_to_json(settlement.position),
        "order_number": receipt.order_number,
        "order": {
            "number": receipt.order_number,
            "action": receipt.action.value,
            "sol_lamports": str(receipt.fill.sol_lamports),
            "token_units": str(receipt.fill.token_units),
            "receipt": receipt_to_json(receipt),
            "source_at": times.source_at.isoformat() if times.source_at else None,
            "received_at": times.received_at.isoformat(),
            "decided_at": times.decided_at.isoformat(),
            "filled_at": times.filled_at.isoformat(),
            "reason": settlement.reason.value,
        },
        "transfers": transfers_to_json(settlement.transfers),
        "notices": notices_to_json(notices),
        "resting_id": settlement.claim.order_id if settlement.claim else None,
        "resting_generation": settlement.claim.generation if settlement.claim else None,
        "effects": effects_to_json(settlement.effects or _NO_EFFECTS)
        if settlement.effects or settlement.claim
        else None,
    }


def wallet_from(
    row: Row, balances: Sequence[Sequence[str]], positions: Sequence[Position]
) -> Wallet:
    """Read a wallet; the rent it locked is that of its open positions."""
    cash = sum(int(units) for kind, asset, units in balances if (kind, asset) == _CASH)
    return Wallet(
        mode=Mode(row["mode"]),
        season=row["season"],
        version=row["version"],
        cash_lamports=cash,
        rent_lamports=sum(position.rent_lamports for position in positions),
        grant_lamports=int(row["grant_lamports"]),
        last_position=row["last_position"],
        last_order=row["last_order"],
        started_at=_moment(row["started_at"]),
        peak_lamports=_whole(row["peak_lamports"]),
        day_on=None if row["day_on"] is None else date.fromisoformat(row["day_on"]),
        day_lamports=_whole(row["day_lamports"]),
    )


def _whole(value: str | None) -> int | None:
    return None if value is None else int(value)


def _lock_from(row: Sequence[Any]) -> TradingLock:
    lock_id, rule, token_id, until, count = row
    return TradingLock(
        lock_id=lock_id,
        rule=LockRule(rule),
        token_id=token_id,
        until=datetime.fromisoformat(until),
        count=count,
    )


def _stop_levels(
    stops: Sequence[Sequence[Any]], positions: Sequence[Position]
) -> dict[int, Decimal]:
    """Give each position's tightest stop; one for a part of it only does not count."""
    by_number = {position.number: position for position in positions}
    levels: dict[int, Decimal] = {}
    for number, level_text, units in stops:
        position = by_number.get(number)
        if position is None or (units is not None and int(units) < position.token_units):
            continue
        tighter = max if position.side is Side.LONG else min
        level = Decimal(level_text)
        levels[number] = tighter(levels.get(number, level), level)
    return levels


def desk_from(found: Mapping[str, Any]) -> Desk:
    """Read one answer of `open_desks`."""
    user = user_from(found["user"])
    balances = found["balances"]
    realised, fees = found["totals"]
    positions = tuple(
        position_from(row) for row in sorted(found["positions"], key=itemgetter("number"))
    )
    of_role, own = limits_from(user.role, found["limits"]), found["user"]["risk_limits"]
    return Desk(
        user=user,
        limits=of_role.tightened(own) if own else of_role,
        role_limits=of_role if own else None,
        wallet=wallet_from(found["wallet"], balances, positions),
        positions=positions,
        holdings={asset: int(units) for kind, asset, units in balances if kind == "holding"},
        orders_last_minute=found["orders_last_minute"],
        answered=found["answered"],
        answered_hash=found.get("answered_hash"),
        realised_pnl_lamports=int(realised),
        fees_lamports=int(fees),
        locks=tuple(_lock_from(row) for row in found["locks"]),
        stop_levels=_stop_levels(found["stops"], positions) if found["stops"] else {},
    )


def closed_order_from(row: Row) -> ClosedOrder:
    """Read a line of the history: an order with its token."""
    return ClosedOrder(
        order_number=row["order_number"],
        position_number=row["position_number"],
        season=row["season"],
        token=token_from(row),
        receipt=receipt_from_json(row["receipt"]),
        reason=FillReason(row["reason"]),
        opened_at=row["opened_at"],
    )


def token_from(row: Row) -> Token:
    """Read a tracked token."""
    return Token(
        token_id=row["token_id"],
        mint=row["mint"],
        symbol=row["symbol"],
        name=row["name"],
        decimals=row["decimals"],
        program=row["program"],
        supply=int(row["supply"]),
        mint_authority=row["mint_authority"],
        freeze_authority=row["freeze_authority"],
        risks=tuple(row["risks"]),
        symbol_warning=row["symbol_warning"],
        rules=_rules_from(row["rules"], row["program"]),
    )

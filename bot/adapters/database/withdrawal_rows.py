"""Between rows of withdrawals and domain values: how both are spelt."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import asyncpg

from bot.adapters.database.live_rows import change_to_json
from bot.domain.live_orders import AttemptState
from bot.domain.withdrawals import (
    LEFT_LAMPORTS,
    ListedAddress,
    Payment,
    Proof,
    Withdrawal,
    WithdrawalRules,
    WithdrawalState,
)
from bot.ports.chain_sending import WalletChange

_WHOLE = ("amount", "worth_lamports", "most_fee_lamports", "most_rent_lamports")
_WITHDRAWAL = tuple(Withdrawal.__dataclass_fields__.keys() - {"payments"})
_PAYMENT = tuple(Payment.__dataclass_fields__)
_TOLD_LATER = frozenset(
    {
        "state",
        "end_reason",
        "proved_at",
        "due_at",
        "stopped_at",
        "stop_reason",
        "ended_at",
        "payments",
    }
)


def withdrawal_to_json(withdrawal: Withdrawal) -> dict[str, object]:
    """Spell a withdrawal for `ask_withdrawal`; whole numbers as text, exact at any size."""
    spelt = {name: value for name, value in asdict(withdrawal).items() if name not in _TOLD_LATER}
    return spelt | {name: str(spelt[name]) for name in _WHOLE}


def caps_to_json(rules: WithdrawalRules) -> dict[str, object]:
    """Spell the caps that hold now."""
    return {
        "order_lamports": str(rules.order_lamports),
        "day_lamports": str(rules.day_lamports),
        "all_day_lamports": str(rules.all_day_lamports),
        "left_lamports": str(LEFT_LAMPORTS),
    }


def proof_to_json(proof: Proof) -> dict[str, object]:
    """Spell a code that was right for `prove_withdrawal`."""
    return asdict(proof)


def payment_to_json(payment: Payment) -> dict[str, object]:
    """Spell a payment for `commit_withdrawal_attempt`."""
    return asdict(payment) | {"raw": f"\\x{payment.raw.hex()}"}


def landed_to_json(
    payment: Payment, change: WalletChange, gift_lamports: int, at: datetime
) -> dict[str, object]:
    """Spell what a payment came to."""
    return {
        "user_id": payment.user_id,
        "withdrawal": payment.withdrawal_number,
        "attempt": payment.number,
        "signature": payment.signature,
        "fee_lamports": str(change.fee_lamports),
        "rent_lamports": str(gift_lamports),
        "slot": change.slot,
        "at": at.isoformat(),
        "outcome": change_to_json(change),
    }


def payment_from(row: asyncpg.Record) -> Payment:
    """Read a payment."""
    values = {name: row[name] for name in _PAYMENT}
    return Payment(**values | {"state": AttemptState(row["state"])})


def withdrawal_from(row: asyncpg.Record, payments: Sequence[asyncpg.Record] = ()) -> Withdrawal:
    """Read a withdrawal with its payments."""
    values = {name: row[name] for name in _WITHDRAWAL}
    values |= {name: int(row[name]) for name in _WHOLE}
    values |= {"state": WithdrawalState(row["state"])}
    return Withdrawal(**values, payments=tuple(map(payment_from, payments)))


def address_from(row: asyncpg.Record | None) -> ListedAddress | None:
    """Read an address of a list."""
    return None if row is None else ListedAddress(**row)


def proof_from(row: asyncpg.Record | None) -> Proof | None:
    """Read a code that was right."""
    return None if row is None else Proof(**row)

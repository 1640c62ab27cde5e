"""What may be signed away at most, by message, by wallet and day, and by all wallets together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.signing.intents import Intent, TransferIntent
from bot.domain.signing.outlay import Outlay

SOL = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Lamports, and units of tokens by mint; a day is any 24 hours.

    Sending away is off until somebody sets a cap for it: `transfer_lamports` for SOL, a row of
    `token_transfer_units` for a token.
    """

    swap_lamports: int = SOL
    fee_lamports: int = SOL // 100
    tip_lamports: int = SOL // 100
    rent_lamports: int = SOL // 100
    transfer_lamports: int = 0
    token_transfer_units: Mapping[str, int] = field(default_factory=dict)
    wallet_day_lamports: int = 5 * SOL
    wallet_day_signatures: int = 500
    all_day_lamports: int = 50 * SOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was signed away within the last day, before this message."""

    wallet_lamports: int = 0
    wallet_signatures: int = 0
    wallet_token_units: int = 0
    all_lamports: int = 0


def cap_reasons(intent: Intent, outlay: Outlay, spent: Spent, caps: Caps) -> tuple[str, ...]:
    """Give every cap that a message would break."""
    sent = intent.mint if isinstance(intent, TransferIntent) else None
    largest = caps.swap_lamports if sent is None else caps.transfer_lamports
    limits = [
        ("what is given", outlay.given_lamports, largest),
        ("the network fee", outlay.fee_lamports, caps.fee_lamports),
        ("the tip", outlay.tip_lamports, caps.tip_lamports),
        ("rent", outlay.rent_lamports, caps.rent_lamports),
        ("the wallet's day", spent.wallet_lamports + outlay.lamports, caps.wallet_day_lamports),
        ("the wallet's day in signatures", spent.wallet_signatures + 1, caps.wallet_day_signatures),
        ("all wallets' day", spent.all_lamports + outlay.lamports, caps.all_day_lamports),
    ]
    if sent is not None and outlay.token_units:
        units = spent.wallet_token_units + outlay.token_units
        limits.append(("the token's day", units, caps.token_transfer_units.get(sent, 0)))
    return tuple(
        f"the signer's cap: {what} would come to {units}, over {most}"
        for what, units, most in limits
        if units > most
    )

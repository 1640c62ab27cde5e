"""Token accounts of both token programs: what they hold, whose they are, frozen or not."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.fields import address, u8, u64
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.domain.tokens import HoldingReading

HOLDING_BYTES = 165
_MULTISIG_BYTES = 355
_IS_HOLDING = 2
_INITIALIZED, _FROZEN = 1, 2


def read_holding(account: AccountBytes) -> HoldingReading:
    """Read a token account; raises `UnreadableAccount`.

    `amount` is the token's own count: for wrapped SOL it may differ from the lamports.
    Source: spl-token and token-2022 `state`: mint 0, owner 32, amount 64, state 108.
    """
    data = account.data
    if not is_holding_shaped(account):
        raise UnreadableAccount("not a token account")
    state = u8(data, 108)
    if state not in (_INITIALIZED, _FROZEN):
        raise UnreadableAccount("a token account that was never set up")
    return HoldingReading(
        mint=address(data, 0),
        owner=address(data, 32),
        amount=u64(data, 64),
        is_frozen=state == _FROZEN,
    )


def is_holding_shaped(account: AccountBytes) -> bool:
    """Tell whether owner, length and type byte are those of a token account."""
    length = len(account.data)
    if account.owner == TOKEN_PROGRAM:
        return length == HOLDING_BYTES
    if account.owner != TOKEN_2022_PROGRAM or length == _MULTISIG_BYTES:
        return False
    is_extended = length > HOLDING_BYTES and account.data[HOLDING_BYTES] == _IS_HOLDING
    return length == HOLDING_BYTES or is_extended

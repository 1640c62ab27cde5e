"""Writes the message of a cleanup: empty token accounts closed, and nothing besides.

The legacy layout of https://solana.com/docs/core/transactions, which `parse_message` reads.
"""

from collections.abc import Sequence

from bot.domain.identifiers import decode_address
from bot.domain.signing import programs

UNITS_EACH = 6_000
"""Compute that the closing of one account may take; the costlier program's, and a margin."""
_LIMIT, _PRICE, _CLOSE = b"\x02", b"\x03", b"\x09"
_BUDGET_UNITS = 300


def cleanup_units(count: int) -> int:
    """Give the compute that closing so many accounts asks for."""
    return _BUDGET_UNITS + UNITS_EACH * count


def cleanup_message(
    wallet: str, places: Sequence[tuple[str, str]], *, blockhash: str, micro_lamports: int
) -> bytes:
    """Give the message that closes a wallet's accounts, at a price for a compute unit.

    `places` are the accounts, each with its token program.
    """
    owner = decode_address(wallet)
    accounts = [decode_address(address) for address, _ in places]
    called = [decode_address(program) for _, program in places]
    others = list(dict.fromkeys((programs.COMPUTE_BUDGET, *called)))
    keys = [owner, *accounts, *others]
    at = {key: number for number, key in enumerate(keys)}
    limit = _LIMIT + cleanup_units(len(places)).to_bytes(4, "little")
    budget = at[programs.COMPUTE_BUDGET]
    calls = [
        _call(budget, (), limit),
        _call(budget, (), _PRICE + micro_lamports.to_bytes(8, "little")),
        *(
            _call(at[program], (at[account], 0, 0), _CLOSE)
            for account, program in zip(accounts, called, strict=True)
        ),
    ]
    # One signer, who pays; of the rest the programs alone are not changed. Every count is small
    # enough for one byte.
    header = bytes((1, 0, len(others), len(keys)))
    blockhash_bytes = decode_address(blockhash)
    return header + b"".join(keys) + blockhash_bytes + bytes((len(calls),)) + b"".join(calls)


def _call(program: int, accounts: tuple[int, ...], data: bytes) -> bytes:
    return bytes((program, len(accounts), *accounts, len(data))) + data

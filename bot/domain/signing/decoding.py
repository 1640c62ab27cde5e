"""From an instruction's bytes to what it does; what is not known exactly has no meaning here."""

from collections.abc import Callable, Sequence

from bot.domain.errors import UnreadableMessage
from bot.domain.signing import programs
from bot.domain.signing.accounts import Account
from bot.domain.signing.jupiter import jupiter_step
from bot.domain.signing.message import Message
from bot.domain.signing.roles import demand_no_accounts, demand_roles
from bot.domain.signing.steps import (
    CloseAccount,
    ComputeLimit,
    ComputePrice,
    CreateAccount,
    Memo,
    NativeTransfer,
    Step,
    SyncNative,
    TokenTransfer,
)

Accounts = Sequence[Account]
Decoder = Callable[[bytes, Accounts], Step]

_LARGEST_COMPUTE_UNITS = 1_400_000


def step_of(message: Message, accounts: Accounts, place: int) -> Step:
    """Give what the instruction at a place does; raises `UnreadableMessage` in words."""
    instruction = message.instructions[place]
    program = message.keys[instruction.program_place]
    named = [accounts[at] for at in instruction.account_places]
    if program in programs.TOKEN_PROGRAMS:
        return _token_step(program, instruction.data, named)
    decoder = _DECODERS.get(program)
    if decoder is None:
        raise UnreadableMessage("its program is not allowed")
    return decoder(instruction.data, named)


def _compute_budget(data: bytes, accounts: Accounts) -> Step:
    """Source: solana-compute-budget-interface, variants 2 (u32) and 3 (u64)."""
    demand_no_accounts(accounts)
    if data[:1] == b"\x02" and len(data) == 1 + 4:
        units = int.from_bytes(data[1:], "little")
        return ComputeLimit(units=min(units, _LARGEST_COMPUTE_UNITS))
    if data[:1] == b"\x03" and len(data) == 1 + 8:
        return ComputePrice(micro_lamports=int.from_bytes(data[1:], "little"))
    raise UnreadableMessage("it sets something of the compute budget other than limit or price")


def _system(data: bytes, accounts: Accounts) -> Step:
    """Source: solana-system-interface, variant 2 (u32) Transfer { lamports: u64 }."""
    if data[:4] != b"\x02\0\0\0" or len(data) != 4 + 8:
        raise UnreadableMessage("it asks the system program for something other than a transfer")
    demand_roles(accounts, NativeTransfer.ROLES)
    source, destination = accounts
    lamports = int.from_bytes(data[4:], "little")
    return NativeTransfer(source=source, destination=destination, lamports=lamports)


def _associated_token(data: bytes, accounts: Accounts) -> Step:
    """Source: spl-associated-token-account-interface, variant 1 CreateIdempotent."""
    if data != b"\x01":
        raise UnreadableMessage("it does something other than making a token account if need be")
    demand_roles(accounts, CreateAccount.ROLES, static="yynnnn")
    payer, account, owner, mint, system, token_program = accounts
    if system.key != programs.SYSTEM or token_program.key not in programs.TOKEN_PROGRAMS:
        raise UnreadableMessage("it makes a token account by foreign programs")
    return CreateAccount(
        payer=payer, account=account, owner=owner, mint=mint, token_program=token_program
    )


def _token_step(program: bytes, data: bytes, accounts: Accounts) -> Step:
    """Source: spl-token-interface; 9 CloseAccount, 12 TransferChecked (u64, u8), 17 SyncNative."""
    if data[:1] == b"\x0c" and len(data) == 1 + 8 + 1:
        demand_roles(accounts, TokenTransfer.ROLES, static="ynyy")
        source, mint, destination, authority = accounts
        return TokenTransfer(
            program=program,
            source=source,
            mint=mint,
            destination=destination,
            authority=authority,
            units=int.from_bytes(data[1:9], "little"),
        )
    if data == b"\x09":
        demand_roles(accounts, CloseAccount.ROLES)
        account, destination, owner = accounts
        return CloseAccount(program=program, account=account, destination=destination, owner=owner)
    # Wrapped SOL is of the older program alone, and nothing else is synced.
    if data == b"\x11" and program == programs.TOKEN:
        demand_roles(accounts, SyncNative.ROLES)
        return SyncNative(account=accounts[0])
    raise UnreadableMessage(
        "it asks a token program for something other than a checked transfer, a sync or a close"
    )


def _memo(data: bytes, accounts: Accounts) -> Step:
    """Source: spl-memo; the data is UTF-8, every account named has to sign."""
    if not all(account.is_signer for account in accounts):
        raise UnreadableMessage("its memo names somebody who does not sign")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableMessage("its memo is no text") from error
    return Memo(length=len(data), signers=tuple(accounts))


_DECODERS: dict[bytes, Decoder] = {
    programs.COMPUTE_BUDGET: _compute_budget,
    programs.SYSTEM: _system,
    programs.ASSOCIATED_TOKEN: _associated_token,
    programs.MEMO: _memo,
    programs.JUPITER: jupiter_step,
}

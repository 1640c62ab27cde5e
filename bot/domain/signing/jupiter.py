"""Jupiter's swap instructions whose amounts stand at fixed places; all others are refused."""

from collections.abc import Sequence

from bot.domain.errors import UnreadableMessage
from bot.domain.signing import programs
from bot.domain.signing.accounts import Account
from bot.domain.signing.derived_addresses import program_address, token_account
from bot.domain.signing.roles import demand_roles
from bot.domain.signing.steps import CreateSwapAccount, Route, Step

# The first 8 bytes of sha256("global:NAME"), as Anchor has it. Arguments and accounts: the IDL as
# in carbon's jupiter-swap-decoder, and two genuine transactions of jup-ag/docs.
ROUTE_V2 = bytes.fromhex("bb64facc31c4af14")
SHARED_ROUTE_V2 = bytes.fromhex("d19853937cfed8e9")
CREATE_TOKEN_ACCOUNT = bytes.fromhex("93f17b64f484ae76")
_NAME_BYTES = 8
_AMOUNTS_BYTES = 8 + 8 + 2 + 2 + 2
_PLAN_COUNT_BYTES = 4
_ROUTE_ROLES, _ROUTE_STATIC = "swwrrrrrrr", "yyynnnnynn"
_SHARED_ROLES, _SHARED_STATIC = "rswwwwrrrrrr", "nyynnynnnnnn"

Accounts = Sequence[Account]


def jupiter_step(data: bytes, accounts: Accounts) -> Step:
    """Give what an instruction of Jupiter v6 does; raises `UnreadableMessage`.

    The older `route` and `shared_accounts_route` have their amounts behind a plan of unknown
    length. Anchor ignores bytes after the last argument, so amounts read from the end could be
    made up there: these are refused, as are exact-out routes and those with a token ledger.
    """
    name, rest = data[:_NAME_BYTES], data[_NAME_BYTES:]
    if name == ROUTE_V2:
        return _route(rest, accounts)
    if name == SHARED_ROUTE_V2:
        return _shared_route(rest, accounts)
    if name == CREATE_TOKEN_ACCOUNT:
        return _create_token_account(rest, accounts)
    raise UnreadableMessage("it asks Jupiter for something other than a swap of version 2")


def swap_account(user: bytes) -> tuple[bytes, int]:
    """Give the address of the wrapped SOL account that Jupiter makes for a user, and its bump."""
    return program_address((b"token_account", user, programs.WRAPPED_SOL), programs.JUPITER)


def _route(rest: bytes, accounts: Accounts) -> Route:
    fixed, others = _split(accounts, _ROUTE_ROLES, _ROUTE_STATIC)
    elsewhere = fixed[7]
    return Route(
        user=fixed[0],
        source=fixed[1],
        destination=fixed[2],
        source_mint=fixed[3],
        destination_mint=fixed[4],
        source_program=fixed[5],
        destination_program=fixed[6],
        # An optional account that is not given is named by the program's own address.
        elsewhere=None if elsewhere.key == programs.JUPITER else elsewhere,
        others=others,
        is_shared=False,
        **_amounts(rest),
    )


def _shared_route(rest: bytes, accounts: Accounts) -> Route:
    fixed, others = _split(accounts, _SHARED_ROLES, _SHARED_STATIC)
    identifier = rest[:1]
    authority = program_address((b"authority", identifier), programs.JUPITER)[0]
    if not identifier or fixed[0].key != authority:
        raise UnreadableMessage("its route has an authority that is not Jupiter's")
    for account, mint, program in ((fixed[3], fixed[6], fixed[8]), (fixed[4], fixed[7], fixed[9])):
        if account.key != token_account(authority, mint.key, program.key):
            raise UnreadableMessage("its route goes through an account that is not Jupiter's")
    return Route(
        user=fixed[1],
        source=fixed[2],
        destination=fixed[5],
        source_mint=fixed[6],
        destination_mint=fixed[7],
        source_program=fixed[8],
        destination_program=fixed[9],
        elsewhere=None,
        others=(fixed[3], fixed[4], *others),
        is_shared=True,
        **_amounts(rest[1:]),
    )


def _split(
    accounts: Accounts, roles: str, static: str
) -> tuple[tuple[Account, ...], tuple[Account, ...]]:
    fixed = tuple(accounts[: len(roles)])
    demand_roles(fixed, roles, static=static)
    if fixed[-1].key != programs.JUPITER:
        raise UnreadableMessage("its route does not name Jupiter where it belongs")
    return fixed, tuple(accounts[len(roles) :])


def _amounts(rest: bytes) -> dict[str, int]:
    if len(rest) < _AMOUNTS_BYTES + _PLAN_COUNT_BYTES:
        raise UnreadableMessage("its route has no amounts")
    steps = int.from_bytes(rest[_AMOUNTS_BYTES:][:_PLAN_COUNT_BYTES], "little")
    if not steps:
        raise UnreadableMessage("its route leads nowhere")
    return {
        "in_amount": int.from_bytes(rest[0:8], "little"),
        "quoted_out": int.from_bytes(rest[8:16], "little"),
        "slippage_bps": int.from_bytes(rest[16:18], "little"),
        "platform_fee_bps": int.from_bytes(rest[18:20], "little"),
        "positive_slippage_bps": int.from_bytes(rest[20:22], "little"),
    }


def _create_token_account(rest: bytes, accounts: Accounts) -> CreateSwapAccount:
    demand_roles(accounts, CreateSwapAccount.ROLES, static="yynnn")
    account, user, mint, token_program, system = accounts
    address, bump = swap_account(user.key)
    is_as_derived = account.key == address and rest == bytes((bump,))
    if not is_as_derived or mint.key != programs.WRAPPED_SOL:
        raise UnreadableMessage("it makes an account other than its user's for wrapped SOL")
    if token_program.key != programs.TOKEN or system.key != programs.SYSTEM:
        raise UnreadableMessage("it makes a token account by foreign programs")
    return CreateSwapAccount(account=account, user=user, mint=mint, token_program=token_program)

"""The methods that read accounts."""

import base64
from collections.abc import Mapping
from decimal import Decimal

from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc import base58
from bot.sandbox.solana_rpc.errors import invalid_params
from bot.sandbox.solana_rpc.parameters import Call, parse_address
from bot.sandbox.solana_rpc.transactions import TOKEN_ACCOUNT_SIZE, TOKEN_PROGRAMS

API_VERSION = "3.1.13"
MAX_ADDRESSES = 100
MAX_BASE58_BYTES = 128
MINT_SIZE = 82
RENT_EPOCH = 2**64 - 1


def with_context(slot: int, value: object) -> dict[str, object]:
    """Wrap a value as a node does."""
    return {"context": {"apiVersion": API_VERSION, "slot": slot}, "value": value}


def get_account_info(call: Call) -> object:
    """Answer one account, null if there is none."""
    address, config = call.address(0), call.config(1)
    slot = call.slot(config)
    return with_context(slot, encode_account(call.endpoint.chain.account_at(address, slot), config))


def get_multiple_accounts(call: Call) -> object:
    """Answer up to 100 accounts in the order asked, null where there is none."""
    texts, config = call.items(0), call.config(1)
    if len(texts) > MAX_ADDRESSES:
        raise invalid_params(f"Too many inputs provided; max {MAX_ADDRESSES}")
    addresses = [parse_address(text) for text in texts]
    slot, chain = call.slot(config), call.endpoint.chain
    accounts = [encode_account(chain.account_at(address, slot), config) for address in addresses]
    return with_context(slot, accounts)


def get_balance(call: Call) -> object:
    """Answer the lamports of an account."""
    address, slot = call.address(0), call.slot(call.config(1))
    account = call.endpoint.chain.account_at(address, slot)
    return with_context(slot, account.lamports if account else 0)


def get_token_account_balance(call: Call) -> object:
    """Answer the amount of a token account."""
    address, slot = call.address(0), call.slot(call.config(1))
    account = call.endpoint.chain.account_at(address, slot)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    if account.owner not in TOKEN_PROGRAMS or len(account.data) < TOKEN_ACCOUNT_SIZE:
        raise invalid_params("Invalid param: not a Token account")
    mint = call.endpoint.chain.account_at(Pubkey.from_bytes(account.data[0:32]), slot)
    amount = int.from_bytes(account.data[64:72], "little")
    return with_context(slot, ui_amount(amount, _decimals(mint)))


def get_token_supply(call: Call) -> object:
    """Answer the supply of a mint."""
    address, slot = call.address(0), call.slot(call.config(1))
    mint = call.endpoint.chain.account_at(address, slot)
    supply = int.from_bytes(mint.data[36:44], "little") if mint else 0
    return with_context(slot, ui_amount(supply, _decimals(mint)))


def get_token_accounts_by_owner(call: Call) -> object:
    """Answer the token accounts of an owner, by mint or by token program."""
    owner, wanted, config = call.address(0), call.config(1), call.config(2)
    slot, chain = call.slot(config), call.endpoint.chain
    mint = parse_address(wanted["mint"]) if "mint" in wanted else None
    program = parse_address(wanted["programId"]) if "programId" in wanted else None
    if (mint is None) == (program is None) or (program and program not in TOKEN_PROGRAMS):
        raise invalid_params("Invalid param: unrecognized Token program id")
    found = []
    for token_program in (program,) if program else sorted(TOKEN_PROGRAMS, key=str):
        for address, _ in chain.program_accounts(token_program):
            account = chain.account_at(address, slot)
            if account is not None and _belongs(account, owner, mint):
                found.append({"pubkey": str(address), "account": encode_account(account, config)})
    return with_context(slot, sorted(found, key=lambda item: str(item["pubkey"])))


def get_minimum_balance_for_rent_exemption(call: Call) -> object:
    """Answer the lamports that make an account of a size rent-exempt."""
    return call.endpoint.chain.rent_minimum_lamports(call.whole_number(0))


def ui_amount(amount: int, decimals: int) -> dict[str, object]:
    """Give an amount in the RPC's four ways of writing it."""
    exact = Decimal(amount).scaleb(-decimals)
    text = f"{exact:f}"
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": float(exact),
        "uiAmountString": text.rstrip("0").rstrip(".") if "." in text else text,
    }


def encode_account(
    account: Account | None, config: Mapping[str, object]
) -> dict[str, object] | None:
    """Give an account in the encoding that a call's options name, null if there is none."""
    if account is None:
        return None
    encoding = config.get("encoding") or "binary"
    return {
        "lamports": account.lamports,
        "owner": str(account.owner),
        "data": _encode_data(_sliced(account.data, config.get("dataSlice")), str(encoding)),
        "executable": account.executable,
        "rentEpoch": RENT_EPOCH,
        "space": len(account.data),
    }


def _encode_data(data: bytes, encoding: str) -> object:
    match encoding:
        case "base64" | "jsonParsed":
            # A node answers base64 as well for whatever it has no parser for.
            return [base64.b64encode(data).decode(), "base64"]
        case "base58" | "binary":
            if len(data) > MAX_BASE58_BYTES:
                raise invalid_params(
                    f"Encoded binary (base 58) data should be less than {MAX_BASE58_BYTES} bytes, "
                    "please use Base64 encoding."
                )
            text = base58.encode(data)
            return [text, "base58"] if encoding == "base58" else text
        case _:
            raise invalid_params(f"encoding {encoding} is not offered by this node; use base64")


def _sliced(data: bytes, wanted: object) -> bytes:
    if wanted is None:
        return data
    if not isinstance(wanted, dict):
        raise invalid_params("invalid type: dataSlice, expected a map")
    offset, length = wanted.get("offset"), wanted.get("length")
    if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
        raise invalid_params("invalid value: dataSlice, expected offset and length as usize")
    return data[offset : offset + length]


def _belongs(account: Account, owner: Pubkey, mint: Pubkey | None) -> bool:
    data = account.data
    if len(data) < TOKEN_ACCOUNT_SIZE or data[32:64] != bytes(owner):
        return False
    return mint is None or data[0:32] == bytes(mint)


def _decimals(mint: Account | None) -> int:
    if mint is None or mint.owner not in TOKEN_PROGRAMS or len(mint.data) < MINT_SIZE:
        raise invalid_params("Invalid param: not a Token mint")
    return mint.data[44]

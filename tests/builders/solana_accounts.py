"""Builds Solana accounts in their genuine layouts, and loads genuine ones."""

import base64
import json
from functools import cache
from pathlib import Path

import pytest

from bot.adapters.solana.addresses import metadata_address
from bot.adapters.solana.pools.programs import METAPLEX_METADATA
from bot.domain.identifiers import TOKEN_PROGRAM, decode_address
from tests.fakes.rpc_node import RpcNode

GENUINE = Path(__file__).parents[3] / "shared" / "data" / "solana_accounts"

AMM_V4_POOL = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
WHIRLPOOL = "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"
CLMM_POOL = "3ucNos4NbumPLZNWztqGHNFFgkHeRMBQAVemeeomsUxv"
DLMM_PAIR = "5rCf1DM8LjKTw4YqhnoLcngyZYeNnQqztScTogYHAS6"
CPMM_POOL = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"
CPMM_MINT = "Dz9mQ9NzkBcCsuGPFJ3r1bS4wgqKMHBPiVuniW8Mbonk"
PUMPSWAP_POOL = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"
CURVE = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
CURVE_MINT = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"


@cache
def _genuine_accounts() -> dict[str, tuple[str, bytes]]:
    accounts = {}
    for path in sorted(GENUINE.rglob("*.json")):
        is_current = path.name.count(".") == 1 and not path.name.startswith("UNKNOWN")
        if is_current:
            dump = json.loads(path.read_text())
            account = dump["account"]
            accounts[dump["pubkey"]] = (account["owner"], base64.b64decode(account["data"][0]))
    return accounts


def serve_genuine(node: RpcNode) -> None:
    """Put the genuine accounts on a node, or skip the test where they are absent."""
    if not GENUINE.is_dir():
        pytest.skip("the genuine account dumps are not beside this checkout")
    node.accounts.update(_genuine_accounts())


def spl_mint(decimals: int = 6, supply: int = 10**15) -> tuple[str, bytes]:
    """Build a mint without authorities."""
    data = bytearray(82)
    data[36:44] = supply.to_bytes(8, "little")
    data[44], data[45] = decimals, 1
    return TOKEN_PROGRAM, bytes(data)


def token_account(mint: str, owner: str, amount: int) -> tuple[str, bytes]:
    """Build a token account."""
    data = bytearray(165)
    data[0:32], data[32:64] = decode_address(mint), decode_address(owner)
    data[64:72] = amount.to_bytes(8, "little")
    data[108] = 1
    return TOKEN_PROGRAM, bytes(data)


def metaplex_metadata(mint: str, name: str, symbol: str) -> tuple[str, bytes]:
    """Build a metadata account that names its mint."""
    head = b"\x04" + bytes(32) + decode_address(mint)
    texts = ((name, 32), (symbol, 10), ("", 200))
    body = b"".join(
        length.to_bytes(4, "little") + text.encode().ljust(length, b"\0") for text, length in texts
    )
    return METAPLEX_METADATA, head + body + bytes(100)


def put_token(node: RpcNode, mint: str, name: str, symbol: str) -> None:
    """Put an ordinary token with its name on a node."""
    node.accounts[mint] = spl_mint()
    node.accounts[metadata_address(mint)] = metaplex_metadata(mint, name, symbol)


def with_amount(account: tuple[str, bytes], amount: int) -> tuple[str, bytes]:
    """Give a token account with another amount."""
    owner, data = account
    return owner, data[:64] + amount.to_bytes(8, "little") + data[72:]

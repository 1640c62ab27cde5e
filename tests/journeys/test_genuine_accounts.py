"""Trading end to end on genuine pools served over RPC, against sums done here from the dumps."""

import base64
import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.identifiers import USDC_MINT
from tests.journeys.town import Town, open_town

AMM_V4 = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
AMM_V4_SOL, AMM_V4_USDC = (
    "DQyrAcCrDXQ7NeoqGgDCZwBvWDcYmFCjSb9JtteuvPpz",
    "HLmqeL62xR1QoZ1HKKbXRrdN1p3phKpxRMb2VVopvBBz",
)
WHIRLPOOL = "Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE"
CPMM = "Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp"
CPMM_MINT = "Dz9mQ9NzkBcCsuGPFJ3r1bS4wgqKMHBPiVuniW8Mbonk"
CPMM_TOKEN, CPMM_SOL = (
    "9xsCiNwYQXM3ZeHFSVj9JQdP1vREJREpN23f6wvxA1ty",
    "HgNPDD8bpbSrGyHegiCT5xrYxHTfwLfZydwGkjNCJRKA",
)
CURVE = "GfzNVBBisCRUpqCmFMvBu4XTJGRzXYxcQE7SUqAZjAHR"
CURVE_MINT = "Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"
PUMPSWAP = "GeaAnhd7M6GFHZVUB9FNkmV6Vf7HQTfEqi7WB6USi1f3"
SOL = 10**9


pytestmark = pytest.mark.usefixtures("quick_messages")


@pytest.fixture
async def genuine_town(database_dsn: str, genuine_accounts: Path) -> AsyncIterator[Town]:
    async with open_town(database_dsn, accounts=[genuine_accounts], tokens=(USDC_MINT,)) as town:
        yield town


async def test_usdc_is_bought_and_sold_on_the_genuine_whirlpool(
    genuine_town: Town, genuine_accounts: Path
) -> None:
    town, data = genuine_town, account(genuine_accounts, WHIRLPOOL)
    async with town.bot():
        who = await town.newcomer()
        card = await town.say(who, "/info USDC")
        # The manifest has 120.976 USDC per SOL here, and 121.223 on Raydium.
        assert f"{1 / 120.976:.6f} SOL" in card.text
        assert f"{1 / 121.223:.6f} SOL" in card.text
        await town.say(who, "/open USDC long 5")
        liquidity, root = u(data, 49, 16), u(data, 65, 16)
        spent = 5 * SOL * (1_000_000 - u(data, 45, 2)) // 1_000_000
        moved = -(-(liquidity * root << 64) // ((liquidity << 64) + spent * root))
        assert await last_fill(town, who) == (WHIRLPOOL, 5 * SOL, liquidity * (root - moved) >> 64)
        sold = await town.say(who, "/close 1")
        assert "closed" in sold.text
        await town.prove_books()


async def test_usdc_is_bought_on_the_genuine_raydium_pool_with_25_basis_points(
    database_dsn: str, genuine_accounts: Path
) -> None:
    folder = genuine_accounts / "raydium_amm_v4"
    async with (
        open_town(database_dsn, accounts=[folder], tokens=(USDC_MINT,)) as town,
        # The made-up Whirlpool beside it is of another day: they do disagree.
        town.bot(price_disagreement=Decimal(5), source_disagreement=Decimal(0)),
    ):
        who = await town.newcomer()
        data = account(genuine_accounts, AMM_V4)
        sol = held(genuine_accounts, AMM_V4_SOL) - u(data, 192, 8)
        usdc = held(genuine_accounts, AMM_V4_USDC) - u(data, 200, 8)
        await town.say(who, "/open USDC long 7")
        spent = 7 * SOL - ceil(7 * SOL * 25, 10_000)
        bought = usdc * spent // (sol + spent)
        assert await last_fill(town, who) == (AMM_V4, 7 * SOL, bought)
        await town.say(who, "/close 1 50")
        half = bought // 2
        spent = half - ceil(half * 25, 10_000)
        assert await last_fill(town, who) == (AMM_V4, sol * spent // (usdc + spent), half)
        await town.prove_books()


async def test_a_token_is_bought_on_the_genuine_raydium_cpmm_pool(
    genuine_town: Town, genuine_accounts: Path
) -> None:
    town, data = genuine_town, account(genuine_accounts, CPMM)
    async with town.bot():
        who = await town.newcomer()
        card = await town.say(who, CPMM_MINT)
        assert f"{1 / 515.350:.4g} SOL" in card.text
        # The fees that lie in the vaults for others: protocol, fund, creator.
        kept_sol = u(data, 341, 8) + u(data, 357, 8)
        kept_token = u(data, 349, 8) + u(data, 365, 8)
        sol = held(genuine_accounts, CPMM_SOL) - kept_sol
        tokens = held(genuine_accounts, CPMM_TOKEN) - kept_token
        await town.press(who, card.message(), "Buy 5")
        spent = 5 * SOL - ceil(5 * SOL * 2_500, 1_000_000)
        assert await last_fill(town, who) == (CPMM, 5 * SOL, tokens * spent // (sol + spent))
        await town.say(who, "/close 1")
        await town.prove_books()


async def test_a_token_2022_coin_is_bought_on_its_genuine_curve(
    genuine_town: Town, genuine_accounts: Path
) -> None:
    town, data = genuine_town, account(genuine_accounts, CURVE)
    async with town.bot():
        who = await town.newcomer()
        card = await town.say(who, CURVE_MINT)
        assert re.search(r"PAPER · DENZA · START DEVVING", card.text)
        assert "0.0₇2801 SOL" in card.text
        refused = await town.say(who, f"/open {CURVE_MINT} long 5")
        # A constant product pays spent / quote above its price: 10 % is 3 SOL and the fees.
        assert "About 3.04 SOL would fit" in refused.text
        await town.press(who, card.message(), "Buy 1")
        tokens, quote = u(data, 8, 8), u(data, 16, 8)
        # 0.95 % for the protocol and 0.30 % for the creator, on top of what is spent.
        spent = SOL * 10_000 // 10_125 - 1
        bought = tokens * spent // (quote + spent)
        assert await last_fill(town, who) == (CURVE, SOL, bought)
        await town.say(who, "/close 1 2")
        sold = bought * 2 // 100
        raised = quote * sold // (tokens + sold)
        paid = raised - ceil(raised * 95, 10_000) - ceil(raised * 30, 10_000)
        assert await last_fill(town, who) == (CURVE, paid, sold)
        whole = await town.say(who, "/close 1")
        assert "the pool cannot pay that much" in whole.text
        await town.prove_books()


async def test_a_coin_whose_mint_is_not_on_chain_is_refused_with_a_reason(
    genuine_town: Town, genuine_accounts: Path
) -> None:
    town = genuine_town
    mint = base58(account(genuine_accounts, PUMPSWAP)[43:75])
    assert mint.startswith("J5re")
    async with town.bot():
        who = await town.newcomer()
        for text in (mint, f"/price {mint}", f"/open {mint} long 1"):
            answer = await town.say(who, text)
            assert "Nothing on Solana is called" in answer.text
            assert answer.failure == ""
        assert await town.orders(who) == 0
        await town.prove_books()


async def last_fill(town: Town, who: int) -> tuple[str, int, int]:
    """Give the newest fill's pool, lamports and token units."""
    row = (
        await town.rows(
            "SELECT receipt->'fill'->>'pool_address', sol_lamports, token_units FROM orders"
            " WHERE user_id = $1 ORDER BY number DESC LIMIT 1",
            who,
        )
    )[0]
    return row[0], int(row[1]), int(row[2])


def account(folder: Path, address: str) -> bytes:
    path = next(folder.rglob(f"{address}.json"))
    return base64.b64decode(json.loads(path.read_text())["account"]["data"][0])


def held(folder: Path, address: str) -> int:
    """Give what a token account holds."""
    return u(account(folder, address), 64, 8)


def u(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


def ceil(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)


def base58(data: bytes) -> str:
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = letters[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text

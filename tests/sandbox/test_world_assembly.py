"""The assembled world in this process: every part answers, on its own port or under its path."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.world import SandboxWorld, sandbox_world
from bot.sandbox.world_options import WorldOptions

WIF = "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm"
FAST = WorldOptions(slot_ms=20, market_seconds=0.02)
GENUINE = Path(__file__).parents[3] / "shared" / "data" / "solana_accounts"


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[SandboxWorld]:
    async with sandbox_world(FAST) as running:
        yield running


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(client: aiohttp.ClientSession, url: str, payload: object = None) -> object:
    verb = "GET" if payload is None else "POST"
    async with client.request(verb, url, json=payload) as answer:
        assert answer.status == 200, await answer.text()
        body: object = await answer.json()
        return body


def price_of(market: object, mint: str) -> Decimal:
    assert isinstance(market, dict)
    return next(Decimal(token["price"]) for token in market["tokens"] if token["mint"] == mint)


async def test_the_page_is_served_beside_the_bot_api(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    async with client.get(world.page_url) as page:
        assert "Kitrader sandbox" in await page.text()
    me = await ask(client, f"{world.bot_api_base}/bot{world.bot_token}/getMe")
    assert isinstance(me, dict)
    assert me["result"]["username"] == "kitrader_bot"


async def test_both_endpoints_see_one_chain(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "getAccountInfo", "params": [WIF]}
    answers = [await ask(client, url, call) for url in world.rpc_urls]
    owners = [answer["result"]["value"]["owner"] for answer in answers if isinstance(answer, dict)]
    assert owners == ["TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"] * 2


async def test_a_fault_of_one_endpoint_leaves_the_other_well(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    switch = f"{world.page_url}sandbox/rpc/1/faults"
    await ask(client, switch, {"http_status": 503})
    call = {"jsonrpc": "2.0", "id": 1, "method": "getHealth"}
    async with client.post(world.rpc_urls[0], json=call) as ill:
        assert ill.status == 503
    assert await ask(client, world.rpc_urls[1], call)
    await ask(client, switch, {})


async def test_the_price_api_knows_the_markets_tokens(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    pairs = await ask(client, f"{world.dexscreener_base}/token-pairs/v1/solana/{WIF}")
    assert isinstance(pairs, list)
    assert {pair["baseToken"]["symbol"] for pair in pairs} == {"WIF"}
    faults = await ask(client, f"{world.page_url}sandbox/price-api/faults")
    assert faults == {
        "dead": False,
        "latency_ms": 0,
        "http_status": 0,
        "garbage": False,
        "price_percent": 100,
    }


async def test_the_market_moves_until_it_is_paused(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    address = f"{world.page_url}sandbox/market"
    before = price_of(await ask(client, address), WIF)
    async with asyncio.timeout(30):
        while price_of(await ask(client, address), WIF) == before:
            continue
    await ask(client, f"{address}/pause", {"paused": True})
    held = price_of(await ask(client, address), WIF)
    await asyncio.sleep(FAST.market_seconds * 3)
    assert price_of(await ask(client, address), WIF) == held
    shocked = await ask(client, f"{address}/shock", {"mint": WIF, "percent": 10})
    assert Decimal("1.05") < price_of(shocked, WIF) / held < Decimal("1.15")
    await ask(client, f"{address}/pause", {"paused": False})


async def test_the_bots_status_is_calm_before_there_is_a_bot(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    status = await ask(client, f"{world.page_url}sandbox/bot-status")
    assert status == {"is_up": False, "was_up": False}


async def test_an_upload_is_shown_and_never_run(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    script = b"<script>alert(1)</script>"
    await ask(client, f"{world.page_url}sandbox/people/1001/send", {"chat_id": 1001, "text": "hi"})
    form = aiohttp.FormData({"chat_id": "1001"})
    form.add_field("document", script, filename="x.html", content_type="text/html")
    async with client.post(
        f"{world.bot_api_base}/bot{world.bot_token}/sendDocument", data=form
    ) as sent:
        file_id = (await sent.json())["result"]["document"]["file_id"]
    async with client.get(f"{world.page_url}sandbox/files/{file_id}") as file:
        assert await file.read() == script
        assert "sandbox" in file.headers["Content-Security-Policy"]


async def test_another_websites_page_may_not_press_a_switch(
    world: SandboxWorld, client: aiohttp.ClientSession
) -> None:
    async with client.post(
        f"{world.page_url}sandbox/market/pause",
        data='{"paused": true}',
        headers={"Origin": "http://evil.example"},
    ) as answer:
        assert answer.status == 403


async def test_the_ready_line_says_all_that_a_bot_needs(world: SandboxWorld) -> None:
    ready = json.loads(json.dumps(world.to_ready()))
    assert set(ready) == {
        "page_url",
        "bot_api_base",
        "bot_token",
        "rpc_urls",
        "ws_urls",
        "dexscreener_base",
        "geckoterminal_base",
        "jupiter_base",
        "jito_base",
        "swap_counterparties",
        "swap_tip_accounts",
        "people",
        "tokens",
        "problems",
    }
    assert [person["role_hint"] for person in ready["people"]] == [
        "basic",
        "basic",
        "premium",
        "admin",
    ]
    assert {"symbol": "WIF", "mint": WIF} in ready["tokens"]


async def test_a_taken_port_is_told_and_nothing_is_left(world: SandboxWorld) -> None:
    port = int(world.bot_api_base.rpartition(":")[2])
    with pytest.raises(OSError, match=str(port)):
        async with sandbox_world(replace(FAST, port=port)):
            pytest.fail("the port was taken")


async def test_what_cannot_be_loaded_is_a_problem_and_no_end(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    async with sandbox_world(replace(FAST, accounts=(tmp_path, tmp_path / "none"))) as running:
        assert len(running.problems) == 2
        assert any("broken.json" in problem for problem in running.problems)


@pytest.mark.skipif(not GENUINE.is_dir(), reason="no genuine accounts beside the repository")
async def test_genuine_accounts_stand_on_the_chain(client: aiohttp.ClientSession) -> None:
    dump = next(
        path
        for path in sorted(GENUINE.rglob("*.json"))
        if path.stem == json.loads(path.read_bytes()).get("pubkey")
    )
    async with sandbox_world(replace(FAST, accounts=(GENUINE,))) as running:
        params = [dump.stem, {"encoding": "base64"}]
        call = {"jsonrpc": "2.0", "id": 1, "method": "getAccountInfo", "params": params}
        answer = await ask(client, running.rpc_urls[0], call)
    assert isinstance(answer, dict)
    assert answer["result"]["value"]["data"] == json.loads(dump.read_bytes())["account"]["data"]

"""Canaries: what must stay secret is nowhere to be found after a journey with everything logged."""

import re
from pathlib import Path

import asyncpg
import httpx
import pyotp

from bot.sandbox.world_options import WorldOptions
from tests.builders.canaries import MASTER_KEY, PIN, heard_in, heard_in_database
from tests.builders.ports import free_port
from tests.journeys.people import ADA, ANN
from tests.journeys.processes import Forks, environment_of
from tests.journeys.test_account_page import TYPED, Browser, log_in
from tests.journeys.town import Town, open_town

TOKEN_SECRET = "AACANARYcanaryCANARYcanaryCANARY012"
RPC_KEY = "canary-rpc-key-5f2c9e17"
RPC_PASSWORD = "canary-rpc-password-77aa"
WEBHOOK_SECRET = "canary-webhook-secret-31b0"
CANARIES = (TOKEN_SECRET, RPC_KEY, RPC_PASSWORD, WEBHOOK_SECRET, MASTER_KEY, PIN)
TRACES = ("rpc_try_failed", "update_failed", "Telegram refused us", "Bought")
SEED_PHRASE_KEY = "5" * 88


def logged_in(folder: Path) -> str:
    """Give what lies in all log files of a folder."""
    return "".join(file.read_text("utf-8") for file in sorted(folder.glob("*.log")))


async def test_no_canary_leaves_the_bot(
    database_dsn: str, forks: Forks, tmp_path: Path, unused_tcp_port: int
) -> None:
    options = WorldOptions(bot_token=f"1234567:{TOKEN_SECRET}")
    async with open_town(database_dsn, options=options) as town:
        address = f"http://127.0.0.1:{unused_tcp_port}"
        first, second = town.world.rpc_urls
        settings = town.settings(
            log_level="DEBUG",
            log_dir=tmp_path,
            master_key=MASTER_KEY,
            http_port=unused_tcp_port,
            operations_port=free_port(),
            webhook_url=f"{address}/telegram/webhook",
            webhook_secret=WEBHOOK_SECRET,
            solana_rpc_urls=(
                f"{first}/?api-key={RPC_KEY}",
                second.replace("://", f"://operator:{RPC_PASSWORD}@"),
            ),
        )
        environment = environment_of(settings) | {"LOG_DIR": str(tmp_path)}
        child = await forks.start(["run"], environment)
        try:
            told = await journey(town)
            operations = f"http://127.0.0.1:{settings.operations_port}"
            for page in ("/status", "/metrics", "/health/ready"):
                answer = await town.wire.session.get(operations + page)
                told += await answer.text()
            learned = await account_secured(town, address)
        finally:
            child.kill()
            await child.code()
        checked = await forks.run(["check", "--live"], environment)
        told += checked[1]
        await town.break_telegram(fail_rate=1, fail_code=404, methods=None)
        for number in (1, 2):
            await town.break_rpc(number, dead=True)
        bad_check = await forks.run(["check", "--live", "--json"], environment)
        failed_run = await forks.run(["run"], environment)
        assert (bad_check[0], failed_run[0]) == (1, 1)
        told += bad_check[1] + failed_run[1] + child.said()
        told += logged_in(tmp_path)
        told += await dump(town)
        # The journey left traces, or the silence about canaries would prove nothing.
        assert [trace for trace in TRACES if trace not in told] == []
        for canary in (*CANARIES, SEED_PHRASE_KEY, *learned):
            assert canary not in told, excerpt(told, canary)


async def journey(town: Town) -> str:
    """Trade, fail and be told about it; gives all that people saw."""
    told = [await town.say(who, "/start") for who in (ADA, ANN)]
    priced = "SELECT count(*) > 2 FROM token_prices"
    await town.until(lambda: town.value(priced), "the first prices are read")
    told += [await town.say(ANN, text) for text in ("/open WIF long 1", "/info WIF")]
    told.append(await town.say(ANN, SEED_PHRASE_KEY))
    for faults in ({"dead": True}, {"http_status": 403}, {"garbage": True}):
        for number in (1, 2):
            await town.break_rpc(number, **faults)
        told.append(await town.say(ANN, "/open JUP long 1"))
    for number in (1, 2):
        await town.break_rpc(number)
    await town.break_telegram(fail_rate=0.5, fail_code=500, methods=["sendMessage"])
    told.append(await town.push({"message": {"text": "not a message at all"}}))
    told.append(await town.say(ANN, "/wallet"))
    await town.break_telegram(fail_rate=0)
    return "\n".join(each.text for each in told)


async def account_secured(town: Town, address: str) -> list[str]:
    """Log in, set factors, and guess wrongly; gives the secrets that came up on the way.

    The chat shows the login link to its owner, so what people saw is not looked through for it.
    """
    async with httpx.AsyncClient(timeout=30) as client:
        browser = Browser(address, client)
        used = await log_in(town, ANN, browser)
        await browser.look("/security")
        await browser.send("/security/pin", pin=PIN, again=PIN)
        await browser.look("/security")
        await browser.send("/prove", factor="pin", secret=PIN[::-1])
        await browser.look("/security")
        await browser.send("/prove", factor="pin", secret=PIN)
        await browser.send("/security/authenticator")
        found = TYPED.search(browser.shown)
        assert found is not None
        secret = found[1].replace(" ", "")
        code = pyotp.TOTP(secret).now()
        await browser.send("/security/authenticator/confirm", code=code)
        await browser.send("/security/codes")
        codes = re.findall(r"<li>([a-z2-9-]{14})</li>", browser.shown)
        assert len(codes) == 10
        cookies = [cookie.value or "" for cookie in client.cookies.jar]
    return [used, secret, *codes, *cookies]


async def test_a_canary_that_sings_is_heard(database_dsn: str) -> None:
    assert heard_in([f"the key is {MASTER_KEY}, no more"]) == {MASTER_KEY}
    connection = await asyncpg.connect(database_dsn)
    await connection.execute(
        "INSERT INTO inbox (update_id, lane, raw, received_at) VALUES (1, 1, $1, now())", PIN
    )
    assert await heard_in_database(connection) == {PIN}
    await connection.execute("DELETE FROM inbox")
    assert await heard_in_database(connection) == set()
    await connection.close()


async def dump(town: Town) -> str:
    """Give every row of every table as text."""
    tables = await town.rows(
        "SELECT oid::regclass::text FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    queries = [f"SELECT t::text FROM {table[0]} t" for table in tables]  # noqa: S608 (our tables)
    rows = [row for query in queries for row in await town.rows(query)]
    return "\n".join(row[0] for row in rows)


def excerpt(text: str, canary: str) -> str:
    place = text.index(canary)
    return re.sub(r"\s+", " ", text[max(0, place - 300) : place + 100])

"""What operators see of the outside: in chat, on the metrics page, and from the command line."""

import asyncio
import re

import orjson
from yarl import URL

from bot.bootstrap.web_doors import operations_door
from tests.journeys.people import ADA, ANN
from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import Town

SEEN = (
    r"1 127\.0\.0\.1 · closed\n  p50 \d+ ms, p95 .*, \d+ slots behind",
    r"2 127\.0\.0\.1 · closed",
    r"websocket live",
    r"dexscreener · closed",
)


async def metrics(town: Town, status_url: str) -> dict[str, float]:
    """Give the figures of the page by name and labels."""
    async with town.wire.session.get(status_url.replace("/status", "/metrics")) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        text = await answer.text()
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_an_admin_sees_endpoints_and_sources_and_others_do_not(empty_town: Town) -> None:
    town = empty_town
    async with town.bot() as running:
        who = await town.newcomer()
        await town.say(who, "/price WIF")

        async def is_seen() -> bool:
            told = (await town.say(ADA, "/endpoints")).text
            return all(re.search(line, told, re.IGNORECASE) for line in SEEN)

        await town.until(is_seen, "endpoints are measured and one follows what was looked at")
        assert "may not do that" in (await town.say(ANN, "/endpoints")).text
        await town.break_rpc(1, dead=True)

        # The other may be the quicker one: then only the watch asks, every five seconds.
        async def is_failing() -> bool:
            figures = await metrics(town, running.status_url)
            return figures['kitrader_rpc_failures_total{endpoint="1 127.0.0.1"}'] > 0

        await town.until(is_failing, "the dead endpoint is noticed")
        assert "last error: " in (await town.say(ADA, "/endpoints")).text
        figures = await metrics(town, running.status_url)
        assert figures['kitrader_rpc_circuit{endpoint="2 127.0.0.1"}'] == 0
        assert figures["kitrader_refresh_rounds_total"] >= 1
        assert figures["kitrader_refresh_tokens"] == len(town.tokens)


async def test_check_tells_of_endpoints_web_sockets_and_the_running_bot(
    empty_town: Town, forks: Forks, unused_tcp_port: int
) -> None:
    town = empty_town
    async with town.bot(operations_port=unused_tcp_port):
        await town.break_rpc(2, ws_silent=True)
        settings = town.settings(operations_port=unused_tcp_port)
        code, told = await forks.run(["check", "--json"], environment_of(settings))
    found = [orjson.loads(line) for line in told.splitlines() if line.startswith("{")]
    of = {number: [f for f in found if f["subject"] == f"rpc {number}"] for number in (1, 2)}
    assert code == 0, told
    assert re.fullmatch(r"127\.0\.0\.1: slot \d+, p50 \d+ ms, slowest \d+ ms", of[1][0]["detail"])
    assert re.fullmatch(r"websocket: slot \d+ after \d+ ms", of[1][1]["detail"])
    assert (of[2][0]["state"], of[2][1]["state"]) == ("ok", "warn")
    seen = [f["detail"] for f in found if f["subject"] == "running bot"]
    assert len(seen) >= 3, "two endpoints and a source"
    assert re.match(r"1 127\.0\.0\.1: closed, failing 0% of late, limit used \d+%", seen[0])
    assert "websocket" in seen[0]


async def test_the_operators_door_is_this_machines_unless_it_is_opened_to_others(
    empty_town: Town,
) -> None:
    town = empty_town
    reached = {}
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 (what is tried)
        async with town.bot(operations_host=host) as running:
            port = URL(running.status_url).port
            try:
                reader, writer = await asyncio.open_connection("127.0.0.2", port)
            except ConnectionRefusedError:
                reached[host] = False
                continue
            writer.write(b"GET /health/live HTTP/1.0\r\n\r\n")
            reached[host] = (await reader.readline()).startswith(b"HTTP/1.0 200")
            writer.close()
    assert reached == {"127.0.0.1": False, "0.0.0.0": True}  # noqa: S104


async def test_a_role_that_is_not_at_work_is_told_to_prometheus(empty_town: Town) -> None:
    """It has no figures then, that of a database which is away among them."""
    town = empty_town
    async with operations_door(town.settings(), {"worker": None}) as address:
        figures = await metrics(town, f"{address}/status")
    assert figures['kitrader_at_work{role="worker"}'] == 0
    assert "kitrader_database_up" not in figures
    async with town.bot() as running:
        assert (await metrics(town, running.status_url))['kitrader_at_work{role="all"}'] == 1

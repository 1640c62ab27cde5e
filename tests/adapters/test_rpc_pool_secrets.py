"""No key, path or query of an endpoint's URL ever leaves the pool but towards the endpoint."""

import traceback

import pytest
from structlog.testing import capture_logs

from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_settings import EndpointConfig
from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import build_pool
from tests.fakes.rpc_node import Manners, rpc_nodes

CANARY = "c4n4ryc4n4ryc4n4ry"
PATH = f"v2/{CANARY}?api-key={CANARY}"

TROUBLE = {
    "hanging": Manners(hangs=True),
    "broken": Manners(status=500, body=CANARY.encode()),
    "echoed in the body": Manners(status=403, body=f'{{"error": "{CANARY}"}}'.encode()),
    "echoed in a message": Manners(error={"code": -32602, "message": f"bad key {CANARY}"}),
    "echoed in a failure": Manners(error={"code": -32603, "message": f"/v2/{CANARY}"}),
    "redirected": Manners(status=302, headers={"Location": f"http://{CANARY}/"}, body=b""),
    "odd length": Manners(headers={"Content-Encoding": "gzip"}, body=CANARY.encode()),
}


@pytest.mark.parametrize("manners", TROUBLE.values(), ids=TROUBLE.keys())
async def test_no_error_or_log_line_shows_the_key(manners: Manners) -> None:
    async with rpc_nodes(1) as (node,), build_pool([node], path=PATH) as pool:
        node.manners = manners
        with capture_logs() as lines, pytest.raises((Unavailable, RpcRefused)) as caught:
            await pool.get_slot(deadline_seconds=1)
        shown = _everything_shown(caught.value) + repr(lines) + repr(pool.states()) + repr(pool)
        assert CANARY not in shown
        assert node.requests, "the key did go to its endpoint"


async def test_a_dead_endpoint_shows_no_key() -> None:
    async with rpc_nodes(1) as (node,), build_pool([node], path=PATH) as pool:
        await node.stop()
        with capture_logs() as lines, pytest.raises(Unavailable) as caught:
            await pool.get_slot(deadline_seconds=1)
        assert lines
        assert CANARY not in _everything_shown(caught.value) + repr(lines)


def test_endpoints_are_shown_by_host_only() -> None:
    config = EndpointConfig.from_url(f"https://user:{CANARY}@rpc.example/{PATH}")
    assert CANARY not in repr(config)
    assert config.host == "rpc.example"


@pytest.mark.parametrize("url", ["", "rpc.example", "ftp://rpc.example", "http://", "http://[x"])
def test_a_bad_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="an RPC endpoint is") as caught:
        EndpointConfig.from_url(f"{url}/{CANARY}" if url else CANARY)
    assert CANARY not in _everything_shown(caught.value)


def _everything_shown(error: BaseException) -> str:
    chain = [error, error.__cause__, error.__context__]
    shown = [text for link in chain if link for text in (str(link), repr(link))]
    return "".join(traceback.format_exception(error)) + "".join(shown)

"""A small Solana RPC node on a free port, whose manners a test may change at any moment."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

MOST_KEYS = 100


@dataclass(kw_only=True)
class Manners:
    """How the node answers: well, unless something is set."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # sent instead of an answer
    error: Mapping[str, object] | None = None  # a JSON-RPC error
    hangs: bool = False
    delay_seconds: float = 0.0
    before: Callable[[], None] | None = None  # called before each answer
    refuses_when: Callable[[dict[str, object]], bool] | None = None  # 500 for these requests only


class RpcNode:
    """Serves accounts from a dictionary of (owner, data) at its own slot."""

    def __init__(self) -> None:
        self.slot = 1_000
        self.accounts: dict[str, tuple[str, bytes]] = {}
        self.results: dict[str, object] = {}
        self.manners = Manners()
        self.requests: list[dict[str, object]] = []
        self.url = ""
        self._released = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def asked(self, method: str) -> int:
        return sum(request["method"] == method for request in self.requests)

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/"

    async def stop(self) -> None:
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.requests.append(asked)
        manners = self.manners
        if manners.before is not None:
            manners.before()
        if manners.hangs:
            await self._released.wait()
        await asyncio.sleep(manners.delay_seconds)
        if manners.body is not None:
            return web.Response(status=manners.status, headers=manners.headers, body=manners.body)
        if manners.refuses_when is not None and manners.refuses_when(asked):
            return web.Response(status=500)
        reply = {"jsonrpc": "2.0", "id": asked["id"], **self._reply(asked)}
        return web.json_response(reply, status=manners.status, headers=manners.headers)

    def _reply(self, asked: dict[str, object]) -> dict[str, object]:
        if self.manners.error is not None:
            return {"error": self.manners.error}
        method, params = asked["method"], asked["params"]
        if method == "getSlot":
            return {"result": self.slot}
        if method == "getMultipleAccounts":
            return self._accounts(*params)
        if method in self.results:
            result = self.results[method]
            return {"result": result(*params) if callable(result) else result}
        return {"error": {"code": -32601, "message": "Method not found"}}

    def _accounts(self, keys: list[str], options: dict[str, object]) -> dict[str, object]:
        if len(keys) > MOST_KEYS:
            return {"error": {"code": -32602, "message": "Too many inputs provided; max 100"}}
        if int(options.get("minContextSlot", 0)) > self.slot:
            message = "Minimum context slot has not been reached"
            return {"error": {"code": -32016, "message": message}}
        value = [self._account(key) for key in keys]
        return {"result": {"context": {"slot": self.slot}, "value": value}}

    def _account(self, key: str) -> dict[str, object] | None:
        return as_json(self.accounts[key]) if key in self.accounts else None


def as_json(account: tuple[str, bytes]) -> dict[str, object]:
    """Give an account as a node would."""
    owner, data = account
    text = base64.b64encode(data).decode()
    return {"owner": owner, "data": [text, "base64"], "lamports": 1, "space": len(data)}


@asynccontextmanager
async def rpc_nodes(count: int) -> AsyncIterator[list[RpcNode]]:
    """Run some nodes and stop them all at the end."""
    async with AsyncExitStack() as stack:
        nodes = [RpcNode() for _ in range(count)]
        for node in nodes:
            await node.start()
            stack.push_async_callback(node.stop)
        yield nodes

"""A Bot API server in a process of its own that stamps each arrival and can answer with trouble."""

import argparse
import asyncio
import random
import time
from dataclasses import asdict, dataclass

import orjson
from aiohttp import web

_TOO_MANY, _BAD_GATEWAY = 429, 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call: when it arrived on the machine's monotonic clock, for whom, and the answer."""

    at: float
    chat_id: int
    text: str
    status: int


class StampingApi:
    """Answers every method after a while, a share of them with 429 or 502, from a seed."""

    def __init__(self, *, latency_seconds: float, flood_share: float, fault_share: float) -> None:
        self._latency_seconds = latency_seconds
        self._flood_share = flood_share
        self._fault_share = fault_share
        self._chance = random.Random(7)  # noqa: S311 (the same trouble each time)
        self.arrivals: list[Arrival] = []

    async def call(self, request: web.Request) -> web.Response:
        """Take one call."""
        at = time.monotonic()
        body = await request.post() if "json" not in request.content_type else await request.json()
        status = self._status()
        self.arrivals.append(
            Arrival(
                at=at,
                chat_id=int(str(body.get("chat_id", 0))),
                text=str(body.get("text", "")),
                status=status,
            )
        )
        await asyncio.sleep(self._latency_seconds)
        return web.json_response(_answer(status, body.get("chat_id")), status=status)

    async def tell(self, _request: web.Request) -> web.Response:
        """Give all arrivals, and forget them."""
        told, self.arrivals = self.arrivals, []
        return web.Response(body=orjson.dumps([asdict(arrival) for arrival in told]))

    def _status(self) -> int:
        drawn = self._chance.random()
        if drawn < self._flood_share:
            return _TOO_MANY
        return _BAD_GATEWAY if drawn < self._flood_share + self._fault_share else 200


def _answer(status: int, chat_id: object) -> dict[str, object]:
    if status == _TOO_MANY:
        parameters = {"retry_after": 1}
        return {
            "ok": False,
            "error_code": status,
            "description": "Too Many Requests: retry after 1",
            "parameters": parameters,
        }
    if status == _BAD_GATEWAY:
        return {"ok": False, "error_code": status, "description": "Bad Gateway"}
    chat = {"id": int(str(chat_id)), "type": "private"}
    return {"ok": True, "result": {"message_id": 1, "date": 1, "chat": chat}}


async def _serve(api: StampingApi) -> None:
    application = web.Application()
    application.add_routes(
        [web.get("/arrivals", api.tell), web.post("/{token}/{method}", api.call)]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"port {runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--floods", type=float, default=0.0)
    parser.add_argument("--faults", type=float, default=0.0)
    asked = parser.parse_args()
    asyncio.run(
        _serve(
            StampingApi(
                latency_seconds=asked.latency, flood_share=asked.floods, fault_share=asked.faults
            )
        )
    )


if __name__ == "__main__":
    main()

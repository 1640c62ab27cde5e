"""A loop that polls and answers each message with one constant text, no framework: BASE TOKEN."""

import sys

import aiohttp
import orjson
import uvloop


async def main(base: str, token: str) -> None:
    """Poll until killed."""
    async with aiohttp.ClientSession(headers={"Content-Type": "application/json"}) as session:

        async def call(method: str, **payload: object) -> list[dict[str, object]]:
            url = f"{base}/bot{token}/{method}"
            async with session.post(url, data=orjson.dumps(payload)) as response:
                result: list[dict[str, object]] = orjson.loads(await response.read())["result"]
                return result

        offset = 0
        while True:
            for update in await call("getUpdates", offset=offset, timeout=25):
                offset = int(str(update["update_id"])) + 1
                message = update["message"]
                assert isinstance(message, dict)
                await call("sendMessage", chat_id=message["chat"]["id"], text="PAPER")


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))

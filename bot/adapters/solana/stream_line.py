"""Speaks Solana's pubsub over one WebSocket: asks to be told of accounts, and hears the changes."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import count

import aiohttp
import orjson

from bot.adapters.solana.rpc_errors import error_code
from bot.adapters.solana.rpc_reply import is_slot
from bot.domain.errors import KitraderError

_COMMITMENT = "confirmed"


class StreamEnded(KitraderError):
    """A connection is of no more use; the text says why, in our own words."""


@dataclass(frozen=True, slots=True)
class SlotPassed:
    """The node has reached a slot (processed, so a little ahead of what is confirmed)."""

    slot: int


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account changed at a slot; at 0 it is only now told of, and may have changed before."""

    address: str
    slot: int


Heard = SlotPassed | AccountChanged


class StreamLine:
    """Keeps the subscriptions of one open socket; raises `StreamEnded` on any trouble.

    The slots of the chain are subscribed to as well: they come several times a second, so a
    line that is silent for `quiet_seconds` has died, whatever TCP says.
    Source: Solana docs, "RPC WebSocket methods".
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, quiet_seconds: float) -> None:
        self._socket = socket
        self._quiet_seconds = quiet_seconds
        self._requests = count(1)
        self._asked: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._addresses: dict[int, str] = {}

    @property
    def accounts(self) -> int:
        """Count the accounts that the node has agreed to tell of."""
        return len(self._numbers)

    async def begin(self) -> None:
        """Ask for the slots."""
        await self._send("slotSubscribe", ())

    async def ask_for(self, wanted: Collection[str]) -> None:
        """Subscribe to what is wanted and not yet asked for, and end what is wanted no more."""
        asked = {*self._asked.values(), *self._numbers}
        for address in wanted:
            if address not in asked:
                config = {"encoding": "base64", "commitment": _COMMITMENT}
                self._asked[await self._send("accountSubscribe", (address, config))] = address
        for address in [address for address in self._numbers if address not in wanted]:
            number = self._numbers.pop(address)
            del self._addresses[number]
            await self._send("accountUnsubscribe", (number,))

    async def hear(self) -> Heard:
        """Wait for the next piece of news."""
        while True:
            heard = self._read(await self._receive())
            if heard is not None:
                return heard

    async def _send(self, method: str, params: tuple[object, ...]) -> int:
        number = next(self._requests)
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            await self._socket.send_str(orjson.dumps(body).decode())
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise StreamEnded(type(error).__name__) from None
        return number

    async def _receive(self) -> dict[str, object]:
        try:
            message = await self._socket.receive(timeout=self._quiet_seconds)
        except TimeoutError:
            raise StreamEnded("silent") from None
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise StreamEnded(type(error).__name__) from None
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise StreamEnded("closed")
        try:
            said = orjson.loads(message.data)
        except orjson.JSONDecodeError:
            raise StreamEnded("garbled") from None
        if not isinstance(said, dict):
            raise StreamEnded("garbled")
        return said

    def _read(self, said: dict[str, object]) -> Heard | None:
        if "method" in said:
            return self._read_news(said["method"], said.get("params"))
        if "error" in said:
            raise StreamEnded(f"error {error_code(said['error'])}")
        asked, number = said.get("id"), said.get("result")
        address = self._asked.pop(asked, None) if isinstance(asked, int) else None
        if address is None:
            return None
        if type(number) is not int:
            raise StreamEnded("garbled")
        self._numbers[address] = number
        self._addresses[number] = address
        return AccountChanged(address, 0)

    def _read_news(self, method: object, params: object) -> Heard | None:
        result = params.get("result") if isinstance(params, dict) else None
        if not isinstance(params, dict) or not isinstance(result, dict):
            raise StreamEnded("garbled")
        if method == "slotNotification":
            return SlotPassed(_slot(result.get("slot")))
        context = result.get("context")
        if method != "accountNotification" or not isinstance(context, dict):
            return None
        # A last word on a subscription that was just ended is no news.
        address = self._addresses.get(params.get("subscription", -1))
        slot = _slot(context.get("slot"))
        return None if address is None else AccountChanged(address, slot)


def _slot(value: object) -> int:
    if not is_slot(value):
        raise StreamEnded("garbled")
    return value

"""What one WebSocket client is subscribed to, and what is due to be told it."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import orjson
from solders.account import Account
from solders.pubkey import Pubkey

from bot.sandbox.solana_rpc.account_methods import encode_account, with_context
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.errors import RpcCode, RpcError, invalid_params
from bot.sandbox.solana_rpc.parameters import COMMITMENTS, Call

ROOT_DEPTH_SLOTS = 31
SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")


@dataclass(slots=True, kw_only=True)
class _Watched:
    address: Pubkey
    config: Mapping[str, object]
    commitment: str
    told: Account | None


@dataclass(slots=True)
class Subscriptions:
    """The subscriptions of one connection, as Agave's pubsub keeps them.

    `answer` takes a request, `due` gives the notifications that became due since it was last
    asked. A subscription tells changes only: how an account stands must be asked over HTTP, and
    what changed while nobody was connected is never told. Numbers are those of the connection.
    """

    endpoint: Endpoint
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _accounts: dict[int, _Watched] = field(default_factory=dict)
    _slots: dict[int, int] = field(default_factory=dict)

    def answer(self, body: str | bytes) -> bytes:
        """Answer one request; every refusal is an answer too."""
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _answer(None, error=RpcError(RpcCode.PARSE_ERROR, "Parse error"))
        identity = request.get("id") if isinstance(request, dict) else None
        try:
            return _answer(identity, self._call(request))
        except RpcError as error:
            return _answer(identity, error=error)

    def due(self) -> list[bytes]:
        """Give the notifications of what changed since the last time."""
        told = [_notification("slotNotification", *each) for each in self._slots_due()]
        return told + [_notification("accountNotification", *each) for each in self._accounts_due()]

    def _call(self, request: object) -> object:
        if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
            raise RpcError(RpcCode.INVALID_REQUEST, "Invalid request")
        methods: Mapping[object, Callable[[Call], object]] = {
            "accountSubscribe": self._subscribe_account,
            "accountUnsubscribe": lambda call: self._end(self._accounts, call),
            "slotSubscribe": self._subscribe_slots,
            "slotUnsubscribe": lambda call: self._end(self._slots, call),
        }
        method = methods.get(request.get("method"))
        if method is None:
            raise RpcError(RpcCode.METHOD_NOT_FOUND, "Method not found")
        parameters = request.get("params") or []
        if not isinstance(parameters, list):
            raise invalid_params("`params` should be an array")
        return method(Call(endpoint=self.endpoint, positional=parameters))

    def _subscribe_account(self, call: Call) -> int:
        address, config = call.address(0), call.config(1)
        commitment = str(config.get("commitment") or "finalized")
        if commitment not in COMMITMENTS:
            raise invalid_params(f"unknown variant `{commitment}`, expected one of {COMMITMENTS}")
        told = self.endpoint.chain.account_at(address, self.endpoint.slot(commitment))
        encode_account(told, config)
        number = next(self._numbers)
        self._accounts[number] = _Watched(
            address=address, config=config, commitment=commitment, told=told
        )
        return number

    def _subscribe_slots(self, _: Call) -> int:
        number = next(self._numbers)
        self._slots[number] = self.endpoint.tip
        return number

    @staticmethod
    def _end(kind: dict[int, _Watched] | dict[int, int], call: Call) -> bool:
        if kind.pop(call.whole_number(0), None) is None:
            raise invalid_params("Invalid subscription id.")
        return True

    def _slots_due(self) -> Iterator[tuple[int, object]]:
        tip = self.endpoint.tip
        for number, told in self._slots.items():
            if tip > told:
                self._slots[number] = tip
                yield number, {"parent": tip - 1, "root": tip - ROOT_DEPTH_SLOTS, "slot": tip}

    def _accounts_due(self) -> Iterator[tuple[int, object]]:
        for number, watched in self._accounts.items():
            slot = self.endpoint.slot(watched.commitment)
            account = self.endpoint.chain.account_at(watched.address, slot)
            if account != watched.told:
                watched.told = account
                value = encode_account(account or _emptied(), watched.config)
                yield number, with_context(slot, value)


def _emptied() -> Account:
    """Give what a node tells of an account that is gone."""
    return Account(0, b"", SYSTEM_PROGRAM)


def _answer(identity: object, result: object = None, error: RpcError | None = None) -> bytes:
    told = {"result": result} if error is None else {"error": error.as_json()}
    return orjson.dumps({"jsonrpc": "2.0", **told, "id": identity})


def _notification(method: str, number: int, result: object) -> bytes:
    params = {"result": result, "subscription": number}
    return orjson.dumps({"jsonrpc": "2.0", "method": method, "params": params})

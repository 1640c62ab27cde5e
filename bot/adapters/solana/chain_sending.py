"""Sends transactions to every endpoint, and learns from each what became of them."""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence

from bot.adapters.solana.block_engine import BlockEngine
from bot.adapters.solana.lookup_tables import read_lookup_table
from bot.adapters.solana.network_costs import NetworkCostSettings, priority_fee_lamports
from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_failover import WHAT
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest
from bot.adapters.solana.signature_words import (
    height_request,
    height_word,
    node_word,
    status_request,
)
from bot.adapters.solana.transaction_meta import error_words, read_wallet_change
from bot.domain.errors import Unavailable
from bot.domain.identifiers import encode_address
from bot.domain.landing import NodeWord
from bot.domain.signing.programs import TIP_ACCOUNTS
from bot.ports.chain_sending import Blockhash, HeightWord, SendWord, Trial, WalletChange

KNOWN_TIP_ACCOUNTS = frozenset(encode_address(raw) for raw in TIP_ACCOUNTS)
_CONFIRMED = {"commitment": "confirmed"}
_MICRO = 1_000_000
_MOST_LOG_LINES = 100
_Found = tuple[WalletChange | None]


class SolanaSending:
    """Implements `bot.ports.chain_sending.ChainSending` over the pool of endpoints.

    A transaction is sent without preflight and without the node's own repeats: what is sent was
    tried out before, and we send it again ourselves. `costs` chooses the priority fee.
    """

    def __init__(
        self,
        rpc: RpcPool,
        costs: NetworkCostSettings | None = None,
        *,
        engine: BlockEngine | None = None,
        tip_accounts: Collection[str] = KNOWN_TIP_ACCOUNTS,
        timeout_seconds: float = 3.0,
    ) -> None:
        self._rpc = rpc
        self._costs = costs or NetworkCostSettings()
        self._engine = engine
        self._tip_accounts = tip_accounts
        self._timeout_seconds = timeout_seconds

    async def send(self, raw: bytes) -> Sequence[SendWord]:
        """Send the same bytes to every node; an error of one is no proof of anything."""
        options = {
            "encoding": "base64",
            "skipPreflight": True,
            "preflightCommitment": "confirmed",
            "maxRetries": 0,
        }
        request = RpcRequest(
            method="sendTransaction", params=(b64encode(raw).decode(), options), read=_read_text
        )
        said = await self._rpc.every.ask(request, timeout_seconds=self._timeout_seconds)
        return [
            SendWord(node=each.node, is_accepted=each.value is not None, error=each.trouble)
            for (each,) in said
        ]

    async def send_privately(self, raw: bytes) -> SendWord:
        """Send the bytes to the block engine alone; raises `Unavailable` where there is none."""
        if self._engine is None:
            raise Unavailable("block engine", "JITO_BASE is empty")
        return await self._engine.send(raw)

    async def statuses(self, signature: str) -> Sequence[NodeWord]:
        """Ask every node for its finalized height, and after it for the signature."""
        said = await self._rpc.every.ask(
            height_request(), status_request(signature), timeout_seconds=self._timeout_seconds
        )
        return [node_word(height, status) for height, status in said]

    async def block_heights(self) -> Sequence[HeightWord]:
        """Ask every node for its newest finalized block."""
        said = await self._rpc.every.ask(height_request(), timeout_seconds=self._timeout_seconds)
        return [height_word(each) for (each,) in said]

    async def outcome(self, signature: str, wallet: str) -> WalletChange | None:
        """Give what a confirmed transaction did to a wallet; raises `Unavailable`.

        None where every node that answers does not have it (yet).
        """

        def read(result: object, _slot: int) -> _Found:
            return (read_wallet_change(result, signature, wallet, self._tip_accounts),)

        options = {"encoding": "json", "maxSupportedTransactionVersion": 0, **_CONFIRMED}
        request = RpcRequest(method="getTransaction", params=(signature, options), read=read)
        said = await self._rpc.every.ask(request, timeout_seconds=self._timeout_seconds)
        answers = [each.value for (each,) in said if each.value is not None]
        if not answers:
            told = "; ".join(f"{each.node}: {each.trouble}" for (each,) in said)
            raise Unavailable(WHAT, told)
        return next((change for (change,) in answers if change is not None), None)

    async def try_out(self, raw: bytes) -> Trial:
        """Run a transaction without effect; raises `Unavailable`.

        Its signatures are not looked at and its blockhash is replaced: this tells whether the
        instructions would work now, and what they cost.
        """
        options = {
            "encoding": "base64",
            "sigVerify": False,
            "replaceRecentBlockhash": True,
            **_CONFIRMED,
        }
        value = await self._value("simulateTransaction", b64encode(raw).decode(), options)
        units, logs = value.get("unitsConsumed"), value.get("logs")
        if type(units) is not int or units < 0:
            raise Unavailable(WHAT, "a trial without its units")
        lines = logs if isinstance(logs, list) else []
        return Trial(
            units=units,
            error=error_words(value.get("err")),
            logs=tuple(str(line) for line in lines[:_MOST_LOG_LINES]),
        )

    async def latest_blockhash(self) -> Blockhash:
        """Give a confirmed blockhash; raises `Unavailable`."""
        value = await self._value("getLatestBlockhash", _CONFIRMED)
        blockhash, height = value.get("blockhash"), value.get("lastValidBlockHeight")
        if not isinstance(blockhash, str) or type(height) is not int:
            raise Unavailable(WHAT, "no blockhash")
        return Blockhash(blockhash=blockhash, last_valid_block_height=height)

    async def unit_price(self, accounts: Sequence[str] = (), *, units: int) -> int:
        """Give the price for a compute unit, in micro-lamports; raises `Unavailable`.

        A percentile of what recent blocks took at least, between floor and cap for `units`.
        """
        try:
            fees = await self._rpc.get_recent_prioritization_fees(accounts)
        except RpcRefused:
            fees = []  # a node without this method: the floor it is
        limits = NetworkCostSettings(
            compute_units=units,
            percentile=self._costs.percentile,
            floor_lamports=self._costs.floor_lamports,
            cap_lamports=self._costs.cap_lamports,
        )
        return priority_fee_lamports(fees, limits) * _MICRO // units

    async def lookup_tables(self, addresses: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give what lookup tables hold; raises `Unavailable` or `UnreadableAccount`."""
        if not addresses:
            return {}
        found = (await self._rpc.get_multiple_accounts(addresses)).accounts
        return {address: read_lookup_table(found.get(address)) for address in addresses}

    async def _value(self, method: str, *params: object) -> Mapping[str, object]:
        try:
            found = await self._rpc.call(method, params)
        except RpcRefused as error:
            raise Unavailable(WHAT, str(error)) from error
        value = found.get("value") if isinstance(found, dict) else None
        return value if isinstance(value, dict) else {}


def _read_text(result: object, _slot: int) -> str:
    if not isinstance(result, str):
        raise GarbledAnswer("no signature")
    return result

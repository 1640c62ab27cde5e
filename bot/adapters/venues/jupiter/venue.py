"""Jupiter as the port `SwapVenue` asks for it, with a second way: built here and sent by us."""

from collections.abc import Mapping
from datetime import datetime

from bot.adapters.venues.jupiter.answers import (
    PACKET_BYTES,
    body_of,
    offer_of,
    read_offer,
    read_quote,
)
from bot.adapters.venues.jupiter.builds import (
    MOST_UNITS,
    Recipe,
    compiled,
    fee_of,
    read_recipe,
    unit_limit_of,
)
from bot.adapters.venues.jupiter.client import JupiterClient
from bot.adapters.venues.jupiter.executions import Executions
from bot.adapters.venues.jupiter.reading import Garbled
from bot.adapters.venues.jupiter.settings import NAME
from bot.domain.errors import Refusal, Unavailable
from bot.ports.chain_sending import ChainSending
from bot.ports.clock import Clock
from bot.ports.swap_venue import Execution, SwapOffer, SwapQuote, SwapRequest

_ORDER, _BUILD = "/swap/v2/order", "/swap/v2/build"
_MOST_ACCOUNTS = (None, 40, 28, 20)
"""A route through fewer accounts makes a smaller transaction: tried in turn until one fits."""
_MICRO = 1_000_000
_SIGNATURE_LAMPORTS = 5_000


class JupiterVenue:
    """Implements `bot.ports.swap_venue.SwapVenue`; the client is closed by who opened it."""

    def __init__(self, client: JupiterClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._executions = Executions(client, clock)

    async def quote(self, request: SwapRequest) -> SwapQuote:
        """Give what a swap would give; raises `Refusal` or `Unavailable`."""
        found, asked_at = await self._asked(_ORDER, self._order_query(request))
        return self._quoted(found, request, asked_at)

    async def offer(self, request: SwapRequest) -> SwapOffer:
        """Give a quote with Jupiter's own transaction; raises `Refusal` or `Unavailable`."""
        query = self._order_query(request) | {"taker": request.taker}
        if request.most_priority_lamports is not None:
            query |= {
                "priorityFeeLamports": str(request.most_priority_lamports),
                "broadcastFeeType": "maxCap",
            }
        if request.tip_lamports:
            query["jitoTipLamports"] = str(request.tip_lamports)
        found, asked_at = await self._asked(_ORDER, query)
        quote = self._quoted(found, request, asked_at)
        try:
            return read_offer(found, request, quote)
        except Garbled as error:
            raise _garbled(error) from error

    async def build(self, request: SwapRequest, sending: ChainSending) -> SwapOffer:
        """Give a quote with a transaction of our own making, to be sent by ourselves.

        It is tried out first: that tells how many units it uses, and whether it would work at
        all. Raises as `offer` does.
        """
        for most_accounts in _MOST_ACCOUNTS:
            quote, recipe = await self._recipe(request, most_accounts)
            try:
                raw = compiled(recipe, request.taker, unit_limit=MOST_UNITS, unit_price=0)
            except Garbled as error:
                raise _garbled(error) from error
            if len(raw) <= PACKET_BYTES:
                return await self._priced(request, quote, recipe, raw, sending)
        raise Refusal("swap_too_large")

    async def execute(
        self,
        request_id: str,
        signed: bytes,
        last_valid_block_height: int,
        *,
        is_first_post: bool,
    ) -> Execution:
        """Hand a signed order in; never raises but for cancellation."""
        return await self._executions.execute(
            request_id, signed, last_valid_block_height, is_first_post=is_first_post
        )

    async def _recipe(
        self, request: SwapRequest, most_accounts: int | None
    ) -> tuple[SwapQuote, Recipe]:
        query = _swap_query(request) | {"taker": request.taker}
        if request.tip_lamports:
            query["tipAmount"] = str(request.tip_lamports)
        if most_accounts is not None:
            query["maxAccounts"] = str(most_accounts)
        found, asked_at = await self._asked(_BUILD, query)
        quote = self._quoted(found, request, asked_at)
        try:
            return quote, read_recipe(found)
        except Garbled as error:
            raise _garbled(error) from error

    async def _priced(
        self,
        request: SwapRequest,
        quote: SwapQuote,
        recipe: Recipe,
        tried: bytes,
        sending: ChainSending,
    ) -> SwapOffer:
        trial = await sending.try_out(tried)
        if trial.error is not None:
            raise Refusal("swap_would_fail", reason=trial.error)
        limit = unit_limit_of(trial.units)
        price = await sending.unit_price(units=limit)
        if request.most_priority_lamports is not None:
            price = min(price, request.most_priority_lamports * _MICRO // limit)
        raw = compiled(recipe, request.taker, unit_limit=limit, unit_price=price)
        try:
            return offer_of(
                quote,
                raw,
                taker=request.taker,
                request_id=None,
                last_valid_block_height=recipe.last_valid_block_height,
                signature_fee_lamports=_SIGNATURE_LAMPORTS,
                priority_fee_lamports=fee_of(limit, price) + request.tip_lamports,
                rent_lamports=0,
                expires_at=None,
            )
        except Garbled as error:
            raise _garbled(error) from error

    async def _asked(
        self, path: str, query: Mapping[str, str]
    ) -> tuple[Mapping[str, object], datetime]:
        asked_at = self._clock.now()
        return body_of(await self._client.get(path, query)), asked_at

    def _quoted(
        self, found: Mapping[str, object], request: SwapRequest, asked_at: datetime
    ) -> SwapQuote:
        try:
            return read_quote(found, request, asked_at=asked_at, now=self._clock.now())
        except Garbled as error:
            raise _garbled(error) from error

    def _order_query(self, request: SwapRequest) -> dict[str, str]:
        excluded = ",".join(self._client.settings.excluded_routers)
        return _swap_query(request) | ({"excludeRouters": excluded} if excluded else {})


def _swap_query(request: SwapRequest) -> dict[str, str]:
    return {
        "inputMint": request.mint_in,
        "outputMint": request.mint_out,
        "amount": str(request.amount_in),
        "slippageBps": str(request.slippage_bps),
    }


def _garbled(error: Garbled) -> Unavailable:
    return Unavailable(NAME, f"garbled: {error}")

"""What the inside asks of a place that swaps: a quote, a transaction to sign, its execution."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRequest:
    """A swap that somebody wants; amounts in base units.

    `taker` is the wallet that pays and receives. `most_priority_lamports` caps the priority fee
    (None: the venue's own choice), `tip_lamports` goes to a block engine so that the swap is not
    seen before it lands.
    """

    mint_in: str
    mint_out: str
    amount_in: int
    taker: str
    slippage_bps: int
    most_priority_lamports: int | None = None
    tip_lamports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLeg:
    """One pool of a route."""

    label: str
    pool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapQuote:
    """What a swap would give now; amounts in base units.

    `min_out` is what the slippage leaves at worst. `price_impact` is a fraction, above zero where
    the swap moves the price against itself. `fee_bps` is what venue and platform take, in
    `fee_mint`. `received_at` is when the answer was here, `quoted_at` when it was asked for.
    """

    mint_in: str
    mint_out: str
    amount_in: int
    out_amount: int
    min_out: int
    slippage_bps: int
    price_impact: Decimal
    router: str
    route: tuple[RouteLeg, ...]
    fee_bps: int
    fee_mint: str
    quoted_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOffer(SwapQuote):
    """A quote with the transaction that carries it out, to be checked and then signed.

    `transaction` is a whole transaction whose signature of the taker is still zeros: another's
    signature in it stays. `request_id` is what `execute` is told; None where the transaction is
    sent by ourselves. The three fees are in lamports, as the venue tells them: what they really
    are is in the transaction. It lands in a block up to `last_valid_block_height` or never.
    `is_ours_to_send` says that the taker's signature is the first and the last one missing: it is
    then known before sending, and the bytes may be sent by anybody.
    """

    request_id: str | None
    transaction: bytes
    last_valid_block_height: int
    signature_fee_lamports: int
    priority_fee_lamports: int
    rent_lamports: int
    expires_at: datetime | None
    is_ours_to_send: bool
    lookup_tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """The venue says that it landed. Book from the chain: its word is no proof, its amounts a hint.

    Amounts are in base units, None where it told none.
    """

    signature: str
    slot: int | None
    told_in: int | None
    told_out: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The signed bytes did not leave us, or cannot land as they stand: nothing happened.

    `code` is the venue's, None where it was never reached.
    """

    code: int | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Everything else: the bytes are out, and only the chain can tell what became of them.

    `code` and `words` are what the venue said, even where it said that it failed. `signature` is
    known where the transaction has been signed by its first signer.
    """

    code: int | None
    words: str
    signature: str | None


Execution = Executed | Rejected | Unknown


class SwapVenue(Protocol):
    """A place that swaps one token for another."""

    async def quote(self, request: SwapRequest) -> SwapQuote:
        """Give what a swap would give, without a transaction.

        Raises `Refusal` (`no_route`, `venue_refused`) where there can be none, `Unavailable`
        where the venue does not answer usefully.
        """

    async def offer(self, request: SwapRequest) -> SwapOffer:
        """Give a quote with its transaction; raises as `quote` does.

        Also `not_enough_for_swap` and `not_enough_for_fees` where the wallet lacks the means, and
        `swap_too_large` where the transaction does not fit into one packet.
        """

    async def execute(
        self,
        request_id: str,
        signed: bytes,
        last_valid_block_height: int,
        *,
        is_first_post: bool,
    ) -> Executed | Rejected | Unknown:
        """Hand in the signed transaction of an offer, and the same one again as often as needed.

        Never raises but for cancellation, after which the outcome is unknown. `is_first_post` says
        that these bytes were never handed to anybody before: only then is a refusal `Rejected`.
        """

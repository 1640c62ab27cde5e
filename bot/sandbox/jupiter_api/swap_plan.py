"""What a swap of the stand-in is to move: amounts, fees and who pays them."""

from dataclasses import dataclass

from solders.pubkey import Pubkey

from bot.sandbox.jupiter_api.routing import Route
from bot.sandbox.market.layouts.addresses import WSOL
from bot.sandbox.market.layouts.extensions import TRANSFER_FEE_CONFIG
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import Chain

BPS = 10_000
PLATFORM_FEE_BPS = 10
EXTENSIONS_START = 166
NEWER_FEE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPlan:
    """A swap in base units.

    The taker gives `amount_in`, of which `fee_in` goes to the platform; the maker gives
    `maker_gives` and `fee_out` to the platform. `amount_out` is what the taker has afterwards,
    less than `maker_gives` where the mint keeps a transfer fee.
    """

    taker: Pubkey
    given: Asset
    wanted: Asset
    route: Route
    amount_in: int
    fee_in: int
    maker_gives: int
    fee_out: int
    amount_out: int
    slippage_bps: int
    fee_bps: int

    @property
    def min_out(self) -> int:
        """What slippage leaves at worst, rounded down as the API does."""
        return self.amount_out * (BPS - self.slippage_bps) // BPS

    @property
    def fee_mint(self) -> Pubkey:
        """What the platform takes its fee in: SOL where there is SOL, else what comes out."""
        return self.given.mint if is_fee_on_input(self.given) else self.wanted.mint


def is_fee_on_input(given: Asset) -> bool:
    """Tell whether the platform takes its fee from what is given."""
    return given.mint == WSOL


def transfer_fee(chain: Chain, asset: Asset, amount: int) -> int:
    """Give what a Token-2022 mint keeps of a transfer, rounded up; the newer of its two fees.

    Layout and rounding: token-2022 `transfer_fee`.
    """
    account = chain.account(asset.mint)
    data = account.data if account else b""
    place = EXTENSIONS_START
    while place + 4 <= len(data):
        kind = int.from_bytes(data[place : place + 2], "little")
        size = int.from_bytes(data[place + 2 : place + 4], "little")
        if kind == TRANSFER_FEE_CONFIG:
            fee = data[place + 4 + NEWER_FEE :]
            most, bps = int.from_bytes(fee[8:16], "little"), int.from_bytes(fee[16:18], "little")
            return min(-(-amount * bps // BPS), most)
        place += 4 + size
    return 0

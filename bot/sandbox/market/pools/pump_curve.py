"""The pump.fun bonding curve: virtual reserves, fees paid beside the curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    PUMP,
    TOKEN_2022_PROGRAM,
    WSOL,
    anchor_discriminator,
    associated_token_account,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.fee_configs import CURVE_TIERS
from bot.sandbox.market.layouts.tokens import token_account
from bot.sandbox.market.pools.constant_product import (
    Trade,
    ceil_divide,
    swapped,
    trade_to,
    whole_price,
)
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import Placement

CURVE_SIZE = 151
OPENING_TOKENS, OPENING_LAMPORTS = 1_073_000_000_000_000, 30_000_000_000
NEVER_SOLD_TOKENS = 279_900_000_000_000
"""Virtual tokens minus real tokens: the same on every curve."""
RESERVED_TOKENS = 206_900_000_000_000
"""Tokens kept for the pool after graduation; the curve's account holds them too."""
TOTAL_SUPPLY = 10**15
BPS = 10_000
LAST_TOKENS = 1_000_000_000_000
"""The market stops short of buying a curve out: a sold-out curve is dead."""


@dataclass(slots=True, kw_only=True)
class PumpCurve:
    """A curve quoted in SOL, 151 bytes long; graduated when `complete`.

    Until its pool is made (`is_waiting`) a complete curve still holds what it raised.
    Arithmetic: buy_exact_sol_in in the IDL of pump-public-docs at 1b82215, sell in
    @pump-fun/pump-sdk 2.0.0.
    """

    base: Asset
    virtual_tokens: int = OPENING_TOKENS
    virtual_lamports: int = OPENING_LAMPORTS
    complete: bool = False
    is_waiting: bool = False
    kind: str = "pump_curve"

    @property
    def quote(self) -> Asset:
        """Wrapped SOL; the curve itself holds plain lamports."""
        return Asset(mint=WSOL, decimals=9)

    @property
    def address(self) -> Pubkey:
        """Where the curve is."""
        return derive(PUMP, b"bonding-curve", self.base.mint)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The curve's token account."""
        return [associated_token_account(self.address, self.base.mint, self.base.program)]

    @property
    def reserves(self) -> tuple[int, int]:
        """Base and quote that the curve works with."""
        return self.virtual_tokens, self.virtual_lamports

    def price(self) -> Decimal:
        """Give SOL per whole token."""
        return whole_price(*self.reserves, self.base.scale, self.quote.scale)

    def move_to(self, price: Decimal) -> None:
        """Swap to a price, as far as there are tokens to buy or SOL to be paid."""
        ratio = price * self.quote.scale / self.base.scale
        trade = trade_to(ratio, *self.reserves, Decimal(0))
        if trade is not None:
            self._apply(self._clamped(trade))

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units, after fees."""
        if sells_base:
            out = self._apply(Trade(sells_base=True, amount_in=amount_in))
            return out - sum(ceil_divide(out * bps, BPS) for bps in self._fees)
        net = amount_in * BPS // (BPS + sum(self._fees))
        over = net + sum(ceil_divide(net * bps, BPS) for bps in self._fees) - amount_in
        net -= max(0, over)
        out = min(swapped(net - 1, self.virtual_lamports, self.virtual_tokens), self._real_tokens)
        self.virtual_lamports += net
        self.virtual_tokens -= out
        return out

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the curve and its token account."""
        del rent_lamports
        yield Placement(
            address=self.address, owner=PUMP, data=self._data(), extra_lamports=self._real_lamports
        )
        held = 0 if self._is_empty else self._real_tokens + RESERVED_TOKENS
        data = token_account(
            self.base.mint,
            self.address,
            held,
            immutable_owner=self.base.program == TOKEN_2022_PROGRAM,
        )
        yield Placement(address=self.vaults[0], owner=self.base.program, data=data)

    @property
    def _is_empty(self) -> bool:
        return self.complete and not self.is_waiting

    @property
    def _real_tokens(self) -> int:
        return 0 if self.complete else self.virtual_tokens - NEVER_SOLD_TOKENS

    @property
    def _real_lamports(self) -> int:
        return 0 if self._is_empty else self.virtual_lamports - OPENING_LAMPORTS

    @property
    def _fees(self) -> tuple[int, int]:
        return CURVE_TIERS[0].protocol_bps, CURVE_TIERS[0].creator_bps

    def _clamped(self, trade: Trade) -> Trade:
        if trade.sells_base:
            most = OPENING_TOKENS - self.virtual_tokens
        else:
            fewest = NEVER_SOLD_TOKENS + LAST_TOKENS
            most = self.virtual_tokens * self.virtual_lamports // fewest - self.virtual_lamports
        return Trade(sells_base=trade.sells_base, amount_in=max(0, min(trade.amount_in, most)))

    def _apply(self, trade: Trade) -> int:
        if trade.sells_base:
            out = swapped(trade.amount_in, self.virtual_tokens, self.virtual_lamports)
            out = min(out, self._real_lamports)
            self.virtual_tokens += trade.amount_in
            self.virtual_lamports -= out
        else:
            out = swapped(trade.amount_in, self.virtual_lamports, self.virtual_tokens)
            self.virtual_lamports += trade.amount_in
            self.virtual_tokens -= out
        return out

    def _data(self) -> bytes:
        data = AccountData(CURVE_SIZE, anchor_discriminator("BondingCurve"))
        virtual = (0, 0) if self._is_empty else self.reserves
        amounts = (*virtual, self._real_tokens, self._real_lamports, TOTAL_SUPPLY)
        for position, value in enumerate(amounts):
            data.unsigned(8 + 8 * position, value)
        data.unsigned(48, int(self.complete), 8)
        data.key(49, made_up_address("pump creator", self.base.mint))
        return bytes(data)

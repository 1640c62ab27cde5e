"""From what a live transaction did to a wallet to the books: its transfers and its position."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.ledger import AccountKey, AccountKind, TransferCode
from bot.domain.live_orders import LiveAttempt, LiveIntent, LiveSide, OddOutcome
from bot.domain.money import Rounding, portion
from bot.domain.orders import Fill, OrderAction, SwapVenueKind, Timestamps
from bot.domain.positions import Position, PositionState, Side
from bot.domain.transaction_bytes import signature_count
from bot.engine.decided import Decided, settlement_of
from bot.engine.paper_venue import average_price
from bot.engine.settlement import (
    CASH,
    FEES,
    MARKET,
    Planned,
    moves,
    position_account,
    reduced,
    token_account,
)
from bot.ports.books import Desk, Settlement
from bot.ports.chain_sending import WalletChange

_BASE_FEE_LAMPORTS = 5_000  # for each signature; the rest of a fee is priority
_OUTSIDE = AccountKey(kind=AccountKind.EXTERNAL, asset=SOL_MINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedSwap:
    """A swap that landed, and all that its booking needs to know. Wrapped SOL counts as SOL."""

    desk: Desk
    intent: LiveIntent
    attempt: LiveAttempt
    token: Token
    change: WalletChange
    at: datetime

    def settled(self) -> Settlement:
        """Give its booking, by the actual amounts; raises `OddOutcome` where they make no swap."""
        self._check()
        is_buy = self.intent.side is LiveSide.BUY
        decided = self._bought() if is_buy else self._sold()
        times = Timestamps(
            source_at=self.intent.source_at,
            received_at=self.intent.received_at,
            decided_at=self.intent.decided_at,
            filled_at=self.at,
        )
        action = OrderAction.OPEN if is_buy else OrderAction.CLOSE
        settled = settlement_of(self._unheld, action, decided, "", times)
        # What has happened is booked, whoever was frozen meanwhile.
        return replace(settled, request_hash=self.intent.request_hash, is_forced=True)

    @property
    def _unheld(self) -> Desk:
        """Give the desk as it is once this intent's own hold is let go."""
        wallet = self.desk.wallet
        cash = wallet.cash_lamports + self.intent.hold_lamports
        return replace(self.desk, wallet=replace(wallet, cash_lamports=cash))

    @property
    def _units(self) -> int:
        return abs(self.change.tokens.get(self.token.mint, 0))

    @property
    def _lamports(self) -> int:
        return abs(self.change.traded_lamports + self.change.tokens.get(SOL_MINT, 0))

    @property
    def _costs_lamports(self) -> int:
        return self.change.fee_lamports + self.change.tip_lamports

    def _check(self) -> None:
        sol = self.change.traded_lamports + self.change.tokens.get(SOL_MINT, 0)
        units = self.change.tokens.get(self.token.mint, 0)
        is_swap = sol < 0 < units if self.intent.side is LiveSide.BUY else units < 0 < sol
        others = set(self.change.tokens) - {SOL_MINT, self.token.mint}
        if not is_swap or any(self.change.tokens[mint] < 0 for mint in others):
            raise OddOutcome(f"{self.change.signature} is no {self.intent.side} of this token")
        spent = self._lamports if self.intent.side is LiveSide.BUY else self._units
        if spent > self.intent.amount_in:
            raise OddOutcome(f"{self.change.signature} took {spent}, over {self.intent.amount_in}")

    def _bought(self) -> Decided:
        standing = self._standing() or self._new_position()
        paid = self._lamports + self._costs_lamports
        units, cost = standing.token_units + self._units, standing.cost_lamports + paid
        position = replace(
            standing,
            token_units=units,
            cost_lamports=cost,
            fees_lamports=standing.fees_lamports + self._costs_lamports,
            entry_price=average_price(cost, units, self.token.decimals),
        )
        holding = token_account(AccountKind.HOLDING, self.token.mint)
        market = token_account(AccountKind.MARKET, self.token.mint)
        withheld = self._withheld
        swap: tuple[Planned, ...] = (
            (CASH, MARKET, self._lamports, TransferCode.SWAP_IN),
            (market, holding, self._units + withheld, TransferCode.SWAP_OUT),
            (holding, market, withheld, TransferCode.TRANSFER_FEE),
        )
        return self._decided(position, swap, -paid, realised=None)

    def _sold(self) -> Decided:
        standing = self._standing()
        if standing is None or self._units > standing.token_units:
            raise OddOutcome(f"{self.change.signature} sold more than the position holds")
        left = standing.token_units - self._units
        staying = portion(standing.cost_lamports, left, standing.token_units, Rounding.DOWN)
        realised = self._lamports - self._costs_lamports - (standing.cost_lamports - staying)
        position = reduced(
            standing,
            units=self._units,
            collateral_left_lamports=0,
            realised_lamports=realised,
            fee_lamports=self._costs_lamports,
            at=self.at,
            closed_as=PositionState.CLOSED,
        )
        # The emptied account stays on the chain, and its rent with it, until it is cleaned up.
        position = replace(position, rent_lamports=standing.rent_lamports)
        holding = token_account(AccountKind.HOLDING, self.token.mint)
        market = token_account(AccountKind.MARKET, self.token.mint)
        withheld = self._withheld
        swap: tuple[Planned, ...] = (
            (holding, market, self._units - withheld, TransferCode.SWAP_IN),
            (holding, market, withheld, TransferCode.TRANSFER_FEE),
            (MARKET, CASH, self._lamports, TransferCode.SWAP_OUT),
        )
        return self._decided(
            position, swap, self._lamports - self._costs_lamports, realised=realised
        )

    def _decided(
        self,
        position: Position,
        swap: tuple[Planned, ...],
        cash_lamports: int,
        *,
        realised: int | None,
    ) -> Decided:
        returned = min(max(0, -self.change.rent_lamports), position.rent_lamports)
        paid = max(0, self.change.rent_lamports)
        before = self._unheld.wallet.cash_lamports
        return Decided(
            fill=self._fill(),
            position=replace(position, rent_lamports=position.rent_lamports + paid - returned),
            transfers=moves(*swap, *self._fees(), *self._rent(position.number, returned)),
            wallet_after_lamports=before + cash_lamports - self.change.rent_lamports,
            rent_paid_lamports=paid,
            rent_returned_lamports=returned,
            realised_pnl_lamports=realised,
        )

    def _fees(self) -> tuple[Planned, ...]:
        fee = self.change.fee_lamports
        base = min(fee, _BASE_FEE_LAMPORTS * signature_count(self.attempt.raw))
        return (
            (CASH, FEES, base, TransferCode.NETWORK_FEE),
            (CASH, FEES, fee - base, TransferCode.PRIORITY_FEE),
            (CASH, FEES, self.change.tip_lamports, TransferCode.TIP),
        )

    def _rent(self, number: int, returned: int) -> tuple[Planned, ...]:
        """Give the rent's way; what no position of ours had paid comes from outside."""
        rent = position_account(AccountKind.RENT, number)
        found = max(0, -self.change.rent_lamports) - returned
        return (
            (CASH, rent, max(0, self.change.rent_lamports), TransferCode.RENT_PAID),
            (rent, CASH, returned, TransferCode.RENT_RETURNED),
            (_OUTSIDE, CASH, found, TransferCode.DEPOSIT),
        )

    @property
    def _withheld(self) -> int:
        return min(self.change.withheld.get(self.token.mint, 0), self._units)

    def _fill(self) -> Fill:
        is_buy = self.intent.side is LiveSide.BUY
        quoted = self.attempt.quoted_out
        lamports, units = (
            (self.intent.amount_in, quoted) if is_buy else (quoted, self.intent.amount_in)
        )
        return Fill(
            bought=is_buy,
            token_units=self._units,
            sol_lamports=self._lamports,
            decided_price=average_price(lamports, units, self.token.decimals),
            fill_price=average_price(self._lamports, self._units, self.token.decimals),
            impact=max(Decimal(0), self.attempt.impact),
            pool_fee_units=0,
            pool_fee_in_sol=True,
            network_fee_lamports=self._costs_lamports,
            pool_address=self.change.signature,
            pool_kind=SwapVenueKind.JUPITER,
            slot=self.change.slot,
            transfer_fee_units=self._withheld,
        )

    def _standing(self) -> Position | None:
        wanted, token_id = self.intent.position_number, self.intent.token_id
        for position in self.desk.positions:
            if position.token_id == token_id and wanted in {None, position.number}:
                return position
        return None

    def _new_position(self) -> Position:
        return Position(
            number=self.desk.wallet.last_position + 1,
            token_id=self.intent.token_id,
            side=Side.LONG,
            state=PositionState.OPEN,
            token_units=0,
            cost_lamports=0,
            margin_lamports=0,
            proceeds_lamports=0,
            rent_lamports=0,
            leverage=1,
            realised_pnl_lamports=0,
            fees_lamports=0,
            entry_price=Decimal(0),
            opened_at=self.at,
        )

"""From what moved in a wallet without us to the books: its transfers, and what positions become."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bot.domain.identifiers import SOL_MINT
from bot.domain.instruments import Token
from bot.domain.ledger import AccountKey, AccountKind, TransferCode
from bot.domain.live_orders import OddOutcome
from bot.domain.money import Rounding, portion
from bot.domain.movements import Movement
from bot.domain.positions import Position, PositionState, Side
from bot.engine.paper_venue import average_price
from bot.engine.settlement import (
    CASH,
    FEES,
    MARKET,
    Planned,
    moves,
    position_account,
    token_account,
)
from bot.ports.live_movements import Cause, MovementBooking, MovementDesk

_OUTSIDE = AccountKey(kind=AccountKind.EXTERNAL, asset=SOL_MINT)
_LOOSE_RENT = position_account(AccountKind.RENT, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is known of tokens: those that are tracked, by mint, and what units would fetch now.

    `worth_lamports` is by mint, of all units that came; none where nobody can tell.
    `least_lamports` is what a token has to be worth for a position of its own.
    """

    tokens: Mapping[str, Token]
    worth_lamports: Mapping[str, int]
    least_lamports: int


@dataclass(slots=True, kw_only=True)
class MovementPlan:
    """Works a movement out; the chain's amounts are taken as they are, to the last unit."""

    desk: MovementDesk
    prices: Prices
    at: datetime
    _changed: dict[int, tuple[str, Position]] = field(default_factory=dict)
    _planned: list[Planned] = field(default_factory=list)

    def booked(self, movement: Movement, cause: Cause) -> MovementBooking:
        """Give a movement's booking; raises `OddOutcome` where more left than the books have."""
        returned = self._rents(movement, CASH if cause is Cause.CLEANUP else _OUTSIDE)
        if cause is Cause.CLEANUP:
            # What the accounts gave back less what arrived is the network's.
            fee = returned - movement.lamports
            self._plan(CASH, FEES, max(0, fee), TransferCode.CLEANUP_FEE)
            self._outside(_OUTSIDE, CASH, max(0, -fee))
        else:
            self._outside(_OUTSIDE, CASH, movement.lamports)
        for mint, units in movement.tokens.items():
            if units > 0:
                self._came(mint, units)
            else:
                self._left(mint, -units)
        return self._booking()

    def adopted(self) -> MovementBooking:
        """Give the booking that makes positions of unlisted tokens which are tracked and priced."""
        for mint, units in self.desk.unlisted.items():
            if self._has_place(mint):
                unlisted = token_account(AccountKind.UNLISTED, mint)
                holding = token_account(AccountKind.HOLDING, mint)
                self._plan(unlisted, holding, units, TransferCode.ADOPTED)
                self._grow(mint, units)
        return self._booking()

    def _booking(self) -> MovementBooking:
        return MovementBooking(
            version=self.desk.version,
            positions=tuple(position for _, position in self._changed.values()),
            transfers=moves(*self._planned),
        )

    def _rents(self, movement: Movement, back_to: AccountKey) -> int:
        """Book what token accounts hold for themselves; gives what they gave back."""
        returned, loose = 0, self.desk.loose_rent_lamports
        for mint, lamports in movement.rents.items():
            if lamports > 0:
                self._plan(_OUTSIDE, _LOOSE_RENT, lamports, TransferCode.DEPOSIT)
                loose += lamports
                continue
            returned -= lamports
            left = self._rent_of_positions(mint, -lamports, back_to)
            from_loose = min(left, loose)
            self._plan(_LOOSE_RENT, back_to, from_loose, _returned(back_to))
            loose -= from_loose
            if left > from_loose:
                raise OddOutcome(f"{movement.signature} gave back rent that nobody had paid")
        return returned

    def _rent_of_positions(self, mint: str, lamports: int, back_to: AccountKey) -> int:
        """Take rent from the token's own positions; gives what is still lacking."""
        for position in self._of(mint):
            part = min(lamports, position.rent_lamports)
            rent = position_account(AccountKind.RENT, position.number)
            self._plan(rent, back_to, part, _returned(back_to))
            if part:
                self._set(mint, replace(position, rent_lamports=position.rent_lamports - part))
            lamports -= part
        return lamports

    def _came(self, mint: str, units: int) -> None:
        kind = AccountKind.HOLDING if self._has_place(mint) else AccountKind.UNLISTED
        outside = token_account(AccountKind.EXTERNAL, mint)
        self._plan(outside, token_account(kind, mint), units, TransferCode.DEPOSIT)
        if kind is AccountKind.HOLDING:
            self._grow(mint, units)

    def _has_place(self, mint: str) -> bool:
        """Tell whether a token is worth a position, or has one already."""
        if mint not in self.prices.tokens:
            return False
        least = max(1, self.prices.least_lamports)
        is_worth_it = self.prices.worth_lamports.get(mint, 0) >= least
        return is_worth_it or self._standing(mint) is not None

    def _grow(self, mint: str, units: int) -> None:
        """Add tokens to a position at what they are worth now: they bring no gain and no loss."""
        standing = self._standing(mint) or self._new_position(mint)
        brought = self.prices.worth_lamports.get(mint, 0)
        self._outside(_OUTSIDE, MARKET, brought)
        cost, held = standing.cost_lamports + brought, standing.token_units + units
        price = average_price(cost, held, self.prices.tokens[mint].decimals)
        grown = replace(standing, token_units=held, cost_lamports=cost, entry_price=price)
        self._set(mint, grown)

    def _left(self, mint: str, units: int) -> None:
        """Take tokens from positions, the oldest first, and their cost with them; then others."""
        outside = token_account(AccountKind.EXTERNAL, mint)
        for position in self._of(mint):
            part = min(units, position.token_units)
            if not part:
                continue
            holding = token_account(AccountKind.HOLDING, mint)
            self._plan(holding, outside, part, TransferCode.WITHDRAWAL)
            self._set(mint, self._less(position, part))
            units -= part
        if units > self.desk.unlisted.get(mint, 0):
            raise OddOutcome(f"{units} units of {mint} left that the books never had")
        unlisted = token_account(AccountKind.UNLISTED, mint)
        self._plan(unlisted, outside, units, TransferCode.WITHDRAWAL)

    def _less(self, position: Position, units: int) -> Position:
        left = position.token_units - units
        cost = portion(position.cost_lamports, left, position.token_units, Rounding.DOWN)
        self._outside(_OUTSIDE, MARKET, cost - position.cost_lamports)
        return replace(
            position,
            token_units=left,
            cost_lamports=cost,
            state=PositionState.OPEN if left else PositionState.CLOSED,
            closed_at=None if left else self.at,
        )

    def _standing(self, mint: str) -> Position | None:
        of_mint = self._of(mint)
        return next((each for each in of_mint if each.state is PositionState.OPEN), None)

    def _of(self, mint: str) -> list[Position]:
        by_number = {position.number: (of, position) for of, position in self.desk.positions}
        by_number |= self._changed
        return [position for of, position in by_number.values() if of == mint]

    def _set(self, mint: str, position: Position) -> None:
        self._changed[position.number] = (mint, position)

    def _new_position(self, mint: str) -> Position:
        number = max((self.desk.last_position, *self._changed)) + 1
        return Position(
            number=number,
            token_id=self.prices.tokens[mint].token_id,
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

    def _outside(self, outside: AccountKey, own: AccountKey, units: int) -> None:
        """Book what came from outside, or below zero what left for there."""
        if units > 0:
            self._plan(outside, own, units, TransferCode.DEPOSIT)
        else:
            self._plan(own, outside, -units, TransferCode.WITHDRAWAL)

    def _plan(self, debit: AccountKey, credit: AccountKey, units: int, code: TransferCode) -> None:
        self._planned.append((debit, credit, units, code))


def _returned(back_to: AccountKey) -> TransferCode:
    return TransferCode.RENT_RETURNED if back_to is CASH else TransferCode.WITHDRAWAL

"""The exchange inside a swap: one Jupiter route, or payments each way with known counterparties."""

from bot.domain.identifiers import decode_address
from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import token_account
from bot.domain.signing.intents import SwapIntent
from bot.domain.signing.own_accounts import OwnAccounts
from bot.domain.signing.steps import NativeTransfer, TokenTransfer

_WHOLE_BPS = 10_000


class Exchange:
    """Counts what is given and what is got; the chain does all of a message or nothing of it.

    `maker` is who signs beside the wallet, `counterparties` all that may be paid directly.
    """

    def __init__(
        self,
        intent: SwapIntent,
        own: OwnAccounts,
        counterparties: frozenset[bytes],
        maker: bytes | None,
    ) -> None:
        self._intent = intent
        self._own = own
        self._maker = maker
        self._counterparties = counterparties
        self._gives = decode_address(intent.mint_in)
        self._gets = decode_address(intent.mint_out)
        self._given: list[int] = []
        self._got: list[int] = []
        self._routes = 0

    def route(self) -> str:
        """Count a route by Jupiter."""
        self._routes += 1
        return "it shows Jupiter's pools a maker's signature" if self._maker else ""

    def native_leg(self, step: NativeTransfer) -> str:
        """Count SOL between the wallet and a counterparty."""
        source, destination = step.source.key, step.destination.key
        if source == self._own.wallet and destination in self._counterparties:
            self._given.append(step.lamports)
            return self._unless(self._gives == programs.WRAPPED_SOL)
        if source == self._maker and destination == self._own.wallet:
            self._got.append(step.lamports)
            return self._unless(self._gets == programs.WRAPPED_SOL)
        return "it sends SOL to somebody who has no part in this swap"

    def _unless(self, is_meant: bool) -> str:
        return "" if is_meant else "it sends SOL where a token is meant"

    def token_leg(self, step: TokenTransfer) -> str:
        """Count tokens between the wallet and a counterparty."""
        if not self._counterparties:
            return "it sends tokens, and nobody may be paid directly"
        if step.authority.key not in (self._own.wallet, self._maker):
            return "it moves tokens of a stranger"
        if step.source.key == self._own.of(self._gives):
            return self._giving(step)
        if self._own.takes(step.source.key, self._gets):
            return "it takes from the wallet what the wallet is to get"
        if self._maker is not None and not self._is_paid_by_maker(step):
            return "it takes tokens from an account that is not the maker's for this mint"
        return self._getting(step)

    def _giving(self, step: TokenTransfer) -> str:
        self._given.append(step.units)
        if step.authority.key != self._own.wallet:
            return "it lets somebody else take the wallet's tokens"
        if not self._is_of(step, self._gives):
            return "it sends another token than this swap is about"
        if not self._is_counterpartys(step.destination.key, self._gives):
            return "it sends tokens to an account that is no counterparty's for this mint"
        return ""

    def _getting(self, step: TokenTransfer) -> str:
        """Count what comes in; a counterparty's fee goes past the wallet.

        Where nobody co-signs, the wallet itself moves what a counterparty put aside for it as a
        delegate: from any account but its own, and the program refuses where it has no leave.
        """
        if not self._is_of(step, self._gets):
            return "it sends another token than this swap is about"
        if step.destination.key == self._own.of(self._gets):
            self._got.append(step.units)
            return ""
        if not self._is_counterpartys(step.destination.key, self._gets):
            return "it sends tokens to an account that is not the wallet's for this mint"
        return ""

    def _is_paid_by_maker(self, step: TokenTransfer) -> bool:
        if step.authority.key != self._maker:
            return False
        return step.source.key == token_account(
            self._maker, self._gets, self._own.mints[self._gets]
        )

    def _is_of(self, step: TokenTransfer, mint: bytes) -> bool:
        return (step.program, step.mint.key) == (self._own.mints[mint], mint)

    def _is_counterpartys(self, account: bytes, mint: bytes) -> bool:
        program = self._own.mints[mint]
        return any(account == token_account(each, mint, program) for each in self._counterparties)

    def reasons(self) -> list[str]:
        """Give why what happened is not the exchange that was meant."""
        if self._routes:
            is_alone = self._routes == 1 and not self._given and not self._got
            return [] if is_alone else ["it makes more than one exchange"]
        if not self._given or not self._got:
            return ["it is no payment each way"]
        return self._amount_reasons()

    def _amount_reasons(self) -> list[str]:
        intent, given = self._intent, sum(self._given)
        reasons = []
        if given != intent.amount_in:
            reasons.append(f"it gives {given} units where the intent says {intent.amount_in}")
        arrives = sum(after_transfer_fee(got, intent.transfer_fee_bps_out) for got in self._got)
        if arrives < intent.min_out:
            reasons.append(f"it brings {arrives} units, under {intent.min_out}")
        return reasons


def after_transfer_fee(units: int, fee_bps: int) -> int:
    """Give what arrives of a transfer when the mint keeps a fee, rounded up (Token-2022)."""
    return units - -(-units * fee_bps // _WHOLE_BPS)

"""A transfer: one payment of the exact amount to the one destination, and nothing else."""

from bot.domain.identifiers import decode_address
from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import is_on_curve, token_account
from bot.domain.signing.intents import TransferIntent
from bot.domain.signing.outlay import Outlay
from bot.domain.signing.rent import rent_of
from bot.domain.signing.rules import SigningRules
from bot.domain.signing.steps import (
    ComputeLimit,
    ComputePrice,
    CreateAccount,
    Memo,
    NativeTransfer,
    Step,
    TokenTransfer,
)

_NEVER_PAID = frozenset(
    {
        *programs.TOKEN_PROGRAMS,
        *programs.TIP_ACCOUNTS,
        programs.SYSTEM,
        programs.ASSOCIATED_TOKEN,
        programs.COMPUTE_BUDGET,
        programs.MEMO,
        programs.JUPITER,
        programs.WRAPPED_SOL,
    }
)


class TransferJudge:
    """Weighs the steps of a message that is to send something away."""

    def __init__(
        self, intent: TransferIntent, rules: SigningRules, other_signers: tuple[bytes, ...]
    ) -> None:
        self.reasons: list[str] = []
        self._intent = intent
        self._rules = rules
        self._wallet = decode_address(intent.wallet)
        self._mint = decode_address(intent.mint)
        self._program = decode_address(intent.token_program)
        self._destination = decode_address(intent.destination)
        self._payments = 0
        self._rent_lamports = 0
        if other_signers:
            self.reasons.append("somebody else signs it too")
        if not self._may_be_paid():
            self.reasons.append("the destination is no wallet of somebody else")

    def _may_be_paid(self) -> bool:
        destination = self._destination
        is_own = destination in (self._wallet, self._mint)
        return not is_own and destination not in _NEVER_PAID and is_on_curve(destination)

    def weigh(self, step: Step) -> str:
        """Give why a step does not belong into this transfer, or nothing where it does."""
        match step:
            case ComputeLimit() | ComputePrice() | Memo():
                return ""
            case NativeTransfer():
                return self._native(step)
            case TokenTransfer():
                return self._token(step)
            case CreateAccount():
                return self._create(step)
            case _:
                return "it has no place in a transfer"

    def _native(self, step: NativeTransfer) -> str:
        self._payments += 1
        if self._mint != programs.WRAPPED_SOL:
            return "it sends SOL where a token is meant"
        if (step.source.key, step.destination.key) != (self._wallet, self._destination):
            return "it sends SOL to somebody else than the intent says"
        return self._amount(step.lamports)

    def _token(self, step: TokenTransfer) -> str:
        self._payments += 1
        if self._mint == programs.WRAPPED_SOL or step.program != self._program:
            return "it sends tokens by another program than the intent says"
        source, destination = (
            token_account(owner, self._mint, self._program)
            for owner in (self._wallet, self._destination)
        )
        if (step.source.key, step.authority.key) != (source, self._wallet):
            return "it takes tokens from an account that is not the wallet's for this mint"
        if step.destination.key != destination or step.mint.key != self._mint:
            return "it sends tokens to another account than the destination's for this mint"
        return self._amount(step.units)

    def _amount(self, units: int) -> str:
        wanted = self._intent.amount
        return "" if units == wanted else f"it sends {units} units where the intent says {wanted}"

    def _create(self, step: CreateAccount) -> str:
        self._rent_lamports += rent_of(step.token_program.key, self._rules)
        if self._mint == programs.WRAPPED_SOL:
            return "it makes a token account where SOL is sent"
        wanted = token_account(self._destination, self._mint, self._program)
        found = (step.payer.key, step.owner.key, step.mint.key, step.token_program.key)
        if found != (self._wallet, self._destination, self._mint, self._program):
            return "it makes a token account for another purpose than this transfer"
        return "" if step.account.key == wanted else "it makes a token account elsewhere"

    def conclude(self) -> tuple[str, ...]:
        """Give all reasons against the message, those of its whole included."""
        if self._payments != 1:
            self.reasons.append(f"it makes {self._payments} payments where one is meant")
        if self._rent_lamports > self._intent.max_rent_lamports:
            self.reasons.append(
                f"new accounts may cost {self._rent_lamports} lamports, "
                f"over {self._intent.max_rent_lamports}"
            )
        return tuple(self.reasons)

    def outlay(self, fee_lamports: int) -> Outlay:
        """Give what the message costs the wallet at most."""
        is_native = self._mint == programs.WRAPPED_SOL
        return Outlay(
            given_lamports=self._intent.amount if is_native else 0,
            fee_lamports=fee_lamports,
            rent_lamports=self._rent_lamports,
            token_units=0 if is_native else self._intent.amount,
        )

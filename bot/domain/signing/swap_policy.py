"""A swap: what is given goes into one exchange, what comes back into the wallet's own accounts."""

from bot.domain.identifiers import decode_address
from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import token_account
from bot.domain.signing.exchange import Exchange
from bot.domain.signing.intents import SwapIntent
from bot.domain.signing.outlay import Outlay
from bot.domain.signing.own_accounts import OwnAccounts
from bot.domain.signing.rent import rent_of
from bot.domain.signing.route_policy import route_reason
from bot.domain.signing.rules import SigningRules
from bot.domain.signing.steps import (
    CloseAccount,
    ComputeLimit,
    ComputePrice,
    CreateAccount,
    CreateSwapAccount,
    Memo,
    NativeTransfer,
    Route,
    Step,
    SyncNative,
    TokenTransfer,
)


class SwapJudge:
    """Weighs the steps of a message that is to swap, by Jupiter or with a maker who co-signs."""

    def __init__(
        self, intent: SwapIntent, rules: SigningRules, other_signers: tuple[bytes, ...]
    ) -> None:
        self.reasons: list[str] = []
        self._intent = intent
        self._rules = rules
        self._wallet = decode_address(intent.wallet)
        self._gives = decode_address(intent.mint_in)
        programs_of = {
            self._gives: decode_address(intent.token_program_in),
            decode_address(intent.mint_out): decode_address(intent.token_program_out),
        }
        self._own = OwnAccounts(self._wallet, programs_of)
        self._counterparties = _decoded(rules.counterparties)
        self._tipped = programs.TIP_ACCOUNTS | _decoded(rules.more_tip_accounts)
        self._maker = self._known_maker(other_signers)
        self._exchange = Exchange(intent, self._own, self._counterparties, self._maker)
        self._wrapped_lamports = 0
        self._tip_lamports = 0
        self._rent_by_account: dict[bytes, int] = {}
        self._open_swap_account = False

    def _known_maker(self, other_signers: tuple[bytes, ...]) -> bytes | None:
        if not other_signers:
            return None
        if len(other_signers) > 1 or other_signers[0] not in self._counterparties:
            self.reasons.append("somebody signs it who is no known counterparty")
        return other_signers[0]

    def weigh(self, step: Step) -> str:
        """Give why a step does not belong into this swap, or nothing where it does."""
        match step:
            case ComputeLimit() | ComputePrice() | Memo():
                return ""
            case NativeTransfer():
                return self._native(step)
            case TokenTransfer():
                return self._exchange.token_leg(step)
            case Route():
                return self._route(step)
            case CreateAccount() | CreateSwapAccount():
                return self._create(step)
            case SyncNative() | CloseAccount():
                return self._wrapped_sol(step)

    def _native(self, step: NativeTransfer) -> str:
        if step.source.key != self._wallet:
            return self._exchange.native_leg(step)
        if step.destination.key in self._tipped:
            self._tip_lamports += step.lamports
            return ""
        if self._own.holds_sol(step.destination.key):
            self._wrapped_lamports += step.lamports
            self._note_swap_account(step.destination.key)
            return "" if self._gives == programs.WRAPPED_SOL else "it wraps SOL that is not given"
        return self._exchange.native_leg(step)

    def _route(self, step: Route) -> str:
        self._note_swap_account(step.source.key, step.destination.key)
        return route_reason(step, self._intent, self._own, self._rules) or self._exchange.route()

    def _create(self, step: CreateAccount | CreateSwapAccount) -> str:
        if isinstance(step, CreateSwapAccount):
            self._rent_by_account[step.account.key] = self._rules.account_rent_lamports
            self._note_swap_account(step.account.key)
            return "" if step.user.key == self._wallet else "it makes an account for somebody else"
        if step.payer.key == self._wallet:
            rent = rent_of(step.token_program.key, self._rules)
            self._rent_by_account[step.account.key] = rent
        elif step.payer.key != self._maker:
            return "it lets a stranger pay for a token account"
        return self._purpose(step)

    def _purpose(self, step: CreateAccount) -> str:
        mint, owner = step.mint.key, step.owner.key
        is_own = owner == self._wallet and mint in self._own.mints
        is_theirs = owner in self._counterparties and mint == self._gives
        if not is_own and not is_theirs:
            return "it makes a token account that this swap does not need"
        program = self._own.mints[mint]
        if step.token_program.key != program:
            return "it makes a token account by another program than the mint's"
        if step.account.key != token_account(owner, mint, program):
            return "it makes a token account at an address that is not its owner's"
        return ""

    def _wrapped_sol(self, step: SyncNative | CloseAccount) -> str:
        account = step.account.key
        if not self._own.holds_sol(account):
            return "it touches an account that is not the wallet's for wrapped SOL"
        if isinstance(step, CloseAccount):
            if step.program != programs.TOKEN:
                return "it closes wrapped SOL by another program than its own"
            if (step.destination.key, step.owner.key) != (self._wallet, self._wallet):
                return "it pays a closed account out to somebody else"
            self._rent_by_account.pop(account, None)
            if account == self._own.swap_account:
                self._open_swap_account = False
        return ""

    def _note_swap_account(self, *accounts: bytes) -> None:
        if self._own.swap_account in accounts:
            self._open_swap_account = True

    def conclude(self) -> tuple[str, ...]:
        """Give all reasons against the message, those of its whole included."""
        self.reasons += self._exchange.reasons()
        limits = (
            ("SOL is wrapped", self._wrapped_lamports, self._intent.amount_in),
            ("tips come", self._tip_lamports, self._intent.max_tip_lamports),
            ("new accounts may come", self._rent_lamports, self._intent.max_rent_lamports),
        )
        for what, lamports, most in limits:
            if lamports > most:
                self.reasons.append(f"{what} to {lamports} lamports, over {most}")
        if self._open_swap_account:
            self.reasons.append("it leaves Jupiter's account for wrapped SOL open")
        return tuple(self.reasons)

    @property
    def _rent_lamports(self) -> int:
        return sum(self._rent_by_account.values())

    def outlay(self, fee_lamports: int) -> Outlay:
        """Give what the message costs the wallet at most."""
        is_native = self._gives == programs.WRAPPED_SOL
        return Outlay(
            given_lamports=self._intent.amount_in if is_native else 0,
            fee_lamports=fee_lamports,
            tip_lamports=self._tip_lamports,
            rent_lamports=self._rent_lamports,
            token_units=0 if is_native else self._intent.amount_in,
        )


def _decoded(addresses: frozenset[str]) -> frozenset[bytes]:
    return frozenset(decode_address(address) for address in addresses)

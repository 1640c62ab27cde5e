"""A cleanup: the named token accounts of the wallet are closed, to the wallet, and nothing else."""

from bot.domain.identifiers import decode_address
from bot.domain.signing.intents import CleanupIntent
from bot.domain.signing.outlay import Outlay
from bot.domain.signing.steps import CloseAccount, ComputeLimit, ComputePrice, Step


class CleanupJudge:
    """Weighs the steps of a message that is to close empty accounts.

    That an account is empty, its token program demands: it closes no other, but for wrapped SOL,
    whose lamports go to the wallet like its rent. Whose account it is, the program checks too.
    """

    def __init__(self, intent: CleanupIntent, other_signers: tuple[bytes, ...]) -> None:
        self.reasons: list[str] = []
        self._wallet = decode_address(intent.wallet)
        pairs = zip(intent.accounts, intent.token_programs, strict=True)
        self._open = {decode_address(each): decode_address(program) for each, program in pairs}
        if other_signers:
            self.reasons.append("somebody else signs it too")

    def weigh(self, step: Step) -> str:
        """Give why a step does not belong into this cleanup, or nothing where it does."""
        match step:
            case ComputeLimit() | ComputePrice():
                return ""
            case CloseAccount():
                return self._close(step)
            case _:
                return "it has no place in a cleanup"

    def _close(self, step: CloseAccount) -> str:
        if (step.destination.key, step.owner.key) != (self._wallet, self._wallet):
            return "it pays a closed account out to somebody else"
        if step.account.key not in self._open:
            return "it closes another account than the intent says"
        if self._open.pop(step.account.key) != step.program:
            return "it closes an account by another program than the account's"
        return ""

    def conclude(self) -> tuple[str, ...]:
        """Give all reasons against the message, those of its whole included."""
        if self._open:
            self.reasons.append(f"it leaves {len(self._open)} of the intent's accounts open")
        return tuple(self.reasons)

    def outlay(self, fee_lamports: int) -> Outlay:
        """Give what the message costs the wallet at most."""
        return Outlay(fee_lamports=fee_lamports)

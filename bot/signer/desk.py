"""The signer's one decision: whether this message is signed for this intent, and only once."""

from collections.abc import Mapping

import structlog

from bot import __version__
from bot.adapters.signing.answers import Answer, Failed, Refused, Sealed, Signed, Sound, Trouble
from bot.adapters.signing.requests import (
    AdoptRequest,
    CheckRequest,
    HealthRequest,
    NewWalletRequest,
    Request,
    ResealRequest,
    SignRequest,
)
from bot.domain.live_wallets import KeyDamaged, MasterKeyMissing
from bot.domain.signing.attempts import Attempt, attempt_at, attempt_reasons
from bot.domain.signing.caps import Caps, cap_reasons
from bot.domain.signing.intents import given_mint
from bot.domain.signing.outlay import Outlay
from bot.domain.signing.policy import Judgement, judge
from bot.domain.signing.rules import SigningRules
from bot.ports.clock import Clock
from bot.ports.key_vault import KeyVault
from bot.ports.signer import SignerHealth
from bot.signer.journal import JournalFailed
from bot.signer.memory import Memory
from bot.signer.typed_keys import NoKeyTyped, seed_of

_log = structlog.get_logger(__name__)


class Desk:
    """Answers requests, one at a time; it trusts nothing of what it is told but its own files."""

    def __init__(
        self,
        *,
        vault: KeyVault,
        memory: Memory,
        rules: SigningRules,
        caps: Caps,
        clock: Clock,
        is_dumpable: bool,
    ) -> None:
        self._vault = vault
        self._memory = memory
        self._rules = rules
        self._caps = caps
        self._clock = clock
        self._is_dumpable = is_dumpable
        self._untold: list[Mapping[str, object]] = []

    def answer(self, request: Request) -> Answer:
        """Give the answer to a request; whatever is wrong with it is an answer too."""
        try:
            return self._answer(request)
        except KeyDamaged as error:
            _log.error("key damaged", user_id=error.user_id, number=error.number, fault=error.fault)
            return Failed(trouble=Trouble.KEY_DAMAGED, words=str(error.fault))
        except MasterKeyMissing as error:
            return Failed(trouble=Trouble.MASTER_KEY_MISSING, words=error.detail)
        except JournalFailed as error:
            _log.error("journal failed", words=str(error))
            return Failed(trouble=Trouble.JOURNAL, words=str(error))

    def _answer(self, request: Request) -> Answer:
        match request:
            case SignRequest():
                return self._sign(request)
            case NewWalletRequest():
                return Sealed(key=self._vault.create(request.user_id, request.number))
            case AdoptRequest():
                return self._adopt(request)
            case CheckRequest():
                self._vault.check(request.key)
                return Sound()
            case ResealRequest():
                return Sealed(key=self._vault.reseal(request.key))
            case HealthRequest():
                return self.health()

    def tell(self) -> None:
        """Log what was signed since the last time: the asker waits for the answer, and not for it.

        The journal has it before, so nothing is lost with a line of the log.
        """
        untold, self._untold = self._untold, []
        for words in untold:
            _log.info("signing", **words)

    def health(self) -> SignerHealth:
        """Tell how the signer is."""
        return SignerHealth(
            version=__version__,
            newest_key_version=self._vault.newest_version,
            signatures=self._memory.signatures,
            is_dumpable=self._is_dumpable,
        )

    def _adopt(self, request: AdoptRequest) -> Answer:
        try:
            with seed_of(request.typed) as seed:
                return Sealed(key=self._vault.adopt(request.user_id, request.number, seed))
        except NoKeyTyped as error:
            return Refused(reasons=(str(error),))

    def _sign(self, request: SignRequest) -> Answer:
        intent = request.intent
        is_same_owner = (request.key.address, request.key.user_id) == (
            intent.wallet,
            intent.user_id,
        )
        if not is_same_owner:
            return self._refused(request, ("the key is not that of the intent's wallet and user",))
        judgement = judge(request.message, intent, request.lookup_tables, self._rules)
        if judgement.reasons:
            return self._refused(request, judgement.reasons)
        attempt, reasons = self._attempt(request, judgement)
        if reasons:
            return self._refused(request, reasons)
        # What does not open must neither count as an attempt nor use up a cap, so it is opened
        # first; what is signed leaves this method only once it is written down.
        signature = self._vault.sign(request.key, request.message)
        if self._memory.former(intent.intent_id) != attempt:
            self._note(request, attempt, judgement.outlay)
        return Signed(signature=signature)

    def _attempt(
        self, request: SignRequest, judgement: Judgement
    ) -> tuple[Attempt, tuple[str, ...]]:
        intent, now = request.intent, self._memory.moment(self._clock.now())
        attempt = attempt_at(intent, request.message, judgement.blockhash, now)
        former = self._memory.former(intent.intent_id)
        reasons = attempt_reasons(former, attempt, request.former)
        if reasons:
            return attempt, reasons
        if former is not None and former.number == attempt.number:
            return former, ()
        mint = given_mint(intent)
        spent = self._memory.spent(intent.wallet, mint, now)
        return attempt, cap_reasons(intent, judgement.outlay, spent, self._caps)

    def _note(self, request: SignRequest, attempt: Attempt, outlay: Outlay) -> None:
        intent = request.intent
        self._memory.note(intent, attempt, outlay, request.former)
        self._untold.append({
            "intent": intent.intent_id, "attempt": attempt.number, "wallet": intent.wallet,
            "message": attempt.message_hash, "lamports": outlay.lamports,
        })  # fmt: skip

    def _refused(self, request: SignRequest, reasons: tuple[str, ...]) -> Refused:
        intent = request.intent
        _log.warning("refused", intent=intent.intent_id, attempt=intent.attempt,
                     wallet=intent.wallet, reasons=reasons)  # fmt: skip
        return Refused(reasons=reasons)

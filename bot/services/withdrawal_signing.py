"""Write, judge, sign and commit a payment: before that nothing of it may leave."""

import structlog

from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.domain.live_orders import AttemptState
from bot.domain.live_wallets import KeyDamaged, SealedKey
from bot.domain.signing.intents import FormerExpired, TransferIntent, UnsoundIntent
from bot.domain.signing.network_fee import BASE_FEE_LAMPORTS
from bot.domain.signing.policy import violations
from bot.domain.signing.transfer_message import transfer_message, units_of, writable_of
from bot.domain.transaction_bytes import SIGNATURE_BYTES, signature_text, signed_by_payer
from bot.domain.withdrawals import Payment, Withdrawal
from bot.ports.chain_sending import Blockhash
from bot.ports.signer import SigningRefused
from bot.ports.withdrawals import Kept
from bot.services.withdrawal_means import WithdrawalMeans

_SOL_DECIMALS = 9
_MICRO = 1_000_000
_log = structlog.get_logger(__name__)


class WithdrawalSigning:
    """Makes payments for withdrawals; whether one may be made, the database has the last word."""

    def __init__(self, means: WithdrawalMeans) -> None:
        self._means = means

    async def begin(self, withdrawal: Withdrawal) -> Payment | None:
        """Sign and commit a payment; None where somebody else's stands already.

        Needs no permission: whoever may has proved it. Raises `Refusal` where there can be no
        payment, `Unavailable` where there may be one later.
        """
        key = await self._means.live.wallets.key_of(withdrawal.user_id, withdrawal.wallet_number)
        if key is None or key.address != withdrawal.wallet_address:
            raise Refusal("live_no_wallet")
        payment = await self._signed(withdrawal, key)
        kept, lacking = await self._means.book.commit(payment)
        match kept:
            case Kept.BOOKED:
                return payment
            case Kept.OVERTAKEN | Kept.ENDED:
                return None
            case Kept.LACKING:
                raise Refusal("withdrawal_lacks", needs=(lacking,))

    async def _signed(self, withdrawal: Withdrawal, key: SealedKey) -> Payment:
        number = len(withdrawal.payments) + 1
        intent = _intent_of(withdrawal, number)
        blockhash = await self._means.live.chain.latest_blockhash()
        message = await self._message(withdrawal, intent, blockhash)
        reasons = violations(message, intent, {}, self._means.live.signing_rules)
        if reasons:
            raise Refusal("live_not_signed", reason=reasons[0])
        await self._try_out(message)
        signature = await self._sign(withdrawal, key, intent, message)
        return Payment(
            user_id=withdrawal.user_id,
            withdrawal_number=withdrawal.number,
            number=number,
            state=AttemptState.SIGNED,
            signature=signature_text(signature),
            raw=signed_by_payer(_unsigned(message), signature),
            last_valid_block_height=blockhash.last_valid_block_height,
            signed_at=self._means.live.clock.now(),
        )

    async def _message(
        self, withdrawal: Withdrawal, intent: TransferIntent, blockhash: Blockhash
    ) -> bytes:
        units = units_of(intent)
        price = await self._means.live.chain.unit_price(writable_of(intent), units=units)
        # Within the cap, whatever the market asks: then it takes longer.
        dearest = (intent.max_network_fee_lamports - BASE_FEE_LAMPORTS) * _MICRO // units
        return transfer_message(
            intent,
            decimals=self._decimals(withdrawal),
            blockhash=blockhash.blockhash,
            micro_lamports=min(price, dearest),
        )

    def _decimals(self, withdrawal: Withdrawal) -> int:
        if withdrawal.mint == SOL_MINT:
            return _SOL_DECIMALS
        token = self._means.token_of(withdrawal)
        if token is None:
            raise Unavailable("tokens", f"token {withdrawal.token_id} is not tracked")
        return token.decimals

    async def _try_out(self, message: bytes) -> None:
        """Run it without effect: what the chain would refuse would cost its fee."""
        trial = await self._means.live.chain.try_out(_unsigned(message))
        if trial.error is not None:
            # It may be a node that is behind: there is time, until whoever waits gives up.
            raise Unavailable("Solana RPC", f"a trial says {trial.error}")

    async def _sign(
        self, withdrawal: Withdrawal, key: SealedKey, intent: TransferIntent, message: bytes
    ) -> bytes:
        former = await self._former(withdrawal)
        try:
            return await self._means.live.signer.sign(key, intent, message, {}, former)
        except SigningRefused as error:
            _log.warning("withdrawal_not_signed", intent=intent.intent_id, reasons=error.reasons)
            raise Refusal("live_not_signed", reason=str(error)) from error
        except KeyDamaged as error:
            _log.exception("live_key_damaged")
            raise Refusal("live_not_signed", reason=error.fault.value) from error

    async def _former(self, withdrawal: Withdrawal) -> FormerExpired | None:
        """Tell the signer why the payment before this one cannot land any more."""
        if withdrawal.last is None:
            return None
        words = await self._means.live.chain.block_heights()
        heights = [word.block_height for word in words if word.block_height is not None]
        last = withdrawal.last.last_valid_block_height
        beyond = tuple(height for height in heights if height > last)
        if len(beyond) < self._means.live.rules.nodes_needed:
            raise Unavailable("Solana RPC", "too few nodes are past the last payment")
        return FormerExpired(last_valid_block_height=last, seen_heights=beyond)


def _unsigned(message: bytes) -> bytes:
    """Give the transaction with its one signature still missing."""
    return b"\x01" + bytes(SIGNATURE_BYTES) + message


def _intent_of(withdrawal: Withdrawal, number: int) -> TransferIntent:
    """Say what is signed for, in the signer's terms."""
    try:
        return TransferIntent(
            intent_id=f"{withdrawal.user_id}:withdrawal:{withdrawal.number}",
            user_id=withdrawal.user_id,
            wallet=withdrawal.wallet_address,
            mint=withdrawal.mint,
            token_program=withdrawal.token_program,
            amount=withdrawal.amount,
            destination=withdrawal.destination,
            max_network_fee_lamports=withdrawal.most_fee_lamports,
            max_rent_lamports=withdrawal.most_rent_lamports,
            attempt=number,
        )
    except UnsoundIntent as error:
        raise Refusal("live_not_signed", reason=str(error)) from error

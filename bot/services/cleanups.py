"""Close empty token accounts of a live wallet, so that their rent comes back, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from bot.domain.cleanups import Cleanup, CleanupState
from bot.domain.errors import Refusal, Unavailable
from bot.domain.landing import Fate, judge
from bot.domain.live_wallets import KeyDamaged
from bot.domain.movements import TokenPlace
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.signing.cleanup_message import cleanup_message, cleanup_units
from bot.domain.signing.intents import MOST_CLOSED, CleanupIntent
from bot.domain.signing.network_fee import BASE_FEE_LAMPORTS
from bot.domain.signing.policy import violations
from bot.domain.transaction_bytes import SIGNATURE_BYTES, signature_text
from bot.domain.users import Permission, User
from bot.ports.cleanups import CleanupBook
from bot.ports.live_orders import LiveBalances
from bot.ports.signer import SigningRefused
from bot.services.live_differences import asked_of
from bot.services.movement_means import MovementMeans

_LATEST = timedelta(minutes=2)
_MICRO = 1_000_000
_log = structlog.get_logger(__name__)


class CleanupNotices(Protocol):
    """What people are told of cleanups that came to nothing; one that landed tells its movement."""

    def ended(self, cleanup: Cleanup) -> Sequence[Notice]:
        """Tell that nothing was closed, and that it may be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupView:
    """The accounts that one cleanup would close, what comes back, and what it costs at most."""

    wallet: LiveBalances
    places: tuple[TokenPlace, ...]
    rent_lamports: int
    fee_lamports: int
    more: int


class Cleanups:
    """Use cases of giving rent back; what landed is booked by who follows the wallets."""

    def __init__(self, means: MovementMeans, book: CleanupBook, notices: CleanupNotices) -> None:
        self._means = means
        self._live = means.live
        self._book = book
        self._notices = notices

    async def look(self, user: User) -> CleanupView | None:
        """Give what can be closed, tried out on the chain; None where there is nothing.

        Raises `Refusal` where there is no wallet, `Unavailable` where no node answers.
        """
        user.require(Permission.LEAVE_LIVE)
        wallet = await self._wallet(user.user_id)
        (chain,) = await self._means.balances.of_all([asked_of(wallet)])
        if chain is None:
            raise Unavailable("Solana RPC", "the wallet's accounts")
        empty = sorted(chain.empty, key=lambda place: -chain.empty[place])
        closable = await self._closable(wallet, empty[:MOST_CLOSED])
        if not closable:
            return None
        price = await self._live.chain.unit_price(units=cleanup_units(len(closable)))
        return CleanupView(
            wallet=wallet,
            places=closable,
            rent_lamports=sum(chain.empty[place] for place in closable),
            fee_lamports=_fee(len(closable), price),
            more=max(0, len(empty) - MOST_CLOSED),
        )

    async def place(
        self, request: Request, answer: Callable[[CleanupView], Sequence[Notice]]
    ) -> None:
        """Plan the closing of what is empty now; `answer` and the update's end go with it.

        The same request plans once. Raises `Refusal` where there is nothing to close, or the
        wallet is under way.
        """
        request.user.require(Permission.LEAVE_LIVE)
        view = await self.look(request.user)
        if view is None:
            raise Refusal("live_nothing_empty")
        cleanup = Cleanup(
            user_id=request.user.user_id,
            number=0,
            request_id=request.request_id,
            wallet_number=view.wallet.wallet_number,
            wallet_address=view.wallet.address,
            places=view.places,
            # The market may ask for more by the time it is signed.
            most_fee_lamports=min(2 * view.fee_lamports, self._live.rules.most_fee_lamports),
            decided_at=self._live.clock.now(),
        )
        await self._book.plan(request, cleanup, answer(view))

    async def recover(self) -> None:
        """Bring every open cleanup forward: the first step, and any after a crash.

        Needs no permission: the clock asks.
        """
        for cleanup in await self._book.open():
            try:
                if cleanup.state is CleanupState.PLANNED:
                    await self._begin(cleanup)
                else:
                    await self._follow(cleanup)
            except Unavailable as error:
                _log.warning("cleanup_waits", user=cleanup.user_id, what=error.what)

    async def _begin(self, cleanup: Cleanup) -> None:
        """Sign, commit, and only then send."""
        if self._live.clock.now() - cleanup.decided_at > _LATEST:
            await self._end(cleanup, CleanupState.REFUSED, "late")
            return
        blockhash = await self._live.chain.latest_blockhash()
        price = await self._live.chain.unit_price(units=cleanup_units(len(cleanup.places)))
        message = cleanup_message(
            cleanup.wallet_address,
            _pairs(cleanup.places),
            blockhash=blockhash.blockhash,
            micro_lamports=min(price, _dearest(cleanup)),
        )
        signature = await self._signed(cleanup, message)
        if signature is None:
            await self._end(cleanup, CleanupState.REFUSED, "not signed")
            return
        raw = bytes((1,)) + signature + message
        height = blockhash.last_valid_block_height
        now = self._live.clock.now()
        if await self._book.commit(cleanup, signature_text(signature), raw, height, now):
            await self._live.chain.send(raw)
        else:
            await self._end(cleanup, CleanupState.REFUSED, "stopped")

    async def _signed(self, cleanup: Cleanup, message: bytes) -> bytes | None:
        intent = CleanupIntent(
            intent_id=f"cleanup:{cleanup.user_id}:{cleanup.number}",
            user_id=cleanup.user_id,
            wallet=cleanup.wallet_address,
            accounts=tuple(place.address for place in cleanup.places),
            token_programs=tuple(place.program for place in cleanup.places),
            max_network_fee_lamports=cleanup.most_fee_lamports,
        )
        key = await self._live.wallets.key_of(cleanup.user_id, cleanup.wallet_number)
        reasons = violations(message, intent, {}, self._live.signing_rules)
        if key is None or reasons:
            _log.warning("cleanup_refused", user=cleanup.user_id, reasons=reasons)
            return None
        try:
            return await self._live.signer.sign(key, intent, message, {})
        except (SigningRefused, KeyDamaged) as error:
            # Also where a process died between signing and keeping it: those bytes never left.
            _log.warning("cleanup_not_signed", user=cleanup.user_id, why=str(error))
            return None

    async def _follow(self, cleanup: Cleanup) -> None:
        """Send the same bytes again until they landed, or are proven to be in no block."""
        if cleanup.raw is None or cleanup.signature is None:
            return
        words = await self._live.chain.statuses(cleanup.signature)
        judged = judge(
            words,
            last_valid_block_height=cleanup.last_valid_block_height or 0,
            nodes_needed=self._live.rules.nodes_needed,
        )
        if judged.fate is Fate.EXPIRED:
            await self._end(cleanup, CleanupState.EXPIRED, "expired")
        elif judged.fate is Fate.OPEN:
            await self._live.chain.send(cleanup.raw)

    async def _end(self, cleanup: Cleanup, state: CleanupState, reason: str) -> None:
        now = self._live.clock.now()
        await self._book.end(cleanup, state, reason, now, self._notices.ended(cleanup))

    async def _wallet(self, user_id: int) -> LiveBalances:
        found = await self._live.accounts.balances((user_id, 0), 1)
        wallet = next((each for each in found if each.user_id == user_id), None)
        if wallet is None:
            raise Refusal("live_no_wallet")
        return wallet

    async def _closable(
        self, wallet: LiveBalances, empty: Sequence[TokenPlace]
    ) -> tuple[TokenPlace, ...]:
        """Leave out what would not close: a taxed account with fees withheld in it, say."""
        if not empty or await self._closes(wallet, empty):
            return tuple(empty)
        return tuple([place for place in empty if await self._closes(wallet, [place])])

    async def _closes(self, wallet: LiveBalances, places: Sequence[TokenPlace]) -> bool:
        blockhash = await self._live.chain.latest_blockhash()
        message = cleanup_message(
            wallet.address, _pairs(places), blockhash=blockhash.blockhash, micro_lamports=0
        )
        trial = await self._live.chain.try_out(bytes((1,)) + bytes(SIGNATURE_BYTES) + message)
        return trial.error is None


def _pairs(places: Sequence[TokenPlace]) -> list[tuple[str, str]]:
    return [(place.address, place.program) for place in places]


def _fee(count: int, micro_lamports: int) -> int:
    return BASE_FEE_LAMPORTS - (-cleanup_units(count) * micro_lamports // _MICRO)


def _dearest(cleanup: Cleanup) -> int:
    """Give the price for a unit with which the fee just keeps to its cap."""
    room = max(0, cleanup.most_fee_lamports - BASE_FEE_LAMPORTS)
    return room * _MICRO // cleanup_units(len(cleanup.places))

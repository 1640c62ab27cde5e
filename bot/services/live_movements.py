"""Follow live wallets: book every finalized transaction that moved one, whoever made it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.errors import Unavailable
from bot.ports.live_movements import MovementOutcome, Watched
from bot.ports.live_orders import BEFORE_ALL, LiveBalances
from bot.ports.live_wallets import Place
from bot.ports.wallet_balances import WalletBalances
from bot.ports.wallet_history import Named
from bot.services.live_differences import RENT, asked_of, differences
from bot.services.movement_booking import MovementBooker
from bot.services.movement_means import MovementMeans

_SIDE_BY_SIDE = 8
_AGAIN_SLOTS = 150
"""So far behind what is booked is looked again: a node may have told late what it knew."""
_PATIENT_TIMES = 5
"""So often a difference is looked at without a rest: until a block is final takes a while."""
_LONGEST_REST_ROUNDS = 12
_DEEP_AFTER = 9
_ADOPT_ROUNDS = 12
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unexplained:
    """A difference for which nothing was found yet: how often, and for how many rounds to rest."""

    by: object
    times: int
    rest: int


class LiveMovements:
    """Compares books and chain, and where they differ reads the chain's history until they agree.

    Balances say which wallets have to be followed, a hundred accounts in one call; only those of
    whom books and chain differ have their signatures read.
    """

    def __init__(self, means: MovementMeans, booker: MovementBooker | None = None) -> None:
        self._means = means
        self._booker = booker or MovementBooker(means)
        self._unexplained: dict[Place, _Unexplained] = {}
        self._rounds = 0

    async def watch(self) -> int:
        """Look at every wallet once; gives how many movements were booked.

        Needs no permission: the clock asks.
        """
        await self._sweep()
        booked, after = 0, BEFORE_ALL
        limit = self._means.rules.wallets_at_once
        while wallets := await self._means.live.accounts.balances(after, limit):
            booked += await self._look(wallets)
            after = _place(wallets[-1])
        self._rounds += 1
        if self._rounds % _ADOPT_ROUNDS == 1:
            await self._adopt()
        return booked

    async def look_at(self, place: Place) -> int:
        """Look at one wallet now, its token accounts included; gives what was booked.

        Needs no permission: whoever asks has asked for their own.
        """
        wallet = await self._means.live.accounts.of(place)
        self._unexplained.pop(place, None)
        if wallet is None:
            return 0
        await self._find_places(wallet)
        again = await self._means.live.accounts.of(place)
        return await self._look([] if again is None else [again])

    async def _look(self, wallets: Sequence[LiveBalances]) -> int:
        chain = await self._means.balances.of_all([asked_of(wallet) for wallet in wallets])
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(wallet: LiveBalances, on_chain: WalletBalances | None) -> int:
            if on_chain is None or not self._is_due(wallet, on_chain):
                return 0
            async with gate:
                try:
                    return await self._caught_up(wallet, on_chain)
                except Unavailable as error:
                    _log.warning("live_wallet_waits", address=wallet.address, what=error.what)
                    return 0

        pairs = zip(wallets, chain, strict=True)
        return sum(await asyncio.gather(*(one(wallet, found) for wallet, found in pairs)))

    def _is_due(self, wallet: LiveBalances, chain: WalletBalances) -> bool:
        """Tell whether books and chain differ, and not just as in vain a moment ago."""
        by, place = differences(wallet, chain), _place(wallet)
        if not by:
            self._unexplained.pop(place, None)
            return False
        known = self._unexplained.get(place)
        if known is None or known.by != by:
            self._unexplained[place] = _Unexplained(by=by, times=0, rest=0)
            return True
        rest = known.rest - 1
        self._unexplained[place] = _Unexplained(by=by, times=known.times, rest=rest)
        return rest < 0

    async def _caught_up(self, wallet: LiveBalances, chain: WalletBalances) -> int:
        """Read the history of a wallet, and of the accounts that its own does not explain."""
        place, known = _place(wallet), self._unexplained.get(_place(wallet))
        is_deep = known is not None and known.times >= _DEEP_AFTER
        watched = await self._with_own_places(wallet)
        own = {wallet.address: watched.slot}
        booked = await self._follow(wallet, watched, own, is_deep=is_deep)
        if not booked:
            others = _unexplained_places(wallet, chain, watched)
            booked = await self._follow(wallet, watched, others, is_deep=is_deep)
        if not booked and known is not None:
            times = _PATIENT_TIMES if is_deep else known.times + 1
            rest = min(2 ** max(0, times - _PATIENT_TIMES) - 1, _LONGEST_REST_ROUNDS)
            self._unexplained[place] = _Unexplained(by=known.by, times=times, rest=rest)
        return booked

    async def _with_own_places(self, wallet: LiveBalances) -> Watched:
        """Keep what our swaps made beside what was found: it is followed from now on."""
        watched = await self._means.book.watched(_place(wallet))
        missing = [each for each in wallet.places if each not in watched.places]
        if not missing:
            return watched
        await self._means.book.note_places(_place(wallet), missing, self._means.live.clock.now())
        return await self._means.book.watched(_place(wallet))

    async def _follow(
        self,
        wallet: LiveBalances,
        watched: Watched,
        slots: Mapping[str, int],
        *,
        is_deep: bool,
    ) -> int:
        named: dict[str, Named] = {}
        for address, slot in slots.items():
            since = 0 if is_deep else max(0, slot - _AGAIN_SLOTS)
            for each in await self._means.history.since(address, since):
                named[each.signature] = each
        if not named:
            return 0
        unbooked = await self._means.book.unbooked(wallet.user_id, named)
        todo = sorted((named[each] for each in unbooked), key=lambda each: each.slot)
        most = self._means.rules.most_at_once
        booked, open_ = await self._booked(wallet, watched, todo[:most])
        left = [*open_, *todo[most:]]
        reached = min((each.slot - 1 for each in left), default=_newest(named.values()))
        if reached > min(slots.values()):
            await self._means.book.follow(_place(wallet), reached, slots)
        return booked

    async def _booked(
        self, wallet: LiveBalances, watched: Watched, todo: Sequence[Named]
    ) -> tuple[int, list[Named]]:
        """Book in the chain's order; gives how many, and what has to wait.

        What cannot be booked at its turn has a second one behind the others: of one block nobody
        tells which came first.
        """
        booked, waiting = 0, list(todo)
        for _ in range(2):
            turn, waiting = waiting, []
            for each in turn:
                match await self._book(wallet, watched, each):
                    case MovementOutcome.BOOKED:
                        booked += 1
                    case MovementOutcome.SHORT | MovementOutcome.CONFLICT | None:
                        waiting.append(each)
                    case MovementOutcome.REPEATED | MovementOutcome.OTHER_WALLET:
                        pass
        return booked, waiting

    async def _book(
        self, wallet: LiveBalances, watched: Watched, each: Named
    ) -> MovementOutcome | None:
        movement = await self._means.history.movement(each.signature, wallet.address)
        if movement is None:
            return None
        if movement.is_nothing:
            return MovementOutcome.REPEATED
        outcome = await self._booker.book(wallet, movement, watched)
        _log.info("live_movement", address=wallet.address, signature=each.signature, was=outcome)
        return outcome

    async def _sweep(self) -> None:
        """Look for token accounts that no transaction of the wallet's own has told of."""
        now, rules = self._means.live.clock.now(), self._means.rules
        before = now - timedelta(seconds=rules.sweep_seconds)
        for user_id, number in await self._means.book.due(now, before, rules.sweeps_at_once):
            wallet = await self._means.live.wallets.read(user_id, number)
            if wallet is None:
                continue
            try:
                found = await self._means.history.places(wallet.address)
            except Unavailable as error:
                _log.warning("live_wallet_not_swept", address=wallet.address, what=error.what)
                return
            await self._means.book.note_places((user_id, number), found, now)
            await self._means.book.note_sweep((user_id, number), now)

    async def _find_places(self, wallet: LiveBalances) -> None:
        found = await self._means.history.places(wallet.address)
        now = self._means.live.clock.now()
        await self._means.book.note_places(_place(wallet), found, now)
        await self._means.book.note_sweep(_place(wallet), now)

    async def _adopt(self) -> None:
        for place in await self._means.book.adoptable():
            wallet = await self._means.live.accounts.of(place)
            if wallet is not None:
                await self._booker.adopt(wallet)


def _place(wallet: LiveBalances) -> Place:
    return wallet.user_id, wallet.wallet_number


def _newest(named: Collection[Named]) -> int:
    return max(each.slot for each in named)


def _unexplained_places(
    wallet: LiveBalances, chain: WalletBalances, watched: Watched
) -> Mapping[str, int]:
    """Give the token accounts, with how far each was followed, that may explain the difference."""
    assets = {each.asset for each in differences(wallet, chain)}
    return {
        place.address: slot
        for place, slot in watched.places.items()
        if place.mint in assets or RENT in assets
    }

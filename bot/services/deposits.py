"""The wallet that a person pays money into: made when first asked for, and looked at on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.live_wallets import LiveWallet
from bot.domain.users import Permission, User
from bot.ports.live_movements import MovementSeen
from bot.ports.live_orders import LiveBalances
from bot.ports.pictures import CodePainter
from bot.services.live_movements import LiveMovements
from bot.services.live_wallets import LiveWallets
from bot.services.movement_means import MovementMeans

DEPOSIT_PICTURE = "deposit"
_MOVEMENTS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositView:
    """A wallet to pay into: what is in it, what came and left, and the picture of its address.

    `unlisted` counts tokens that no position tells of. `tokens` are the tracked ones, by mint.
    """

    wallet: LiveWallet
    lamports: int
    unlisted: int
    movements: Sequence[MovementSeen]
    tokens: Mapping[str, Token]
    is_paused: bool

    @property
    def recipe(self) -> Mapping[str, object]:
        """Give what the picture is drawn from when it is sent."""
        return {"what": DEPOSIT_PICTURE, "address": self.wallet.address}


class Deposits:
    """Use cases around paying money in."""

    def __init__(
        self,
        *,
        wallets: LiveWallets,
        means: MovementMeans,
        movements: LiveMovements,
        painter: CodePainter,
    ) -> None:
        self._wallets = wallets
        self._means = means
        self._movements = movements
        self._painter = painter

    async def open(self, user: User) -> DepositView:
        """Give the wallet to pay into, made if there is none; it is looked at often from now on.

        Asked twice it is made once. Raises `Refusal` for want of the right, or where another
        wallet of theirs is the one in use, and `Unavailable` where the signer is away.
        """
        user.require(Permission.HOLD_LIVE_WALLET)
        wallet = await self._wallets.create(user)
        place = (wallet.user_id, wallet.number)
        now = self._means.live.clock.now()
        if not await self._means.live.accounts.open(*place, now):
            raise Refusal("live_other_wallet")
        until = now + timedelta(seconds=self._means.rules.expected_seconds)
        await self._means.book.expect(place, until)
        return await self._view(wallet)

    async def look(self, user: User) -> tuple[DepositView, int]:
        """Look at the chain now; gives the wallet, and how much was booked that was not before.

        A wallet is made if there is none. Raises `Refusal` for want of the right to that, and
        `Unavailable` where no node answers.
        """
        user.require(Permission.VIEW_OWN)
        wallets = await self._wallets.own(user)
        if not wallets:
            return await self.open(user), 0
        wallet = wallets[0]
        booked = await self._movements.look_at((wallet.user_id, wallet.number))
        return await self._view(wallet), booked

    async def draw(self, recipe: Mapping[str, object]) -> bytes:
        """Draw an address as a code to be photographed.

        Needs no permission: the recipe was made for whoever may see it.
        """
        return await self._painter.draw_code(str(recipe["address"]))

    async def _view(self, wallet: LiveWallet) -> DepositView:
        place = (wallet.user_id, wallet.number)
        balances = await self._balances(wallet)
        desk = await self._means.book.desk(place)
        seen = await self._means.book.seen(place, _MOVEMENTS_SHOWN, with_dust=False)
        return DepositView(
            wallet=wallet,
            lamports=balances.lamports if balances else 0,
            unlisted=len(desk.unlisted) if desk else 0,
            movements=seen,
            tokens=self._means.tokens,
            is_paused=place in await self._means.live.accounts.paused(),
        )

    async def _balances(self, wallet: LiveWallet) -> LiveBalances | None:
        found = await self._means.live.accounts.of((wallet.user_id, wallet.number))
        return found if found is not None and found.address == wallet.address else None

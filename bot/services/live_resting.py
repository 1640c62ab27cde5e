"""Live orders that wait, for their owner: confirm what was proposed, and answer what is asked."""

from collections.abc import Sequence

from bot.domain.errors import Refusal
from bot.domain.levels import Marker
from bot.domain.live_orders import LiveIntent
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.resting import NewResting, Resting, RestingKind, RestingState
from bot.domain.resting_plans import RestingPlan
from bot.domain.triggers import Gauge
from bot.domain.users import Mode, Permission
from bot.engine.live_resting import kept
from bot.engine.resting_fills import Seen
from bot.engine.resting_placing import check_ahead
from bot.ports.books import BookingConflict
from bot.ports.clock import Clock
from bot.ports.live_orders import LiveAccounts
from bot.ports.live_wallets import LiveWalletBook
from bot.ports.resting import Changed, RestingBook, RestingChange
from bot.services.live_firings import LiveFirings
from bot.services.live_wallets import FIRST_WALLET
from bot.services.resting import RestingOrders
from bot.services.resting_planner import RestingPlanner
from bot.services.resting_refusals import Firing
from bot.services.resting_views import Placed, PlacedAnswer
from bot.services.resting_watch import RestingWatch

_TRIES = 3
_Answer = Sequence[Notice]


class LiveResting:
    """The use cases of live orders that wait, beside those of `RestingOrders` in the live mode."""

    def __init__(
        self,
        *,
        orders: RestingOrders,
        book: RestingBook,
        planner: RestingPlanner,
        watch: RestingWatch,
        firings: LiveFirings,
        wallets: LiveWalletBook,
        accounts: LiveAccounts,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._book = book
        self._planner = planner
        self._watch = watch
        self._firings = firings
        self._wallets = wallets
        self._accounts = accounts
        self._clock = clock

    async def propose(self, request: Request, plan: RestingPlan, answer: PlacedAnswer) -> None:
        """Work a plan out in numbers and keep it for a minute; nothing waits before `confirm`.

        Raises `Refusal` as `RestingOrders.place` does, and `live_no_wallet` or
        `live_long_only`.
        """
        request.user.require(Permission.LEAVE_LIVE)
        user_id = request.user.user_id
        if await self._wallets.read(user_id, FIRST_WALLET) is None:
            raise Refusal("live_no_wallet")
        if not await self._accounts.open(user_id, FIRST_WALLET, self._clock.now()):
            raise Refusal("live_other_wallet")
        await self._orders.place(request, plan, answer, Mode.LIVE)

    async def confirm(
        self,
        request: Request,
        first: int,
        count: int,
        answer: PlacedAnswer,
    ) -> None:
        """Let so many orders wait that were proposed together, numbered on from the first.

        Raises `Refusal`: `live_proposal_over` where a minute has passed or it was answered before,
        `level_reached` where a stop would act at once.
        """
        request.user.require(Permission.LEAVE_LIVE)
        numbers = range(first, first + count)
        proposed = await self._book.proposed(request.user.user_id, numbers)
        if not proposed or len(proposed) != count:
            raise Refusal("live_proposal_over")
        if any(order.placed.position_number is None for order in proposed):
            request.user.require(Permission.HOLD_LIVE_WALLET)
        for order in proposed:
            self._check_ahead(order.placed)
        change = RestingChange(
            user_id=request.user.user_id,
            mode=Mode.LIVE,
            season=proposed[0].season,
            confirm=proposed,
        )
        prices = self._planner.prices(proposed[0].placed.token_id)
        placed = Placed(
            orders=tuple(order.placed for order in proposed),
            token=prices.token,
            price=prices.price,
            position=None,
            sol_usd=prices.sol_usd,
        )
        try:
            await self._book.apply(request, change, answer(placed))
        except BookingConflict as conflict:
            raise Refusal("conflict") from conflict
        except Refusal as refusal:
            code = "live_proposal_over" if refusal.code == "order_spent" else refusal.code
            raise Refusal(code, **refusal.fields) from refusal
        await self._watch.sync(request.user.user_id)

    async def execute(
        self,
        request: Request,
        number: int,
        generation: int,
        notices: _Answer,
        *,
        message_id: int | None = None,
    ) -> LiveIntent:
        """Carry out an order now that its owner was asked about, at what the market pays.

        The intent is placed with the end of the request's update, and carried out by the job of
        live orders; `message_id` is the message that shows how it goes. Raises `Refusal`
        (`live_old_question`, and as placing does) or `Unavailable`.
        """
        request.user.require(Permission.LEAVE_LIVE)
        order = await self._asked(request, number, generation)
        now = self._clock.now()
        price = self._planner.prices(order.placed.token_id).price
        seen = Seen(
            price=price,
            source_at=None,
            seen_at=now,
            triggered_at=order.triggered_at or now,
            is_while_away=True,
        )
        # The order's own request, whichever press asks for it: it is carried out once.
        own = Request(
            user=request.user,
            request_id=f"rest:{order.order_id}:{order.generation}",
            received_at=request.received_at,
            update_id=request.update_id,
        )
        firing = Firing(order=order, seen=seen)
        for _ in range(_TRIES):
            try:
                return await self._firings.submit(
                    own, firing, is_confirmed=True, notices=notices, message_id=message_id
                )
            except BookingConflict:
                continue
        raise Refusal("conflict")

    async def keep(self, request: Request, number: int, generation: int, notices: _Answer) -> None:
        """Let an order wait on that its owner was asked about.

        Its level counts once the price was back on its other side; of repeated buys, the next
        time. Raises `Refusal`: `live_old_question`, `live_no_keeping`.
        """
        request.user.require(Permission.LEAVE_LIVE)
        order = await self._asked(request, number, generation)
        change = RestingChange(
            user_id=order.user_id,
            mode=Mode.LIVE,
            season=order.season,
            guard=(order,),
            change=(Changed(order=order, to=kept(order, self._clock.now())),),
        )
        try:
            await self._book.apply(request, change, notices)
        except BookingConflict as conflict:
            raise Refusal("conflict") from conflict
        except Refusal as refusal:
            if refusal.code != "order_spent":
                raise
            raise Refusal("live_old_question", number=number) from refusal
        await self._watch.sync(order.user_id)

    async def _asked(self, request: Request, number: int, generation: int) -> Resting:
        order = await self._book.one(request.user.user_id, Mode.LIVE, number)
        if order is None:
            raise Refusal("unknown_order", number=number)
        if order.state is not RestingState.ASKED or order.generation != generation:
            raise Refusal("live_old_question", number=number)
        return order

    def _check_ahead(self, placed: NewResting) -> None:
        wait = placed.wait
        if placed.kind is RestingKind.LIMIT or wait.level is None or wait.reach is None:
            return
        prices = self._planner.prices(placed.token_id)
        check_ahead(
            Marker(gauge=wait.gauge or Gauge.PRICE_SOL, value=wait.level), wait.reach, prices
        )

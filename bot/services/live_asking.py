"""The question before a live order: the exact quote, and words for sizes turned into numbers."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent, LiveSide, LiveWish
from bot.domain.orders import CloseIntent
from bot.domain.requests import Request
from bot.domain.resting_plans import EXIT_EXPIRY, Exit, Size, SizeUnit
from bot.domain.users import Mode, Permission
from bot.engine.closing import units_to_close
from bot.engine.paper_venue import average_price
from bot.engine.resting_placing import check_exits
from bot.ports.books import Desk
from bot.ports.swap_venue import SwapQuote
from bot.services.live_deciding import LiveDeciding, LiveDecision
from bot.services.live_means import LiveMeans
from bot.services.live_wallets import FIRST_WALLET

_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveQuestion:
    """What a person is asked: the order as it would be placed now, and what it is a part of.

    `wish` binds the order to what is shown: with less than `least_out` nothing will be decided.
    `asked` is what asks the same again: lamports, or the percentage of a position. `whole` is the
    wallet's free SOL for a purchase, the position's units for a sale. `price` is SOL per token.
    """

    wish: LiveWish
    intent: LiveIntent
    quote: SwapQuote
    token: Token
    asked: int
    price: Decimal
    cash_lamports: int
    whole: int


class LiveAsking:
    """Prepares questions. Nothing is kept or held: the order is decided anew when it is placed."""

    def __init__(self, means: LiveMeans, deciding: LiveDeciding) -> None:
        self._means = means
        self._deciding = deciding

    async def buy(
        self,
        request: Request,
        token_id: int,
        size: Size,
        slippage_bps: int,
        *,
        exits: tuple[Exit, ...] = (),
    ) -> LiveQuestion:
        """Prepare a purchase; raises `Refusal` or `Unavailable`.

        A share of the wallet is one of its free SOL; the whole of it leaves what the order may
        cost. Its `exits` are placed in its fill's own transaction.
        """
        request.user.require(Permission.HOLD_LIVE_WALLET)
        check_exits(exits, EXIT_EXPIRY)
        desk = await self._desk(request)
        cash = desk.wallet.cash_lamports
        wish = LiveWish(
            wallet_number=desk.wallet.season,
            token_id=token_id,
            side=LiveSide.BUY,
            amount_in=self._lamports(cash, size),
            slippage_bps=slippage_bps,
            exits=exits,
        )
        return await self._question(request, wish, cash, cash, wish.amount_in)

    async def sell(
        self, request: Request, number: int, percent: int, slippage_bps: int
    ) -> LiveQuestion:
        """Prepare the sale of a share of a position; raises `Refusal` or `Unavailable`."""
        request.user.require(Permission.LEAVE_LIVE)
        desk = await self._desk(request)
        position = next((p for p in desk.positions if p.number == number), None)
        if position is None:
            raise Refusal("unknown_position", number=number)
        wish = LiveWish(
            wallet_number=desk.wallet.season,
            token_id=position.token_id,
            side=LiveSide.SELL,
            amount_in=units_to_close(position, CloseIntent(number=number, percent=percent)),
            slippage_bps=slippage_bps,
            position_number=number,
        )
        cash = desk.wallet.cash_lamports
        return await self._question(request, wish, cash, position.token_units, percent)

    async def _desk(self, request: Request) -> Desk:
        user_id = request.user.user_id
        if await self._means.wallets.read(user_id, FIRST_WALLET) is None:
            raise Refusal("live_no_wallet")
        await self._means.accounts.open(user_id, FIRST_WALLET, self._means.clock.now())
        return await self._means.books.desk(user_id, Mode.LIVE, request.request_id)

    def _lamports(self, cash: int, size: Size) -> int:
        match size.unit:
            case SizeUnit.LAMPORTS:
                return int(size.value)
            case SizeUnit.CASH_PERCENT:
                share = int(cash * size.value / _PERCENT)
                return max(0, min(share, cash - self._means.rules.most_cost_lamports))
            case SizeUnit.RISK_PERCENT:
                raise Refusal("live_no_risk_size")

    async def _question(
        self, request: Request, wish: LiveWish, cash: int, whole: int, asked: int
    ) -> LiveQuestion:
        decision = await self._deciding.decide(request, wish)
        intent = decision.intent
        if intent.hold_lamports > cash:
            raise Refusal("live_not_enough", needed_lamports=intent.hold_lamports)
        return LiveQuestion(
            wish=replace(wish, least_out=intent.min_out),
            intent=intent,
            quote=decision.quote,
            token=decision.token,
            asked=asked,
            price=_price(decision),
            cash_lamports=cash,
            whole=whole,
        )


def _price(decision: LiveDecision) -> Decimal:
    quote, token = decision.quote, decision.token
    if decision.intent.side is LiveSide.BUY:
        return average_price(quote.amount_in, quote.out_amount, token.decimals)
    return average_price(quote.out_amount, quote.amount_in, token.decimals)

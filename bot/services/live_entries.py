"""What a purchase with real money has to pass beside its venue: all that holds for one on paper."""

from bot.domain.errors import Refusal
from bot.domain.live_orders import LiveWish
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.users import Mode
from bot.ports.books import Books
from bot.services.trading import Trading


class LiveEntries:
    """Decides a purchase as on paper, on the live desk, and books nothing of it.

    So stops, locks, limits of role and person, dangerous tokens, disputed and stale prices hold
    back real money by the very code that holds back paper. Sales pass none of it.
    """

    def __init__(self, trading: Trading, books: Books) -> None:
        self._trading = trading
        self._books = books

    async def check(self, request: Request, wish: LiveWish) -> None:
        """Pass in silence or raise `Refusal`, or `Unavailable` where the chain does not answer.

        Needs no permission: it is a part of a live order, and moves nothing.
        """
        desk = await self._books.desk(request.user.user_id, Mode.LIVE, request.request_id)
        market = await self._trading.entry_market(wish.token_id)
        intent = OpenIntent(token_id=wish.token_id, side=Side.LONG, size_lamports=wish.amount_in)
        try:
            self._trading.check_entry(desk, intent, market, request)
        except Refusal as refusal:
            if refusal.code != "not_enough_cash":
                raise
            # What helps a wallet of real money is another thing than what helps one of paper.
            needed = refusal.fields["needed_lamports"]
            raise Refusal("live_not_enough", needed_lamports=needed) from refusal

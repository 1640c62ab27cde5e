"""How safe a token is: the whole card, the short word for other screens, and the wish to block."""

from dataclasses import dataclass

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.requests import Request
from bot.domain.safety import HoldersTold, SafetyReport, TokenFacts
from bot.domain.safety_judgement import judge
from bot.domain.users import Permission, User
from bot.engine.round_trip import round_trip
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.access import Access
from bot.services.price_board import PriceBoard
from bot.services.safety_facts import SafetyFacts
from bot.services.views import BlockAnswer, SafetyCard
from bot.services.whole_pools import WholePools
from bot.services.witnesses import Witnesses

_GOOD_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    token: Token
    report: SafetyReport
    until: float


class Safety:
    """The use cases around a token's safety; a judgement is kept for a minute."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        facts: SafetyFacts,
        pools: WholePools,
        books: Books,
        access: Access,
        witnesses: Witnesses,
        clock: Clock,
    ) -> None:
        self._board = board
        self._facts = facts
        self._pools = pools
        self._books = books
        self._access = access
        self._witnesses = witnesses
        self._clock = clock
        self._kept: dict[int, _Kept] = {}
        self._told: dict[int, HoldersTold] = {}

    async def check(self, user: User, token_id: int) -> SafetyCard:
        """Read all afresh and give the whole card; raises `Refusal` (`unknown_token`)."""
        user.require(Permission.VIEW_MARKET)
        if token_id not in self._board.tokens:
            raise Refusal("unknown_token", text=str(token_id))
        facts = await self._facts.of(token_id, fresh=True)
        if facts is None or facts.holders is None:
            await self._ask_sources(token_id)
        # The reading of the refresh may show too little of a pool to try a sale on it.
        await self._pools.read(token_id)
        report = self._judge(token_id, facts)
        token = self._keep(token_id, report).token
        priced = self._board.priced(token_id)
        return SafetyCard(
            token=token,
            report=report,
            pool_kind=priced.best.kind if priced else None,
            slot=facts.slot if facts else None,
            blocks_danger=user.blocks_danger,
        )

    async def report(self, token_id: int) -> SafetyReport:
        """Give the judgement of a tracked token, at most a minute old.

        Needs no permission: other use cases ask, each behind its own.
        """
        kept = self._kept.get(token_id)
        token = self._board.tokens[token_id]
        if kept is not None and kept.token is token and self._clock.monotonic() < kept.until:
            return kept.report
        facts = await self._facts.of(token_id)
        return self._keep(token_id, self._judge(token_id, facts)).report

    async def current(self, token: Token) -> Token:
        """Give a token with its rules of this moment.

        Needs no permission, as `report`. Raises `Unavailable`, or `Refusal` (`unknown_token`).
        """
        return await self._facts.current(token)

    async def renew(self) -> None:
        """Read the rules again of all tokens whose rules can change; asked by the clock."""
        await self._facts.renew()

    async def block(self, request: Request, *, blocks: bool, answer: BlockAnswer) -> None:
        """Keep whether dangerous tokens are refused to the asking user.

        Raises `Refusal` (`already_done`) where this request was answered before.
        """
        request.user.require(Permission.TRADE_PAPER)
        await self._books.set_blocks_danger(request, blocks=blocks, notices=answer(blocks))
        self._access.forget(request.user.user_id)

    def _judge(self, token_id: int, facts: TokenFacts | None) -> SafetyReport:
        token, priced = self._board.tokens[token_id], self._board.priced(token_id)
        pool = priced.best if priced else None
        slot = pool.slot if pool else facts.slot if facts else 0
        return judge(
            token,
            facts=facts,
            fee=token.rules.fees.at_slot(slot),
            trip=round_trip(pool, token.rules) if pool else None,
            depth_lamports=pool.curve.depth_quote_units() if pool else 0,
            at=self._clock.now(),
            told=self._told.get(token_id),
        )

    async def _ask_sources(self, token_id: int) -> None:
        """Note what sources say of holders: the worst of it, since none can be proved."""
        figures = await self._witnesses.of(self._board.tokens[token_id].mint)
        shares = [(f.top_holders_share, f.source) for f in figures if f.top_holders_share]
        if shares:
            share, source = max(shares)
            self._told[token_id] = HoldersTold(source=source, share=share)

    def _keep(self, token_id: int, report: SafetyReport) -> _Kept:
        until = self._clock.monotonic() + _GOOD_SECONDS
        kept = _Kept(token=self._board.tokens[token_id], report=report, until=until)
        self._kept[token_id] = kept
        return kept

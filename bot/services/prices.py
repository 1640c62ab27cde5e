"""Prices and tokens for people: look one up, quote it, say what it is."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from bot.domain.errors import PoolTooThin, Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT, is_address, is_other_chain
from bot.domain.instruments import (
    Token,
    clean_symbol,
    clean_text,
    known_lookalike,
    symbol_warning,
)
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.pools.reading import Direction, PoolKind, PoolReading
from bot.domain.safety import SafetyReport
from bot.domain.users import Permission, User
from bot.ports.books import TokenShelf
from bot.ports.chain import Chain, PoolPlace, TokenFound
from bot.ports.clock import Clock
from bot.ports.token_sources import SourceFigure
from bot.services.looks import Looks
from bot.services.pools_in_sol import middle_of, ranked
from bot.services.price_board import PriceBoard, Priced, is_sol
from bot.services.safety import Safety
from bot.services.suspicions import Suspicions
from bot.services.views import Hearsay, HearsayLine, PoolLine, Quote, TokenInfo
from bot.services.witnesses import Witnesses

_SHORTEST_ADDRESS_LIKE = 30
_MOST_MIDDLES = 2


class Prices:
    """The use cases around a token's price; keeps track of which tokens are looked at."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        chain: Chain,
        shelf: TokenShelf,
        clock: Clock,
        popular_mints: tuple[str, ...] = (),
        fresh_seconds: float = 3.0,
        stale_seconds: float = 120.0,
        suspicions: Suspicions,
        safety: Safety,
        witnesses: Witnesses,
    ) -> None:
        self._board = board
        self._chain = chain
        self._shelf = shelf
        self._clock = clock
        self._popular_mints = popular_mints
        self._fresh_seconds = fresh_seconds
        self._stale_seconds = stale_seconds
        self._suspicions = suspicions
        self._safety = safety
        self._witnesses = witnesses
        self.looks = Looks(clock)
        self._are_popular_known = True

    async def find(self, user: User, text: str) -> Token:
        """Give the token meant by a mint or a symbol; known tokens come before their doubles.

        Raises `Refusal` (`unknown_token`, `ambiguous_token`, `lookalike_token`, `no_pool`, or
        what `_refuse_no_address` says of an address) or `Unavailable`, also for a symbol while
        the chosen tokens are not all read.
        """
        user.require(Permission.VIEW_MARKET)
        wanted = text.strip().removeprefix("$")
        if is_sol(wanted):
            raise Refusal("sol_is_money")
        if is_address(wanted):
            return await self._caught_up(self._board.by_mint(wanted) or await self.track(wanted))
        _refuse_no_address(wanted)
        return await self._caught_up(self._of_symbol(wanted))

    async def token(self, user: User, token_id: int) -> Token:
        """Give a tracked token by its number; raises `Refusal` (`unknown_token`)."""
        user.require(Permission.VIEW_MARKET)
        return self._token(token_id)

    async def quote(self, user: User, token_id: int, *, fresh: bool = False) -> Quote:
        """Give a token's price, read from the chain where the board's is not fresh enough.

        When the chain does not answer, the last price is given and marked stale.
        """
        user.require(Permission.VIEW_MARKET)
        token = self._token(token_id)
        priced = await self._priced(token, fresh=fresh)
        quote = self._quote(token, priced, await self._safety.report(token_id))
        if quote.age_seconds <= self._fresh_seconds:
            return quote
        # The chain did not answer: what others say is better than nothing, if it is called that.
        figures = await self._witnesses.of(token.mint)
        return replace(quote, hearsay=self._lines(figures))

    async def info(self, user: User, token_id: int) -> TokenInfo:
        """Give a token's pools, supply and market cap beside its quote."""
        user.require(Permission.VIEW_MARKET)
        token = self._token(token_id)
        priced = await self._priced(token, fresh=False)
        price_units = priced.best.curve.spot_units()
        return TokenInfo(
            quote=self._quote(token, priced, await self._safety.report(token_id)),
            pools=tuple(_line(reading) for reading in priced.readings),
            market_cap_lamports=int(token.supply * price_units),
        )

    async def hearsay(self, user: User, text: str) -> Hearsay | None:
        """Give what sources say of a mint while the chain does not answer; None if nothing."""
        user.require(Permission.VIEW_MARKET)
        wanted = text.strip().removeprefix("$")
        token = self._board.by_mint(wanted) or next(iter(self._board.by_symbol(wanted)), None)
        mint = token.mint if token else wanted
        figures = await self._witnesses.of(mint) if is_address(mint) else ()
        if not figures:
            return None
        raw = figures[0].symbol
        symbol = token.symbol if token else clean_symbol(raw, mint)
        return Hearsay(
            mint=mint,
            symbol=symbol,
            name=token.name if token else clean_text(figures[0].name) or symbol,
            symbol_warning=self._warning(symbol, mint, symbol_warning(clean_text(raw))),
            lines=self._lines(figures),
        )

    async def popular(self, user: User) -> tuple[Token, ...]:
        """Give up to six tokens to try."""
        user.require(Permission.VIEW_MARKET)
        mints = (mint for mint in self._popular_mints if mint != USDC_MINT)
        found = (self._board.by_mint(mint) for mint in mints)
        return tuple(token for token in found if token is not None)[:6]

    def sol_usd(self) -> Decimal | None:
        """Give dollars per SOL as the chain's own pools say; None before they were read."""
        return self._board.sol_usd()

    def hot_tokens(self) -> set[int]:
        """Give the tokens that somebody looked at in the last minutes."""
        return self.looks.recent()

    async def load(self) -> None:
        """Take up the tracked tokens from the shelf."""
        for token, pools in await self._shelf.all_tokens():
            self._board.track(token, _places(token.mint, pools))

    async def hear(self, token_ids: Collection[int]) -> None:
        """Take up what is tracked now of some tokens. Needs no permission: another process did."""
        for token, pools in await self._shelf.all_tokens(token_ids):
            listed = self._board.places.get(token.token_id, ())
            opened = {place.address: place.opened_at for place in listed}
            places = _places(token.mint, pools, opened)
            if self._board.tokens.get(token.token_id) != token or listed != places:
                self._board.track(token, places)

    async def track_popular(self) -> bool:
        """Track the tokens that the operator chose; tells whether each had its answer.

        Needs no permission: asked at the start, and again until the chain has answered for all.
        Until then a symbol nobody knows may be one of theirs, and is not called unknown.
        """
        unanswered = False
        for mint in self._popular_mints:
            if self._board.by_mint(mint) is None:
                try:
                    await self.track(mint)
                except Unavailable:
                    unanswered = True
                except Refusal:
                    continue
        self._are_popular_known = not unanswered
        return self._are_popular_known

    async def track(self, mint: str, *, is_middle: bool = False) -> Token:
        """Look a mint up on chain and track it, and what its pools are quoted in beside SOL.

        A middle token is tracked for the sake of another, so its own middle ones are not.
        Raises `Refusal` (`unknown_token`, `no_pool`, `sol_is_money`) or `Unavailable`.
        """
        if is_sol(mint):
            raise Refusal("sol_is_money")
        found = await self._chain.find_token(mint)
        if found is None:
            raise Refusal("unknown_token", text=mint)
        return await self.take_up(found, is_middle=is_middle)

    async def take_up(self, found: TokenFound, *, is_middle: bool = False) -> Token:
        """Track a token as it was found. Needs no permission; raises as `track`."""
        mint = found.mint.mint
        if not is_middle:
            await self._track_middles(found)
        pools = ranked(found.pools, mint, self._board.bridge)
        token = _token_from(found, self._clock.now())
        if not pools:
            raise Refusal("no_pool", symbol=token.symbol)
        listed = tuple((pool.address, pool.kind.value) for pool in pools)
        kept = await self._shelf.keep(token, listed)
        opened = {place.address: place.opened_at for place in found.places}
        self._board.track(kept, _places(mint, listed, opened))
        self._board.set_price(kept.token_id, found.pools, self._clock.now())
        return kept

    async def _caught_up(self, token: Token) -> Token:
        """Read a token's pools where only its price was heard from another process."""
        if self._board.is_behind(token.token_id):
            with suppress(Unavailable):
                await self._read([*self._board.middles([token.token_id]), token.token_id])
        return token

    async def _track_middles(self, found: TokenFound) -> None:
        quotes = (middle_of(pool, found.mint.mint) for pool in found.pools)
        unknown = (mint for mint in quotes if mint and self._board.by_mint(mint) is None)
        for mint in list(islice(dict.fromkeys(unknown), _MOST_MIDDLES)):
            # Without a way to SOL, the pools quoted in it give no price: others may.
            with suppress(Refusal, Unavailable):
                await self.track(mint, is_middle=True)

    def _of_symbol(self, wanted: str) -> Token:
        """Give the token of a symbol; one that is only dressed as a known token must be pasted."""
        tokens = self._board.by_symbol(wanted)
        trusted = {mint for _, mint in self._known()}
        chosen = [token for token in tokens if token.mint in trusted] or tokens
        if len(chosen) > 1:
            raise Refusal("ambiguous_token", symbol=wanted[:16], choices=tuple(chosen))
        mint = chosen[0].mint if chosen else ""
        like = "" if mint in trusted else known_lookalike(wanted, self._known())
        if like and (chosen or like.lower() != wanted.lower()):
            raise Refusal("lookalike_token", text=wanted[:16], symbol=like, address=mint or None)
        if not chosen and not self._are_popular_known:
            raise Unavailable("Solana RPC", "not all chosen tokens are read yet")
        if not chosen:
            raise Refusal("unknown_token", text=wanted[:16])
        return chosen[0]

    def _known(self) -> Iterator[tuple[str, str]]:
        """Give the symbols and mints that the operator chose, behind those of SOL and USDC."""
        yield ("SOL", SOL_MINT)
        yield ("USDC", USDC_MINT)
        for mint in self._popular_mints:
            token = self._board.by_mint(mint)
            if token is not None:
                yield (token.symbol, mint)

    def _flagged(self, token: Token) -> Token:
        """Say in a token's warning which known token it would be taken for."""
        warning = self._warning(token.symbol, token.mint, token.symbol_warning)
        return replace(token, symbol_warning=warning)

    def _warning(self, symbol: str, mint: str, warning: str) -> str:
        like = known_lookalike(symbol, self._known(), mint)
        said = f"looks like {like}, different mint" if like else ""
        return "; ".join(filter(None, (said, warning)))

    def _lines(self, figures: Iterable[SourceFigure]) -> tuple[HearsayLine, ...]:
        now = self._clock.now()
        return tuple(
            HearsayLine(
                source=figure.source,
                usd=figure.usd,
                liquidity_usd=figure.liquidity_usd,
                age_seconds=max(
                    0.0, (now - (figure.source_at or figure.received_at)).total_seconds()
                ),
            )
            for figure in figures
        )

    def _token(self, token_id: int) -> Token:
        token = self._board.tokens.get(token_id)
        if token is None:
            raise Refusal("unknown_token", text=str(token_id))
        return token

    async def _priced(self, token: Token, *, fresh: bool) -> Priced:
        self.looks.note(token.token_id)
        known = self._board.priced(token.token_id)
        limit = timedelta(seconds=0.5 if fresh else self._fresh_seconds)
        if known is not None and self._clock.now() - known.received_at < limit:
            return known
        try:
            await self._read([*self._board.middles([token.token_id]), token.token_id])
        except Unavailable:
            if known is None:
                raise
            return known
        priced = self._board.priced(token.token_id)
        if priced is None:
            raise Refusal("price_missing", symbol=token.symbol)
        return priced

    async def _read(self, token_ids: Sequence[int]) -> None:
        places = {token_id: self._board.places[token_id] for token_id in token_ids}
        readings = await self._chain.read_pools([p for pools in places.values() for p in pools])
        now = self._clock.now()
        for token_id, pools in places.items():
            read = [readings[place.address] for place in pools if place.address in readings]
            self._board.set_price(token_id, read, now)

    def _quote(self, token: Token, priced: Priced, safety: SafetyReport) -> Quote:
        best = priced.best
        age = (self._clock.now() - priced.received_at).total_seconds()
        return Quote(
            token=self._flagged(token),
            price=best.price,
            usd=self._board.usd(token.token_id),
            liquidity_lamports=sum(r.curve.depth_quote_units() for r in priced.readings),
            impact_of_one_sol=_impact_of_one_sol(best),
            metrics=self._board.metrics.get(token.token_id),
            pool_address=best.address,
            pool_kind=best.kind,
            pools_read=len(priced.readings),
            agreeing=priced.agreeing(),
            slot=best.slot,
            source="chain",
            received_at=priced.received_at,
            age_seconds=max(age, 0.0),
            is_stale=age > self._stale_seconds,
            halt=best.halt,
            notes=best.notes,
            then_kinds=tuple(leg.kind for leg in best.legs[1:]),
            suspicion=self._suspicions.of(token.token_id),
            source_at=self._chain.time_of(best.slot),
            safety=safety,
        )


def _refuse_no_address(wanted: str) -> None:
    """Say what is wrong with a text that is too long for a symbol and yet no address."""
    visible = clean_text(wanted, len(wanted)).replace(" ", "")
    if visible != wanted and is_address(visible):
        raise Refusal("hidden_characters", address=visible)
    if is_other_chain(wanted):
        raise Refusal("other_chain")
    if len(wanted) >= _SHORTEST_ADDRESS_LIKE:
        raise Refusal("not_an_address", text=wanted[:50])


def _places(
    mint: str,
    pools: tuple[tuple[str, str], ...],
    opened: dict[str, datetime | None] | None = None,
) -> tuple[PoolPlace, ...]:
    known = opened or {}
    return tuple(
        PoolPlace(
            address=address,
            kind=PoolKind(kind),
            source="shelf",
            mint=mint,
            opened_at=known.get(address),
        )
        for address, kind in pools
    )


def _line(reading: PoolReading) -> PoolLine:
    return PoolLine(
        address=reading.address,
        kind=reading.kind,
        price=reading.price,
        depth_lamports=reading.curve.depth_quote_units(),
        halt=reading.halt,
        then_kinds=tuple(leg.kind for leg in reading.legs[1:]),
    )


def _impact_of_one_sol(reading: PoolReading) -> Decimal | None:
    try:
        return reading.curve.swap_exact_in(Direction.BUY_BASE, LAMPORTS_PER_SOL).impact
    except PoolTooThin:
        return None


def _token_from(found: TokenFound, at: datetime) -> Token:
    mint = found.mint
    symbol = clean_symbol(found.symbol, mint.mint)
    return Token(
        token_id=0,
        mint=mint.mint,
        symbol=symbol,
        name=clean_text(found.name) or symbol,
        decimals=mint.decimals,
        program=mint.program,
        supply=mint.supply,
        mint_authority=mint.mint_authority,
        freeze_authority=mint.freeze_authority,
        risks=mint.risks,
        symbol_warning=symbol_warning(clean_text(found.symbol)),
        rules=mint.rules.settled(at),
    )

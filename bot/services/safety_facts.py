"""Keeps what was read of tracked tokens: rules that can change, and the facts of safety cards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import Refusal, Unavailable
from bot.domain.instruments import Token
from bot.domain.safety import TokenFacts
from bot.domain.tokens import MintReading
from bot.ports.books import TokenShelf
from bot.ports.chain import Chain, PoolPlace
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard

_GOOD_SECONDS, _AGAIN_SECONDS = 600.0, 15.0
_PATIENCE_SECONDS, _PATIENCE_FRESH_SECONDS = 2.0, 8.0  # somebody waits in a chat
_MOST_MINTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    facts: TokenFacts | None
    until: float


class SafetyFacts:
    """Asks the chain when what it said is too old; a mint that cannot change is asked once."""

    def __init__(self, *, board: PriceBoard, chain: Chain, shelf: TokenShelf, clock: Clock) -> None:
        self._board = board
        self._chain = chain
        self._shelf = shelf
        self._clock = clock
        self._kept: dict[int, _Kept] = {}

    async def current(self, token: Token) -> Token:
        """Give a token with its rules of this moment; only those that can change are read.

        Needs no permission: other use cases ask, each behind its own. Raises `Unavailable`, or
        `Refusal` (`unknown_token`) where the mint is gone.
        """
        if not token.rules.can_change():
            return token
        mint = (await self._chain.read_mints([token.mint])).get(token.mint)
        if mint is None:
            raise Refusal("unknown_token", text=token.symbol)
        return await self._take(token, mint)

    async def renew(self) -> None:
        """Read the rules of all tokens again that can change; asked by the clock.

        What cannot be read now is left as it was: a fill reads its own token anyway.
        """
        tokens = [token for token in self._board.tokens.values() if token.rules.can_change()]
        for start in range(0, len(tokens), _MOST_MINTS):
            some = tokens[start : start + _MOST_MINTS]
            try:
                mints = await self._chain.read_mints([token.mint for token in some])
            except Unavailable:
                return
            for token in some:
                if token.mint in mints:
                    await self._take(token, mints[token.mint])

    async def of(self, token_id: int, *, fresh: bool = False) -> TokenFacts | None:
        """Give a token's facts, at most ten minutes old; None where the chain does not answer.

        Needs no permission, as `current`.
        """
        kept, now = self._kept.get(token_id), self._clock.monotonic()
        if kept is not None and now < kept.until and not fresh:
            return kept.facts
        token, places = self._board.tokens[token_id], self._places(token_id)
        patience = _PATIENCE_FRESH_SECONDS if fresh else _PATIENCE_SECONDS
        try:
            async with asyncio.timeout(patience):
                facts = await self._chain.token_facts(token.mint, places)
        except (Unavailable, TimeoutError):
            facts = None
        if facts is None:
            facts = kept.facts if kept is not None else None
            self._kept[token_id] = _Kept(facts=facts, until=now + _AGAIN_SECONDS)
            return facts
        if facts.opened_at is None and places:
            # The pool's own account does not say: a source may have seen it open.
            facts = replace(facts, opened_at=places[0].opened_at)
        self._kept[token_id] = _Kept(facts=facts, until=now + _GOOD_SECONDS)
        await self._take(token, facts.mint)
        return facts

    def _places(self, token_id: int) -> Sequence[PoolPlace]:
        """Give a token's pools, the one that prices it first."""
        priced = self._board.priced(token_id)
        best = priced.best.address if priced else None
        places = self._board.places.get(token_id, ())
        return sorted(places, key=lambda place: place.address != best)

    async def _take(self, token: Token, mint: MintReading) -> Token:
        """Put what a mint says now on the board, and on the shelf where it changed."""
        token = self._board.tokens.get(token.token_id, token)
        renewed = replace(
            token,
            supply=mint.supply,
            mint_authority=mint.mint_authority,
            freeze_authority=mint.freeze_authority,
            risks=mint.risks,
            rules=mint.rules.settled(self._clock.now()),
        )
        if renewed == token:
            return token
        places = self._board.places.get(token.token_id, ())
        self._board.track(renewed, places)
        # A supply that moves all the time is no reason to write.
        if replace(renewed, supply=token.supply) != token:
            pools = [(place.address, place.kind.value) for place in places if place.kind]
            await self._shelf.keep(renewed, pools)
        return renewed

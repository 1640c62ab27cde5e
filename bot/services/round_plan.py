"""The tokens of a round and the pools that are read for them, in step with each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.ports.chain import PoolPlace
from bot.ports.price_columns import PoolColumns
from bot.services.best_pools import BestPools
from bot.services.pool_spans import PoolSpans
from bot.services.price_board import PriceBoard
from bot.services.token_columns import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRound:
    """Tokens in the order in which they are set, and all their pools, token by token.

    `places` hold the pools of the first token, then those of the second, and so on;
    `token_of` says for each whose it is, `pools_of` how many each token has, `ends` where they
    end, and `rows` are the tokens' rows on the board.
    """

    ids: npt.NDArray[np.int64]
    places: Sequence[PoolPlace]
    token_of: Rows
    pools_of: Rows
    ends: Rows
    rows: Rows

    def pools(self, token: int) -> range:
        """Give where a token's pools stand in `places`."""
        end = int(self.ends[token])
        return range(end - int(self.pools_of[token]), end)

    def best_of(self, read: PoolColumns) -> tuple[BestPools, PoolSpans]:
        """Pick what prices each token that was read into columns, and give all pools of it.

        Tokens of which a pool is missing are left out.
        """
        token = self.token_of[read.positions]
        count = np.bincount(token, minlength=len(self.ids))
        is_whole = (count == self.pools_of) & (count > 0)
        # Deepest first, and the one listed first among equals: as `pools_in_sol.ranked`.
        order = np.lexsort((read.positions, -read.depths, token))
        order = order[is_whole[token[order]]]
        ordered = token[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        best = order[starts]
        spans = PoolSpans(
            token_ids=self.ids[ordered[starts]],
            starts=starts,
            prices=read.prices[order],
            depths=read.depths[order],
            slots=read.slots[order],
        )
        pools = BestPools(
            tokens=ordered[starts],
            prices=read.prices[best],
            liquidities=spans.liquidities(),
            slots=read.slots[best],
            kinds=read.kinds[best],
        )
        return pools, spans


def plan_round(board: PriceBoard, token_ids: Iterable[int]) -> TokenRound:
    """Put tokens with those that they are priced through, which come first, beside their pools."""
    known = [token_id for token_id in token_ids if token_id in board.tokens]
    wanted = tuple(dict.fromkeys((*board.middles(known), *known)))
    pools_of = np.array([len(board.places[token_id]) for token_id in wanted], np.intp)
    return TokenRound(
        ids=np.array(wanted, np.int64),
        places=[place for token_id in wanted for place in board.places[token_id]],
        token_of=np.repeat(np.arange(len(wanted)), pools_of),
        pools_of=pools_of,
        ends=np.cumsum(pools_of),
        rows=board.columns.rows(wanted),
    )

"""Prices the answers of a round as they come, many at once, and gathers what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog

from bot.adapters.solana.account_texts import AccountTexts
from bot.adapters.solana.columns.pool_class import Glimpse, PoolClass
from bot.adapters.solana.columns.round_plan import BatchPart, ColumnBatch
from bot.ports.price_columns import KINDS, PoolColumns

_BATCHES_TOGETHER = 10  # enough to make numpy worth while, few enough to hold nobody up
_Answered = tuple[AccountTexts, BatchPart]
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RoundPrices:
    """Takes answers in any order; `off` are pools to be read whole, with the answer at hand."""

    off: list[tuple[int, AccountTexts]] = field(default_factory=list)
    _waiting: list[tuple[AccountTexts, ColumnBatch]] = field(default_factory=list)
    _columns: list[PoolColumns] = field(default_factory=list)

    def take(self, batch: ColumnBatch, answer: AccountTexts) -> None:
        """Take one answer; every tenth, what has come is priced."""
        self._waiting.append((answer, batch))
        if len(self._waiting) >= _BATCHES_TOGETHER:
            self._price_waiting()

    def finish(self) -> PoolColumns:
        """Price what is left, and give all columns of the round."""
        self._price_waiting()
        if not self._columns:
            return PoolColumns.none()
        return PoolColumns(
            positions=np.concatenate([each.positions for each in self._columns]),
            prices=np.concatenate([each.prices for each in self._columns]),
            depths=np.concatenate([each.depths for each in self._columns]),
            slots=np.concatenate([each.slots for each in self._columns]),
            kinds=np.concatenate([each.kinds for each in self._columns]),
        )

    def _price_waiting(self) -> None:
        by_class: dict[PoolClass, list[_Answered]] = {}
        for answer, batch in self._waiting:
            for part in batch.parts:
                by_class.setdefault(part.pool_class, []).append((answer, part))
        self._waiting.clear()
        for pool_class, answered in by_class.items():
            try:
                self._price(pool_class, answered)
            except ValueError as error:
                # No base64 among them: these pools keep the prices that they have.
                _log.info("garbled_texts", kind=pool_class.kind.value, reason=str(error))

    def _price(self, pool_class: PoolClass, answered: Sequence[_Answered]) -> None:
        rows = np.concatenate([part.rows for _, part in answered])
        positions = np.concatenate([part.positions for _, part in answered])
        counts = [len(part.rows) for _, part in answered]
        slots = np.repeat([answer.slot for answer, _ in answered], counts)
        answers = np.repeat(np.array([answer for answer, _ in answered], np.object_), counts)
        glimpse = pool_class.glimpse(rows, *_texts_and_owners(answered))
        is_sound = glimpse.is_sound
        is_taken = is_sound.copy()
        is_taken[is_sound] = pool_class.keep(rows[is_sound], slots[is_sound], answers[is_sound])
        self._columns.append(_rows(pool_class, glimpse, positions, slots, is_taken))
        if not is_sound.all():
            self.off += zip(positions[~is_sound].tolist(), answers[~is_sound], strict=True)


def _texts_and_owners(
    answered: Sequence[_Answered],
) -> tuple[list[list[bytes]], list[tuple[str, ...]]]:
    """Give the texts for each account of the kind, and the owners for each pool."""
    texts: list[list[bytes]] = [[] for _ in answered[0][1].picks]
    owners: list[list[str]] = [[] for _ in texts]
    for answer, part in answered:
        for which, picks in enumerate(part.picks):
            texts[which] += map(answer.texts.__getitem__, picks)
            owners[which] += map(answer.owners.__getitem__, picks)
    return texts, list(zip(*owners, strict=True))


def _rows(
    pool_class: PoolClass,
    glimpse: Glimpse,
    positions: np.ndarray,
    slots: np.ndarray,
    is_taken: np.ndarray,
) -> PoolColumns:
    count = int(is_taken.sum())
    return PoolColumns(
        positions=positions[is_taken],
        prices=glimpse.price[is_taken],
        depths=glimpse.depth[is_taken],
        slots=slots[is_taken].astype(np.int64),
        kinds=np.full(count, KINDS.index(pool_class.kind), np.int16),
    )

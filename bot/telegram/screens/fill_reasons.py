"""Why a fill came about, in words."""

from collections.abc import Mapping

from bot.domain.orders import FillReason
from bot.words.speech import later, say

_WORDS: Mapping[str, str] = {
    FillReason.MANUAL: later("manual"),
    FillReason.LIMIT: later("limit"),
    FillReason.STOP: later("stop"),
    FillReason.TAKE_PROFIT: later("take profit"),
    FillReason.TRAILING: later("trailing"),
    FillReason.BREAK_EVEN: later("break even"),
    FillReason.TIME: later("time"),
    FillReason.DCA: later("dca"),
    FillReason.REVERSE: later("reverse"),
    FillReason.LIQUIDATION: later("liquidation"),
    FillReason.EMERGENCY: later("emergency"),
}


def reason_words(reason: str) -> str:
    """Say a reason, as the reports name it."""
    return say(_WORDS[reason])

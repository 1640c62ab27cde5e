"""News of emergency stops in plain words, with a death that a test can ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.notices import Notice
from bot.services.stop_notices import StopLine
from bot.services.views import Filled


@dataclass(slots=True)
class PlainStopNews:
    """Notes what is told; dies, as a killed process would, before the receipt that is named."""

    dies_at: int = 0
    receipts: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def closed(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        del filled
        if len(self.receipts) + 1 == self.dies_at:
            raise RuntimeError("killed")
        self.receipts.append(user_id)
        return (Notice(chat_id=user_id, method="sendMessage", payload={"text": "closed"}),)

    def progress(self, line: StopLine, left: int) -> Sequence[Notice]:
        self.left.append(left)
        return (Notice(chat_id=9, method="editMessageText", payload={"text": f"{line} {left}"}),)

    def tripped(self, line: StopLine) -> Sequence[Notice]:
        self.told.append(line.stop.rule.value)
        return ()

    def market_stopped(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        self.told.append(f"holder {user_id}: {line.stop.rule.value}")
        return (Notice(chat_id=user_id, method="sendMessage", payload={"text": "stopped"}),)

    def market_freed(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        self.told.append(f"holder {user_id} over: {line.stop.rule.value}")
        return (Notice(chat_id=user_id, method="sendMessage", payload={"text": "free"}),)

    def halted(self, line: StopLine) -> Sequence[Notice]:
        self.told.append(f"halted: {line.stop.user_id} {line.stop.reason}")
        return (Notice(chat_id=line.stop.user_id, method="sendMessage", payload={"text": "!"}),)

    def released(self, line: StopLine) -> Sequence[Notice]:
        self.told.append(f"released: {line.stop.user_id}")
        return (Notice(chat_id=line.stop.user_id, method="sendMessage", payload={"text": "!"}),)

    def resumed(self, line: StopLine) -> Sequence[Notice]:
        self.told.append(f"over: {line.stop.rule.value}")
        return ()

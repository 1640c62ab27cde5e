"""Wallets elsewhere in the chat: labelled, with a way to unlink them and none to trade."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.errors import Refusal
from bot.domain.live_wallets import FaultyKey, KeyFault
from bot.domain.users import User
from bot.domain.wallet_links import WatchedWallet
from bot.services.watched_wallets import WatchedView
from bot.telegram.screens import linked_wallets
from tests.telegram.conftest import ANN, ChatDoor, buttons_of, text_of

ADDRESSES = ("7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5", "So1" + "1" * 39 + "12")


@dataclass
class Linked:
    """Plays the bundle of live services, and the part of it that looks at wallets."""

    views: dict[int, WatchedView] = field(default_factory=dict)

    @property
    def watched(self) -> "Looks":
        return Looks(self.views)


@dataclass
class Looks:
    views: dict[int, WatchedView]

    async def watched(self, _user: User) -> Sequence[WatchedView]:
        return list(self.views.values())

    async def unlink(self, _user: User, number: int) -> None:
        if self.views.pop(number, None) is None:
            raise Refusal("unknown_watched")


def view(number: int, lamports: int | None) -> WatchedView:
    wallet = WatchedWallet(
        user_id=ANN,
        number=number,
        address=ADDRESSES[number - 1],
        linked_at=datetime(2026, 10, 6, tzinfo=UTC),
    )
    return WatchedView(wallet=wallet, lamports=lamports)


async def test_linked_wallets_are_watch_only_and_can_be_unlinked(door: ChatDoor) -> None:
    door.services.live = Linked({1: view(1, 3 * 10**9), 2: view(2, None)})  # type: ignore[assignment]
    shown = await door.ask("/linked")
    assert text_of(shown).startswith("WATCH ONLY")
    assert f"{ADDRESSES[0]}\n3 SOL" in text_of(shown)
    assert "does not answer" in text_of(shown)
    assert {"Refresh", "Account page", "Unlink 7Ytt…j2G5"} < set(buttons_of(shown))
    unlink = buttons_of(shown)["Unlink 7Ytt…j2G5"]
    _, after = await door.press(unlink)
    assert ADDRESSES[0] not in text_of(after)
    assert ADDRESSES[1] in text_of(after)
    _, again = await door.press(buttons_of(after)["Refresh"])
    assert text_of(again) == text_of(after)


async def test_without_live_trading_nothing_is_linked(door: ChatDoor) -> None:
    assert "real money" in text_of(await door.ask("/linked"))


def test_each_fault_of_a_key_is_told_in_words() -> None:
    for fault in KeyFault:
        faulty = FaultyKey(user_id=ANN, number=1, address=ADDRESSES[0], key_version=1, fault=fault)
        words = linked_wallets.key_faulty(faulty).text.render()[0]
        assert words.startswith("LIVE: a wallet's key is unfit for use")
        assert ADDRESSES[0] in words

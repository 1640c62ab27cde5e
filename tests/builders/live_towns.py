"""A town whose bot trades live: a real signer beside it, and a wallet with money of its chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from solders.pubkey import Pubkey

from bot.adapters.clock import SystemClock
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.bootstrap.running import Running
from bot.cli.sandbox_process import sandbox_of
from bot.cli.sandbox_signer import sandbox_signer
from bot.domain.users import Role, Status, User
from tests.journeys.people import Message, text_of
from tests.journeys.processes import environment_of
from tests.journeys.town import Town

SOL = 10**9
_MET = "INSERT INTO live_gates (user_id) VALUES ($1)"
_LED_TO = "UPDATE live_gates SET stage = '{}' WHERE user_id = $1"
_CASH = "SELECT balance FROM accounts WHERE user_id = $1 AND mode = 'live' AND kind = 'cash'"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTown:
    """What live trading needs in a town; `changes` are the settings for its bots."""

    town: Town
    changes: dict[str, object]

    async def wallet(self, bot: Running, who: int, lamports: int) -> str:
        """Give somebody a wallet with SOL, on the chain and in the books, and go live in chat."""
        town, live = self.town, bot.services.live
        assert live is not None
        owner = User(user_id=who, role=Role.PREMIUM, status=Status.ACTIVE, first_name="Pia")
        address = (await live.wallets.create(owner)).address
        funding = {"address": address, "lamports": lamports}
        paid = await town.wire.post("/sandbox/chain/fund", funding)
        accounts = PostgresLiveAccounts(town.pool, lambda _queued: None)
        await accounts.open(who, 1, SystemClock().now())
        # By its signature: who follows wallets would credit it once more otherwise.
        assert await accounts.book_external(who, 1, paid["signature"], lamports)
        for statement in (_MET, *map(_LED_TO.format, ("small", "proven", "full"))):
            await town.pool.execute(statement, who)
        asked = await town.say(who, "/mode live")
        told = await town.press(who, asked.message("LIVE"), "Yes, trade LIVE")
        assert "LIVE" in told.text
        return address

    def environment(self) -> dict[str, str]:
        """Spell the settings as the environment of a process."""
        settings = self.town.settings(**self.changes)
        return environment_of(settings) | {
            "LIVE_TRADING": "true",
            "SIGNER_SOCKET": str(settings.signer_socket),
            "JUPITER_API_KEY": settings.jupiter_api_key.get_secret_value(),
        }

    async def end_of(self, message: Message, ending: str) -> Message:
        """Wait until a message that is edited in place says this."""
        town, found = self.town, message

        async def is_there() -> bool:
            nonlocal found
            seen = await town.wire.message(message["chat"]["id"], message["message_id"])
            assert seen is not None
            found = seen
            return ending in text_of(found)

        await town.until(is_there, f"the message says {ending!r}, not {text_of(found)!r}")
        return found

    async def lamports(self, who: int, address: str) -> tuple[int, int]:
        """Give a wallet's SOL by the books and by LiteSVM, to the lamport."""
        account = self.town.world.chain.account(Pubkey.from_string(address))
        booked = await self.town.value(_CASH, who)
        return int(booked), account.lamports if account else 0


@asynccontextmanager
async def live_town(town: Town, folder: Path) -> AsyncIterator[LiveTown]:
    """Start the town's signer, as a process of its own, for the length of a block."""
    sandbox = sandbox_of(town.world.to_ready())
    async with sandbox_signer(sandbox, data_dir=folder, log_level="WARNING") as settings:
        names = ("live_counterparties", "live_tip_accounts", "signer_socket", "jupiter_plan")
        changes = {name: getattr(settings, name) for name in names}
        changes |= {
            "live_trading": True,
            "jupiter_base": sandbox.jupiter_base,
            "jupiter_api_key": settings.jupiter_api_key,
        }
        yield LiveTown(town=town, changes=changes)

"""`kitrader tour`: a scripted conversation through the same HTTP path as people take."""

import argparse
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from bot.bootstrap.running import Running, running_bot
from bot.bootstrap.settings import Settings
from bot.cli.sandbox_process import ADA, PIA, Sandbox, sandbox_process
from bot.cli.sandbox_signer import sandbox_signer
from bot.cli.setup import FAILED, log_as_set, run_async
from bot.cli.tour_people import Answer, People, missing, sandbox_people

ANN, BOB = 1001, 1002
LOUNGE = -1001000000001
_NAMES = {ANN: "Ann", BOB: "Bob", PIA: "Pia", ADA: "Ada"}

Show = Callable[[str, str, Answer, str], None]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "tour",
        help="watch a scripted conversation with the bot, checked as it goes",
        description="Start the sandbox and the bot with fresh books, let people talk to it over "
        "HTTP, print the transcript and prove the ledger. Exit code: 0 every reply was as it "
        "should be, 1 one was not.",
    )
    parser.add_argument(
        "--accounts",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="also put dumped Solana accounts on the local chain",
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the market")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the tour; gives the exit code."""
    failures = run_async("tour", _tour(arguments))
    if failures:
        print(f"kitrader tour: {failures} replies were not as they should be", file=sys.stderr)
    return 0 if failures == 0 else FAILED


@dataclass(slots=True)
class Guide:
    """Plays the script: says, presses, shows, and counts what was not as expected."""

    people: People
    show: Show
    failures: int = 0

    async def say(self, who: int, text: str, *expected: str, chat: int | None = None) -> Answer:
        """Say something and check the reply against patterns."""
        answer = await self.people.say(who, text, expected, chat)
        return self._check(who, text, answer, expected)

    async def press(
        self, who: int, on: Answer, label: str, *expected: str, times: int = 1
    ) -> Answer:
        """Press a button of an answer and check what it does."""
        try:
            answer = await self.people.press(who, on.last, label, expected, times)
        except (LookupError, httpx.HTTPStatusError) as error:
            answer = Answer(texts=(f"(cannot press: {error})",), messages=on.messages)
        return self._check(who, f"[{label}]" + " twice at once" * (times > 1), answer, expected)

    def _check(self, who: int, sent: str, answer: Answer, expected: tuple[str, ...]) -> Answer:
        lacking = missing(expected, answer)
        self.failures += bool(lacking)
        self.show(_NAMES[who], sent, answer, f"expected {lacking}" if lacking else "")
        return answer


async def _tour(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="kitrader-tour-") as folder:
        async with sandbox_process(
            accounts=arguments.accounts, seed=arguments.seed, port=0
        ) as sandbox:
            log_level = "WARNING"
            async with (
                sandbox_signer(sandbox, data_dir=Path(folder), log_level=log_level) as settings,
                _logged_bot(settings) as bot,
                sandbox_people(sandbox.page_url) as people,
            ):
                await bot.first_prices.wait()
                guide = Guide(people, _show_json if arguments.json else _show_text)
                for part in _SCRIPT:
                    await part(guide, sandbox)
                await _prove(bot, guide)
                return guide.failures


@asynccontextmanager
async def _logged_bot(settings: Settings) -> AsyncIterator[Running]:
    log_as_set(settings)
    async with running_bot(settings) as bot:
        yield bot


async def _begin(guide: Guide, sandbox: Sandbox) -> None:
    start = await guide.say(ANN, "/start", "PAPER", "100 SOL")
    await guide.press(ANN, start, "How it works", "PAPER|paper")
    await guide.say(ANN, "/help open", "/open TOKEN")
    await guide.say(ANN, "/price WIF", "PAPER · WIF", "SOL", "ago")
    await guide.say(ANN, dict(sandbox.tokens)["BONK"], "BONK", "Liquidity")


async def _trade(guide: Guide, _: Sandbox) -> None:
    bought = await guide.say(BOB, "/open WIF long 5", "Bought", "Wallet 100", "position #1")
    await guide.say(BOB, "/positions", "#1", "WIF")
    half = await guide.press(BOB, bought, "Close 50%", "Sold")
    await guide.press(BOB, half, "Close all", "Sold", "closed", "Already done", times=2)
    await guide.say(BOB, "/history", "History", "bought", "sold")
    await guide.say(BOB, "/wallet", "PAPER", "Equity", "realised")
    report = await guide.say(BOB, "/pnl", "PAPER · P&L", "Realised", "2 exits")
    await guide.press(BOB, report, "Card", "To share")
    await guide.say(BOB, "/export fills", "Fills · all seasons", "3 rows")


async def _look(guide: Guide, _: Sandbox) -> None:
    chart = await guide.say(BOB, "/chart WIF", "PAPER · WIF", "chart", "ago")
    await guide.press(BOB, chart, "1h", "1h chart")
    await guide.say(BOB, "/watch WIF", "watchlist")
    listed = await guide.say(BOB, "/watchlist", "WIF", "SOL")
    await guide.press(BOB, listed, "Movers", "Movers")


async def _short(guide: Guide, _: Sandbox) -> None:
    await guide.say(PIA, "/start", "1000 SOL|1,000 SOL|1k SOL")
    await guide.say(PIA, "/open JUP short 20 x3", "Sold short", "liq")
    await guide.say(PIA, "/open JUP long 1", "short")
    await guide.say(PIA, "/close 1", "Bought back")


async def _safety(guide: Guide, _: Sandbox) -> None:
    await guide.say(PIA, "/check OAK", "All ok", "LP burned")
    await guide.say(PIA, "/open TOLL long 1", "own fee", "(3%)")
    await guide.say(PIA, "/open LEASH long 1", "opened nothing", "take or burn")
    await guide.say(PIA, "/info HOOKY", "Transfer hook")


async def _nonsense(guide: Guide, _: Sandbox) -> None:
    await guide.say(ANN, "/open wif long 1e9", "1e9", "Example|plainly")
    await guide.say(ANN, "/open WIF long 150", "100 SOL", "basic")
    await guide.say(ANN, "/open WIF long", "/open TOKEN")
    await guide.say(ANN, "/opne WIF long 5", "/open")
    await guide.say(ANN, "/price nosuchtoken", "know")
    await guide.say(ANN, "/close 77", "77")


async def _group(guide: Guide, _: Sandbox) -> None:
    card = await guide.say(ADA, "/price WIF", "WIF", chat=LOUNGE)
    await guide.press(BOB, card, "Buy 1", "only|not yours|Ada")
    await guide.say(ANN, "/wallet", "private", chat=LOUNGE)


async def _season(guide: Guide, _: Sandbox) -> None:
    asked = await guide.say(BOB, "/reset", "season")
    await guide.press(BOB, asked, "Yes", "season 2")


_SCRIPT: tuple[Callable[[Guide, Sandbox], Coroutine[object, object, None]], ...] = (
    _begin,
    _trade,
    _look,
    _short,
    _safety,
    _nonsense,
    _group,
    _season,
)


async def _prove(bot: Running, guide: Guide) -> None:
    proof = await bot.services.operations.prove_ledger()
    words = "books balance" if proof.is_balanced else f"differences: {proof.differences}"
    guide.failures += not proof.is_balanced
    counts = ", ".join(f"{number} {name}" for name, number in proof.counts.items())
    guide.show("ledger", "check", Answer(texts=(f"{words}: {counts}",), messages=()), "")


def _show_text(who: str, sent: str, answer: Answer, fault: str) -> None:
    print(f"\n{who} > {sent}")
    for text in answer.texts or ("(no answer)",):
        print("\n".join(f"    {line}" for line in text.splitlines()))
    if fault:
        print(f"    !! {fault}")


def _show_json(who: str, sent: str, answer: Answer, fault: str) -> None:
    line: dict[str, object] = {"who": who, "sent": sent, "replies": list(answer.texts)}
    if fault:
        line["fault"] = fault
    print(orjson.dumps(line).decode(), flush=True)

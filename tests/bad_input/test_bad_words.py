"""Section E of the threat list, 74 to 80, in what people write; secrets (81) and floods (64).

Not here, because the thing is not there: exports (75), and a history of addresses or dust (77;
every address is shown whole). Log lines (76) are in `tests/observability`.
"""

import asyncio

import pytest

from bot.domain.identifiers import TOKEN_PROGRAM, USDC_MINT
from bot.sandbox.market.layouts.addresses import RAYDIUM_CPMM, derive
from bot.telegram.cleaning import SECRET_REMOVED
from tests.bad_input.quarter import Quarter, entity_kinds
from tests.journeys.people import ANN, LOUNGE
from tests.journeys.town import WIF

ETHEREUM = "0x" + "52908400098527886E0F7030069857D2E4169EE7"
OFF_CURVE = str(derive(RAYDIUM_CPMM, b"bad input"))
ADDRESSES = {
    "E78 too short": (WIF[:31], "32 to 44 letters and digits"),
    "E78 too long": (WIF + "x", "32 to 44 letters and digits"),
    "E78 with 0": ("0" + WIF[1:], "0, O, I and l"),
    "E78 with O": ("O" + WIF[1:], "0, O, I and l"),
    "E78 with I": ("I" + WIF[1:], "0, O, I and l"),
    "E78 with l": ("l" + WIF[1:], "0, O, I and l"),
    "E78 off the curve": (OFF_CURVE, "it is not a token"),
    "E78 a program": (TOKEN_PROGRAM, "it is not a token"),
    "E78 the system": ("1" * 32, "it is not a token"),
    "E78 ethereum": (ETHEREUM, "an address of another chain"),
    "E79 zero width": (WIF[:9] + "\u200b" + WIF[9:], "hidden characters"),
    "E79 bidirectional": ("\u202e" + WIF + "\u2069", "hidden characters"),
    "E79 soft hyphens": ("\u00ad".join(WIF[i : i + 11] for i in (0, 11, 22, 33)), "hidden"),
    "E79 a BOM": ("\ufeff" + WIF, "hidden characters"),
}
UNREADABLE = {"E74 NUL": "\0", "E74 lone half": "\ud83d", "E74 other half": "\udc00"}
WORDS = "abandon ability able about above absent absorb abstract absurd abuse access accident"
LONG_WORDS = f"{WORDS} account accuse achieve acid acoustic acquire across act action actor actress"
KEY = "5" * 87
SECRETS = {
    "a key": KEY,
    "a key in a sentence": f"is this right? {KEY}.",
    "a key in a command": f"/price {KEY}",
    "a key in code": f"`{KEY}`",
    "a list": str([7] * 64),
    "a seed as a list": str([7] * 32),
    "hex": "ab" * 32,
    "hex of another chain": "0x" + "AB" * 32,
    "twelve words": WORDS,
    "twenty-three words and more": f"my wallet: {LONG_WORDS} actual",
    "words in a column": "\n".join(f"{i}. {word}" for i, word in enumerate(WORDS.split(), 1)),
    "shouted words": WORDS.upper(),
    "words by comma": WORDS.replace(" ", ", "),
}
LONGEST = (
    "\U0001f600" * 4096,
    "\U0001f600" * 2048,
    "\u0301" * 4096,
    "\n" * 4095 + "x",
    "/" * 4096,
    "/price " + "\U0001f600" * 4096,
    "/help " + "\u202e" * 4096,
    "/" + "a" * 4095,
)


@pytest.mark.parametrize("case", ADDRESSES)
async def test_an_address_that_is_none_is_told_what_is_wrong(
    quarter: Quarter, settler: int, case: str
) -> None:
    address, words = ADDRESSES[case]
    async with quarter.harmless():
        for text in (address, f"/price {address}", f"/open {address} long 1"):
            answer = await quarter.push(settler, text)
            assert words in answer.text, text
            assert WIF in answer.text if case.startswith("E79") else "/price" in answer.text


async def test_an_address_is_shown_whole_and_as_code(quarter: Quarter, settler: int) -> None:
    """E77: looking like the first and last four characters is of no use."""
    async with quarter.harmless():
        for mint in (WIF, USDC_MINT):
            shown = (await quarter.town.say(settler, f"/info {mint}")).message(mint)
            places = [
                shown["text"][entity["offset"] :][: entity["length"]]
                for entity in shown["entities"]
                if entity["type"] == "code"
            ]
            assert mint in places


@pytest.mark.parametrize("case", UNREADABLE)
async def test_characters_that_no_database_takes_are_refused(
    quarter: Quarter, settler: int, case: str
) -> None:
    character = UNREADABLE[case]
    async with quarter.harmless():
        for text in (f"/price W{character}IF", character, f"/start {character}", character * 4096):
            assert "characters that I cannot read" in (await quarter.push(settler, text)).text
        for key in ("from", "chat"):
            told = {"id": settler, "is_bot": False, "first_name": character, "type": "private"}
            assert (await quarter.push(settler, "/wallet", **{key: told})).text


@pytest.mark.parametrize(
    "text",
    LONGEST,
    ids=lambda text: f"E80 {ascii(text)[:14]}",
)
async def test_a_message_as_long_as_can_be_gets_a_short_answer(
    quarter: Quarter, settler: int, text: str
) -> None:
    async with quarter.harmless():
        answer = await quarter.push(settler, text)
        assert 0 < len(answer.text) < 400
        assert "/help" in answer.text or "/price" in answer.text


@pytest.mark.parametrize("case", SECRETS)
async def test_a_pasted_secret_is_removed_unread_with_a_warning(
    quarter: Quarter, settler: int, case: str
) -> None:
    """F81."""
    town, secret = quarter.town, SECRETS[case]
    async with quarter.harmless():
        told = await town.wire.speak(settler, secret)
        answer = await town.reply(told["update_id"])
        assert "Never paste one anywhere" in answer.text
        pasted = told["message"]["message_id"]
        assert await is_gone(quarter, settler, pasted)
        raw = await town.value("SELECT raw FROM inbox WHERE update_id = $1", told["update_id"])
        assert SECRET_REMOVED in raw
        assert KEY not in raw
        assert "abstract" not in raw.casefold()


@pytest.mark.parametrize("how", ["caption", "forwarded", "edited"])
async def test_a_secret_is_removed_however_it_came(
    quarter: Quarter, settler: int, how: str
) -> None:
    """F81."""
    town = quarter.town
    number = (await town.wire.speak(settler, "/help"))["message"]["message_id"]
    async with quarter.harmless():
        if how == "caption":
            answer = await quarter.push(settler, None, caption=WORDS, message_id=number)
        elif how == "forwarded":
            origin = {"type": "hidden_user", "date": 1_790_000_000, "sender_user_name": "Nobody"}
            more = {"forward_origin": origin, "message_id": number}
            answer = await quarter.push(settler, WORDS, **more)
        else:
            body = {"chat_id": settler, "message_id": number, "text": WORDS}
            edited = await town.wire.post(f"/sandbox/people/{settler}/edit", body)
            answer = await town.reply(edited["update_id"])
        assert "Never paste one anywhere" in answer.text
        assert await is_gone(quarter, settler, number)


async def test_a_secret_that_the_bot_may_not_delete_is_warned_of_all_the_same(
    quarter: Quarter,
) -> None:
    """F81: in a group where the bot is no admin."""
    town = quarter.town
    await town.say(ANN, "/start")
    async with quarter.harmless():
        told = await town.wire.speak(ANN, f"/price {KEY}", LOUNGE)
        warned = """
            SELECT payload ->> 'text' LIKE '%Delete it if you still see it%' FROM outbox
            WHERE update_id = $1 AND state = 'sent'
        """
        await town.until(lambda: town.value(warned, told["update_id"]), "the warning is sent")


@pytest.mark.parametrize(
    "text",
    [
        " ".join(WORDS.split()[:11]),
        "the quick brown fox jumps over the lazy dog and then it goes back home to sleep",
        "I would like to open a position on a token whose price will only ever go up, can you?",
        WIF,
        "a" * 64 + "g",
        str([7] * 31),
    ],
    ids=lambda text: text[:20],
)
async def test_what_is_no_secret_stays(quarter: Quarter, settler: int, text: str) -> None:
    """F81: nobody's words are taken away without need."""
    async with quarter.harmless():
        told = await quarter.town.wire.speak(settler, text)
        assert "Never paste" not in (await quarter.town.reply(told["update_id"])).text
        message = await quarter.town.wire.message(settler, told["message"]["message_id"])
        assert message is not None
        assert message["text"] == text


async def test_a_hundred_commands_of_one_person_hold_nobody_up(quarter: Quarter) -> None:
    """D64: everything is answered, orders are throttled by role, and others do not wait."""
    town, who, other = quarter.town, await quarter.settler(), await quarter.settler()
    flood = [f"/open WIF long 0.{number:03d}" for number in range(10, 60)] + ["/wallet"] * 50
    told = [await town.wire.speak(who, text) for text in flood[:-1]]
    clock = asyncio.get_running_loop()
    begun = clock.time()
    assert "free" in (await town.say(other, "/wallet")).text
    waited_seconds = clock.time() - begun
    answers = [(await town.reply(each["update_id"])).text for each in told]
    assert sum("Bought" in answer for answer in answers) == 20
    assert sum("more than 20 orders in a minute" in answer for answer in answers) == 30
    assert sum("free" in answer for answer in answers) >= 49
    assert waited_seconds < 2.0
    assert await town.orders(who) == 20
    await quarter.calm()


async def test_a_command_is_no_link_of_the_answer(quarter: Quarter, settler: int) -> None:
    """E73: what people typed comes back as code, in which Telegram finds nothing."""
    texts = ("/price @admin", "/price https://t.me/x", "/open #x long 1", "/price </code><b>x")
    async with quarter.harmless():
        for text in texts:
            answer = await quarter.town.say(settler, text)
            assert entity_kinds(answer.messages) <= {"code", "bold", "bot_command"}


async def is_gone(quarter: Quarter, chat_id: int, message_id: int) -> bool:
    """Tell whether people see a message no more."""
    message = await quarter.town.wire.message(chat_id, message_id)
    return message is None or bool(message.get("deleted"))

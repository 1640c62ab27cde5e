"""The operator's password in the whole bot, under real argon2id: removed, counted, locked, told."""

from bot.adapters.passwords import hash_password
from tests.journeys.people import ADA
from tests.journeys.town import Town

PASSWORD = "correct-horse-battery"
_TOLD = "SELECT payload ->> 'text' AS said FROM outbox WHERE chat_id = $1 ORDER BY notice_id"


async def test_the_password_lets_in_and_wrong_ones_lock_their_sender_alone(
    empty_town: Town,
) -> None:
    town = empty_town
    settings = {"admission": "closed", "auth_password_hash": hash_password(PASSWORD)}
    async with town.bot(**settings):
        await town.say(ADA, "/start")
        guesser, guest = await town.newcomer("Gus"), await town.newcomer("Gil")
        assert "invited people" in (await town.say(guesser, "/start")).text
        for number in range(3):
            told = await town.wire.speak(guesser, f"/auth wrong-guess-{number}")
            reply = await town.reply(told["update_id"])
            assert "not the password" in reply.text
            gone = await town.wire.message(guesser, told["message"]["message_id"])
            assert gone is not None
            assert gone["deleted"], "a password does not stay in the chat"
        locked = await town.say(guesser, f"/auth {PASSWORD}")
        assert "Too many wrong passwords" in locked.text
        failures = "SELECT failures FROM password_attempts WHERE user_id = $1"
        assert await town.value(failures, guesser) == 3, "what is not looked at is not counted"
        assert "let in" in (await town.say(guest, f"/auth {PASSWORD}")).text
        assert await town.value("SELECT status FROM users WHERE user_id = $1", guest) == "active"
        assert await town.value("SELECT status FROM users WHERE user_id = $1", guesser) == "pending"
        await town.until(town.is_quiet, "the admins are told")
        said = "\n".join(row["said"] or "" for row in await town.rows(_TOLD, ADA))
        assert "Wrong passwords at the door" in said
        assert "came in by the password" in said
        for table in ("inbox", "outbox", "audit_log"):
            dump = await town.value(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608
            assert PASSWORD not in dump
            assert "wrong-guess" not in dump

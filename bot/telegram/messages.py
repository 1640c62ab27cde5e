"""From a message to its handler: one look-up in the command table, or plain text."""

import re
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.users import PERMISSIONS, Permission, User
from bot.observability.journeys import note_command
from bot.ports.mail import StoredUpdate
from bot.telegram.arguments import LONGEST_TEXT, Arguments, read_arguments
from bot.telegram.cleaning import SECRET_REMOVED, UNREADABLE
from bot.telegram.commands.conversation import plain_text
from bot.telegram.door import Chat, Door
from bot.telegram.heard import Message
from bot.telegram.hearing import is_somebody
from bot.telegram.places import require_row
from bot.telegram.refusing import answer_refusal, link_to, password_hidden, secret_hidden
from bot.telegram.secret_pocket import PASSWORD_REMOVED
from bot.telegram.suggestions import nearest
from bot.telegram.turn import Command, Place, Turn, Voice

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?", re.DOTALL)


class MessageDoor:
    """Answers every message of a known person."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def hear(self, message: Message, user: User, stored: StoredUpdate) -> None:
        """Handle one message; every way through closes the update."""
        chat = Chat(
            chat_id=message.chat.id,
            is_private=message.chat.is_private,
            message_id=message.message_id,
            thread_id=message.thread_id,
            is_channel=message.chat.is_channel,
            replied_to=_replied_to(message),
            ephemeral_id=message.ephemeral_message_id,
        )
        turn = self._door.turn(
            user,
            chat,
            stored,
            text=_words_of(message)[:LONGEST_TEXT],
            source_at=message.date,
        )
        await self._answer(turn, chat)

    async def _answer(self, turn: Turn, chat: Chat) -> None:
        command: Command | None = None
        try:
            if SECRET_REMOVED in turn.text:
                await turn.finish(secret_hidden(turn.chat_id, turn.message_id))
                return
            if PASSWORD_REMOVED in turn.text and not _is_password_told(turn):
                await turn.finish(password_hidden(turn.chat_id, turn.message_id))
                return
            match = _COMMAND.fullmatch(turn.text.strip())
            if match is None and turn.is_private and not await self._door.admits(turn, None):
                return
            if match is None:
                note_command("message", "words")
                await _without_command(turn)
                return
            if self._is_for_another(turn, match):
                await turn.finish()
                return
            if not await self._door.admits(turn, self._door.commands.get(match[1].lower())):
                return
            command = self._command(match[1])
            note_command("message", command.name)
            await require_row(command, turn.user, chat, turn.services.rooms.groups)
            turn = await _hushed(turn, command)
            await _run(turn, command, match[3] or "")
        except Refusal as refusal:
            await answer_refusal(turn, refusal, command)

    def _is_for_another(self, turn: Turn, match: re.Match[str]) -> bool:
        if match[2] is not None:
            name = self._door.bot_name(turn.request.update_id)
            return match[2].casefold() != name.casefold()
        if turn.is_private:
            return False
        # In a group an unknown command is probably another bot's, and so is a ban by whoever may
        # not ban here: bots that keep order in groups have commands of the same names.
        command = self._door.commands.get(match[1].lower())
        return command is None or (
            command.permission is Permission.MANAGE_PEOPLE
            and command.permission not in PERMISSIONS[turn.user.role]
        )

    def _command(self, typed: str) -> Command:
        name = typed.lower()
        command = self._door.commands.get(name)
        if command is None:
            suggestion = nearest(name, self._door.commands)
            raise Refusal("unknown_command", name=typed[:32], suggestion=suggestion)
        return command


def _words_of(message: Message) -> str:
    """Give what was written; of a picture's caption only that it held a secret."""
    if message.text is None and SECRET_REMOVED in (message.caption or ""):
        return SECRET_REMOVED
    return message.text or ""


def _replied_to(message: Message) -> int | None:
    """Give whose message a person answers with this one, if that is a person."""
    answered = message.reply_to_message.from_user if message.reply_to_message else None
    is_person = answered is not None and not answered.is_bot and is_somebody(answered.id)
    return answered.id if answered is not None and is_person else None


def _is_password_told(turn: Turn) -> bool:
    """Tell whether a password is where it may be: in the private chat, after its command."""
    match = _COMMAND.fullmatch(turn.text.strip())
    return turn.is_private and match is not None and match[1].lower() == "auth"


async def _hushed(turn: Turn, command: Command) -> Turn:
    """Let nobody else read what is whispered: aside, where Telegram would take no whisper."""
    if turn.is_private or turn.voice is not Voice.ALOUD:
        return turn
    if command.place is not Place.WHISPERED:
        return turn.on_paper()
    hushed = replace(turn, voice=Voice.WHISPER, opens=link_to(command))
    if await turn.services.rooms.groups.may_whisper(turn.chat_id):
        return hushed
    return replace(hushed, voice=Voice.APART, keys=turn.news_keys())


async def _run(turn: Turn, command: Command, rest: str) -> None:
    _require_readable(rest)
    is_bare = command.is_guided and not rest.split()
    arguments = Arguments() if is_bare else read_arguments(rest, command.arguments)
    await command.handler(turn, arguments)


async def _without_command(turn: Turn) -> None:
    if not turn.text.strip():
        if not turn.is_private:
            await turn.finish()
            return
        raise Refusal("text_only")
    _require_readable(turn.text)
    await plain_text(turn if turn.is_private else turn.on_paper())


def _require_readable(text: str) -> None:
    """Refuse what was a NUL or half a character before the inbox took it."""
    if UNREADABLE in text:
        raise Refusal("unreadable_text")

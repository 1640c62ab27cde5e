"""From a pressed button to its handler: checked for form, owner, age and place first."""

from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.users import User
from bot.observability.journeys import note_command
from bot.ports.mail import StoredUpdate
from bot.telegram.callbacks import Press, action_named, read_press
from bot.telegram.door import Chat, Door
from bot.telegram.heard import CallbackQuery, PressedMessage
from bot.telegram.mode_wall import refuse_other_mode, require_private_for_live
from bot.telegram.places import require_row
from bot.telegram.refusing import answer_refusal
from bot.telegram.turn import Action, Place, Pressed, PressHandler, Turn, Voice
from bot.words.speech import later, say

_SOMEBODY = later("the person who asked")


class PressDoor:
    """Answers every press of a button."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def press(self, callback: CallbackQuery, user: User, stored: StoredUpdate) -> None:
        """Handle one press; every way through closes the update and frees the button."""
        chat, what = _chat(callback, user), ""
        turn = self._turn(callback, chat, user, stored)
        if not await self._door.admits(turn, self._meant(callback.data)):
            return
        try:
            press = read_press(callback.data, self._door.clock.now())
            what = f"button {press.action}"
            _require_owner(press, callback)
            action = self._action(press)
            note_command("button", action.name)
            await require_row(action, user, chat, turn.services.rooms.groups)
            if press.mode is not user.mode and not action.is_of_any_mode:
                await refuse_other_mode(turn, press)
                return
            require_private_for_live(press, action, chat)
            handler = self._handler(action, press)
            if action.is_money:
                request_id = f"cb:{press.owner}:{press.nonce}"
                turn = self._turn(callback, chat, user, stored, request_id)
            if action.place is Place.WHISPERED and not chat.is_private:
                turn = replace(turn, voice=Voice.WHISPER)
            await handler(turn if _is_unheard_by_others(turn) else turn.on_paper(), press)
        except Refusal as refusal:
            await answer_refusal(turn, refusal, what=what)

    def _meant(self, data: str | None) -> Action | None:
        """Give the action that a note seems to name, before it is read with care."""
        return self._door.actions.get(action_named(data))

    def _action(self, press: Press) -> Action:
        action = self._door.actions.get(press.action)
        if action is None:
            raise Refusal("bad_button")
        return action

    def _handler(self, action: Action, press: Press) -> PressHandler:
        if not press.is_stale(self._door.clock.now(), is_money=action.is_money):
            return action.handler
        if action.when_stale is None:
            raise Refusal("stale_button")
        return action.when_stale

    def _turn(
        self,
        callback: CallbackQuery,
        chat: Chat,
        user: User,
        stored: StoredUpdate,
        request_id: str = "",
    ) -> Turn:
        on_picture = callback.message is not None and bool(callback.message.photo)
        pressed = Pressed(callback_id=callback.id, on_picture=on_picture)
        return self._door.turn(user, chat, stored, request_id=request_id, pressed=pressed)


def _is_unheard_by_others(turn: Turn) -> bool:
    return turn.is_private or turn.voice is not Voice.ALOUD


def _chat(callback: CallbackQuery, user: User) -> Chat:
    message = callback.message
    if message is None:
        return Chat(chat_id=user.user_id, is_private=True)
    return Chat(
        chat_id=message.chat.id,
        is_private=message.chat.is_private,
        message_id=message.message_id,
        thread_id=message.thread_id,
        is_channel=message.chat.is_channel,
        ephemeral_id=message.ephemeral_message_id,
    )


def _require_owner(press: Press, callback: CallbackQuery) -> None:
    if callback.message is None:
        raise Refusal("bad_button")
    if press.owner != callback.from_user.id:
        raise Refusal("not_yours", owner=_owner_name(press.owner, callback.message))


def _owner_name(owner: int, message: PressedMessage) -> str:
    """Give the owner's first name where the message answers one of theirs."""
    asked = message.reply_to_message.from_user if message.reply_to_message else None
    return asked.first_name if asked is not None and asked.id == owner else say(_SOMEBODY)

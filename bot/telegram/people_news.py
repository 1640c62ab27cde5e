"""News about people: to those whom it concerns, and to the admins who decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.approvals import Approval, ApprovalKind
from bot.domain.notices import Notice, Priority
from bot.domain.people import Change, Person, Verdict
from bot.domain.users import Role, User
from bot.telegram.callbacks import Keys
from bot.telegram.command_table import TABLE
from bot.telegram.invitation_links import NONCE, PLACEHOLDER
from bot.telegram.layout import Screen, key
from bot.telegram.menus import menu_notice, no_menu_notice
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import account_news, admission, approvals
from bot.telegram.screens.people import person_words
from bot.telegram.screens.security import security_rows
from bot.words.speech import say

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleNews(PrivateNews):
    """Renders what the services about people have to tell."""

    def changed(
        self, person: Person, change: Change, *, until: datetime | None, reason: str
    ) -> Sequence[Notice]:
        """Tell a person what an admin has done to their account."""
        return self._secure(
            person.user_id, lambda: account_news.changed(change, until=until, reason=reason)
        )

    def lapsed(self, user_id: int) -> Sequence[Notice]:
        """Tell a person that their role has run out."""
        return self._secure(user_id, account_news.lapsed)

    def asked_in(self, person: Person, admins: Sequence[int]) -> Sequence[Notice]:
        """Give each admin the card of somebody who asks to be let in."""
        return self._to_all(admins, lambda keys: admission.card(person, keys))

    def answered_in(self, person: Person, verdict: Verdict) -> Sequence[Notice]:
        """Tell the person what an admin said; whoever is blocked hears no more."""
        if verdict is Verdict.BLOCKED:
            return ()
        return self._told(person.user_id, lambda _keys: admission.told(verdict))

    def decided_in(
        self, person: Person, verdict: Verdict, by: str, others: Sequence[int]
    ) -> Sequence[Notice]:
        """Tell the other admins who answered, and what."""
        return self._to_all(others, lambda _keys: admission.decided(person, verdict, by))

    def used(self, maker_id: int, person: Person, role: Role) -> Sequence[Notice]:
        """Tell whoever invited that somebody came."""
        told = self._told(maker_id, lambda _keys: admission.invitation_used(person, role))
        return (*told, self._admin_menu(person.user_id)) if role is Role.ADMIN else told

    def locked(self, person: Person, failures: int, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell admins that somebody guesses the password."""
        return self._to_all(admins, lambda _keys: admission.password_news(person, failures))

    def besieged(self, failures: int, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell admins that many passwords were wrong, whoever tried them."""
        return self._to_all(admins, lambda _keys: admission.siege_news(failures))

    def entered(self, person: Person, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell admins that somebody came in by the password."""
        return self._to_all(admins, lambda _keys: admission.password_entered(person))

    def asked(self, approval: Approval, admins: Sequence[int]) -> Sequence[Notice]:
        """Give each other admin the card of an approval."""
        return self._to_all(admins, lambda keys: approvals.card(approval, keys))

    def decided(
        self, approval: Approval, *, is_yes: bool, by: User, admins: Sequence[int]
    ) -> Sequence[Notice]:
        """Tell everybody else what became of it; an invitation goes to whoever asked for it."""
        others = [one for one in {*admins, approval.asked_by} if one != by.user_id]
        told = self._to_all(
            sorted(others),
            lambda _keys: approvals.decided(approval, is_yes=is_yes, by=by.first_name),
        )
        if is_yes and approval.wish.kind is ApprovalKind.INVITE:
            return (*told, self._invitation(approval))
        return told

    def carried_out(self, approval: Approval) -> Sequence[Notice]:
        """Tell the person whom it concerns."""
        if approval.wish.kind not in account_news.CONCERNING:
            return ()
        told = self._secure(
            approval.wish.person_id, lambda: account_news.carried_out(approval.wish)
        )
        return (*told, *self._menu_after(approval))

    def voided(self, approval: Approval, admins: Sequence[int]) -> Sequence[Notice]:
        """Tell admins and whoever asked that it is void."""
        everybody = sorted({*admins, approval.asked_by})
        return self._to_all(everybody, lambda _keys: approvals.voided(approval))

    def sent(
        self, person: Person, words: str, number: int, admins: Sequence[int]
    ) -> Sequence[Notice]:
        """Give each admin somebody's feedback, with a button to answer."""

        def card(keys: Keys) -> Screen:
            text = account_news.feedback_card(person_words(person), words)
            return Screen(text=text, rows=((key(keys, say("Answer"), "fbans", number),),))

        return self._to_all(admins, card)

    def answered(self, user_id: int, question: str, words: str) -> Sequence[Notice]:
        """Give a person the admins' answer."""
        return self._told(user_id, lambda _keys: account_news.feedback_answer(question, words))

    def _menu_after(self, approval: Approval) -> tuple[Notice, ...]:
        """Show the commands of admins to whoever became one, and no more to who was one."""
        person_id = approval.wish.person_id
        match approval.wish.kind:
            case ApprovalKind.PROMOTE:
                return (self._admin_menu(person_id),)
            case ApprovalKind.DEMOTE:
                return (no_menu_notice(person_id),)
        return ()

    def _admin_menu(self, user_id: int) -> Notice:
        return menu_notice(user_id, Role.ADMIN, self.language_of(user_id), TABLE)

    def _invitation(self, approval: Approval) -> Notice:
        details = approval.wish.details
        nonce, role = str(details["nonce"]), Role(str(details["role"]))
        return self.invitation(approval.asked_by, nonce, role, int(str(details["days"])))

    def invitation(self, user_id: int, nonce: str, role: Role, days: int) -> Notice:
        """Give an admin a link to pass on; its secret is written in when the message leaves."""
        now = self.clock.now()
        until = datetime.fromtimestamp(now.timestamp() + days * _DAY_SECONDS, now.tzinfo)
        (plain,) = self._told(
            user_id, lambda _keys: admission.invitation(self.bot_name, PLACEHOLDER, role, until)
        )
        return replace(plain, payload={**plain.payload, NONCE: nonce})

    def _secure(self, user_id: int, screen: Callable[[], Screen]) -> tuple[Notice, ...]:
        return self._told(
            user_id, lambda keys: replace(screen(), rows=security_rows(keys)), Priority.SAFETY
        )

    def _to_all(
        self, user_ids: Sequence[int], screen: Callable[[Keys], Screen]
    ) -> tuple[Notice, ...]:
        return tuple(notice for one in user_ids for notice in self._told(one, screen))

    def _told(
        self, user_id: int, screen: Callable[[Keys], Screen], priority: Priority = Priority.REPLY
    ) -> tuple[Notice, ...]:
        return self.told(user_id, screen, priority)

"""Second factors: set, proved and dropped by their owner, in a session of the web door only."""

from collections.abc import Callable, Sequence

from bot.domain.errors import Refusal, Unavailable
from bot.domain.factors import Factor, FactorState, UsedCode, checked_pin, is_code
from bot.domain.users import Permission, User
from bot.domain.web_sessions import Visitor
from bot.ports.clock import Clock
from bot.ports.factors import FactorBook, FactorVault, NewSecret, StoredFactor, Try
from bot.services.security_notices import SecurityNotices
from bot.services.web_sessions import WebSessions

OpenVault = Callable[[], FactorVault]
_LONGEST = 64


class Factors:
    """The use cases around PIN, authenticator and recovery codes.

    Whoever has a factor must have given one in this session of late before anything of theirs
    changes. A try is counted before it is evaluated; `open_vault` is None where the operator
    gave no key, and then there are no factors.
    """

    def __init__(
        self,
        *,
        book: FactorBook,
        open_vault: OpenVault | None,
        sessions: WebSessions,
        notices: SecurityNotices,
        clock: Clock,
    ) -> None:
        self._book = book
        self._open_vault = open_vault
        self._sessions = sessions
        self._notices = notices
        self._clock = clock

    @property
    def are_offered(self) -> bool:
        """Tell whether there is a key to keep factors under."""
        return self._open_vault is not None

    async def state(self, user: User) -> FactorState:
        """Give which factors a person has."""
        user.require(Permission.PROTECT_OWN)
        return await self._book.state(user.user_id)

    async def require_proof(self, visitor: Visitor) -> FactorState:
        """Pass where a factor was given of late, or where there is none to give.

        Raises `Refusal` (`proof_needed`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        state = await self._book.state(visitor.user.user_id)
        if state.has_any and not visitor.session.is_proved(self._clock.now()):
            raise Refusal("proof_needed")
        return state

    async def require_proof_anywhere(self, user: User) -> None:
        """Pass where a factor was given of late in any session of theirs, or where there is none.

        For what is asked in chat, where no factor is ever typed. Raises `Refusal`
        (`proof_on_page_needed`).
        """
        user.require(Permission.PROTECT_OWN)
        if not (await self._book.state(user.user_id)).has_any:
            return
        now = self._clock.now()
        if not any(session.is_proved(now) for session in await self._sessions.mine(user)):
            raise Refusal("proof_on_page_needed")

    async def prove(self, visitor: Visitor, factor: Factor, text: str) -> str:
        """Take a factor; gives the token by which the session goes on.

        Raises `Refusal` (`factors_locked`, `wrong_factor`, `no_factor`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user = self._vault(), visitor.user
        stored = await self._stored(user.user_id, factor)
        claimed = await self._claimed(user)
        if not await self._is_right(vault, user.user_id, factor, stored, text[:_LONGEST]):
            await self._write_down(user, factor, claimed)
            raise Refusal("wrong_factor")
        await self._book.passed(user.user_id)
        return await self._sessions.prove(visitor)

    async def use_code(self, visitor: Visitor, text: str, purpose: str) -> UsedCode:
        """Use a code of the authenticator up for one thing alone: it proves no session.

        `purpose` is kept beside it, so that nobody takes it for anything else.

        Raises `Refusal` (`factors_locked`, `wrong_factor`, `no_factor`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user = self._vault(), visitor.user
        stored = await self._stored(user.user_id, Factor.TOTP)
        assert stored.confirmed_at is not None, "it counts, so it was confirmed"  # noqa: S101
        claimed = await self._claimed(user)
        step = await self._used_step(vault, user.user_id, stored, text[:_LONGEST], purpose)
        if step is None:
            await self._write_down(user, Factor.TOTP, claimed)
            raise Refusal("wrong_factor")
        await self._book.passed(user.user_id)
        return UsedCode(version=stored.version, step=step, set_at=stored.confirmed_at)

    async def set_pin(self, visitor: Visitor, pin: str) -> None:
        """Set a PIN, or another one; raises `Refusal` (`bad_pin`, `weak_pin`, `proof_needed`)."""
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user = self._vault(), visitor.user
        checked = checked_pin(pin)
        await self.require_proof(visitor)
        before = await self._book.read(user.user_id, Factor.PIN)
        version = 1 if before is None else before.version + 1
        sealed = await vault.seal_pin(user.user_id, version, checked)
        stored = StoredFactor(
            version=version, key_id=vault.key_id, sealed=sealed, confirmed_at=self._clock.now()
        )
        told = self._notices.factor_set(user, Factor.PIN)
        await self._book.put(user.user_id, Factor.PIN, stored, told)

    async def begin_authenticator(self, visitor: Visitor) -> NewSecret:
        """Make a secret for an authenticator, which counts once it has shown a code."""
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user = self._vault(), visitor.user
        await self.require_proof(visitor)
        kinds = (Factor.TOTP, Factor.WAITING)
        known = [await self._book.read(user.user_id, kind) for kind in kinds]
        version = 1 + max((one.version for one in known if one is not None), default=0)
        secret = vault.new_secret(user.user_id, version, user.first_name)
        stored = StoredFactor(version=version, key_id=vault.key_id, sealed=secret.sealed)
        await self._book.put(user.user_id, Factor.WAITING, stored, ())
        return secret

    async def waiting_secret(self, visitor: Visitor) -> NewSecret | None:
        """Give the secret that waits for its first code once more."""
        visitor.user.require(Permission.PROTECT_OWN)
        await self.require_proof(visitor)
        waiting = await self._book.read(visitor.user.user_id, Factor.WAITING)
        if waiting is None:
            return None
        return self._vault().secret_of(visitor.user.user_id, waiting, visitor.user.first_name)

    async def confirm_authenticator(self, visitor: Visitor, code: str) -> None:
        """Let an authenticator count that shows its code.

        Raises `Refusal` (`wrong_code`, `no_factor`, `proof_needed`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user, now = self._vault(), visitor.user, self._clock.now()
        await self.require_proof(visitor)
        stored = await self._stored(user.user_id, Factor.WAITING)
        step = vault.step_of(user.user_id, stored, code, now) if is_code(code) else None
        if step is None:
            # Not counted as a try: whoever sees the secret on the page has no code to guess.
            raise Refusal("wrong_code")
        told = self._notices.factor_set(user, Factor.TOTP)
        if not await self._book.confirm(user.user_id, stored.version, step, now, told):
            raise Refusal("no_factor")

    async def new_codes(self, visitor: Visitor) -> Sequence[str]:
        """Make recovery codes in place of all older ones; they are shown this once.

        Raises `Refusal` (`no_factor`, `proof_needed`).
        """
        visitor.user.require(Permission.PROTECT_OWN)
        vault, user = self._vault(), visitor.user
        if not (await self.require_proof(visitor)).has_any:
            raise Refusal("no_factor")
        codes = vault.new_codes()
        hashes = [vault.code_hash(user.user_id, code) for code in codes]
        told = self._notices.factor_set(user, Factor.RECOVERY)
        await self._book.put_codes(user.user_id, hashes, told)
        return codes

    async def remove(self, visitor: Visitor, factor: Factor) -> None:
        """Drop a PIN or an authenticator; raises `Refusal` (`no_factor`, `proof_needed`)."""
        visitor.user.require(Permission.PROTECT_OWN)
        await self.require_proof(visitor)
        told = self._notices.factor_removed(visitor.user, factor)
        if not await self._book.remove(visitor.user.user_id, factor, told):
            raise Refusal("no_factor")

    async def _is_right(
        self,
        vault: FactorVault,
        user_id: int,
        factor: Factor,
        stored: StoredFactor,
        text: str,
    ) -> bool:
        match factor:
            case Factor.PIN:
                return await vault.is_pin(user_id, stored, text)
            case Factor.TOTP:
                return await self._used_step(vault, user_id, stored, text) is not None
            case _:
                code_hash = vault.code_hash(user_id, text)
                return await self._book.take_code(user_id, code_hash, self._clock.now())

    async def _used_step(
        self,
        vault: FactorVault,
        user_id: int,
        stored: StoredFactor,
        text: str,
        purpose: str = "",
    ) -> int | None:
        """Use a code up; gives its step, or None where it was wrong or used before."""
        now = self._clock.now()
        step = vault.step_of(user_id, stored, text, now) if is_code(text) else None
        if step is None:
            return None
        # Used once: a code that was looked at over a shoulder opens nothing any more.
        is_first = await self._book.take_step(user_id, stored.version, step, purpose)
        return step if is_first else None

    async def _claimed(self, user: User) -> Try:
        """Count a try before it is looked at; raises `Refusal` (`factors_locked`)."""
        claimed = await self._book.claim(user.user_id, self._clock.now())
        if not claimed.is_allowed:
            raise Refusal("factors_locked", until=claimed.locked_until)
        return claimed

    async def _write_down(self, user: User, factor: Factor, claimed: Try) -> None:
        until = claimed.locked_until
        told = self._notices.factors_locked(user, until) if until else ()
        await self._book.failed(user.user_id, factor, told)

    async def _stored(self, user_id: int, factor: Factor) -> StoredFactor:
        if factor is Factor.RECOVERY:
            state = await self._book.state(user_id)
            if not state.codes_left:
                raise Refusal("no_factor")
            return StoredFactor(version=0, key_id=self._vault().key_id, sealed=b"")
        stored = await self._book.read(user_id, factor)
        if stored is None:
            raise Refusal("no_factor")
        if stored.key_id != self._vault().key_id:
            raise Unavailable("vault", "the operator's key is another one than before")
        return stored

    def _vault(self) -> FactorVault:
        if self._open_vault is None:
            raise Refusal("no_factors_here")
        return self._open_vault()

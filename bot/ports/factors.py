"""What the inside asks about second factors: a vault makes them, a book keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.factors import Factor, FactorState
from bot.domain.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFactor:
    """A factor as it is kept: of no use without the key that `key_id` names.

    `version` grows with each that is set; `last_step` is the newest time step whose code was
    taken, `confirmed_at` is None while an authenticator waits for its first code.
    """

    version: int
    key_id: str
    sealed: bytes
    last_step: int = 0
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """An authenticator's new secret: as it is typed, as a QR code carries it, and as it is kept."""

    typed: str
    uri: str
    sealed: bytes


class FactorVault(Protocol):
    """Makes and checks factors under the operator's key, which never leaves it.

    What is sealed is bound to a person and a version: moved to another row it opens no more.
    """

    @property
    def key_id(self) -> str:
        """Name the key, without telling anything of it."""

    async def seal_pin(self, user_id: int, version: int, pin: str) -> bytes:
        """Give what a PIN can be checked against, and nothing can be learned from."""

    async def is_pin(self, user_id: int, stored: StoredFactor, pin: str) -> bool:
        """Tell whether this is the PIN."""

    def new_secret(self, user_id: int, version: int, label: str) -> NewSecret:
        """Make an authenticator's secret; `label` is how the app names the account."""

    def secret_of(self, user_id: int, stored: StoredFactor, label: str) -> NewSecret:
        """Give a secret again, while it waits for its first code."""

    def step_of(self, user_id: int, stored: StoredFactor, code: str, at: datetime) -> int | None:
        """Give the time step whose code this is, the present one or a neighbour; else None."""

    def new_codes(self) -> Sequence[str]:
        """Draw recovery codes."""

    def code_hash(self, user_id: int, code: str) -> bytes:
        """Give what of a recovery code is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A try that was counted before it is evaluated, or none where `is_allowed` is false.

    `is_last` tells that the account is locked until `locked_until` unless this one is right.
    """

    is_allowed: bool
    is_last: bool = False
    locked_until: datetime | None = None


class FactorBook(Protocol):
    """A person's factors; each change is audited and told in one transaction.

    All methods raise `Unavailable`.
    """

    async def state(self, user_id: int) -> FactorState:
        """Give which factors there are."""

    async def read(self, user_id: int, factor: Factor) -> StoredFactor | None:
        """Give a PIN or an authenticator as it is kept."""

    async def claim(self, user_id: int, at: datetime) -> Try:
        """Count a try, unless too many were wrong already."""

    async def passed(self, user_id: int) -> None:
        """Note that the last try was right: the counting begins anew."""

    async def failed(self, user_id: int, factor: Factor, notices: Sequence[Notice]) -> None:
        """Note that it was wrong, and tell of the lock where it brought one."""

    async def take_step(self, user_id: int, version: int, step: int, purpose: str = "") -> bool:
        """Use a time step up; tells whether neither it nor a later one was used before.

        `purpose` is kept beside it: a code that is for one thing alone names that.
        """

    async def take_code(self, user_id: int, code_hash: bytes, at: datetime) -> bool:
        """Use a recovery code up; tells whether there was one."""

    async def put(
        self, user_id: int, factor: Factor, stored: StoredFactor, notices: Sequence[Notice]
    ) -> None:
        """Keep a PIN or an authenticator in place of an older one."""

    async def confirm(
        self, user_id: int, version: int, step: int, at: datetime, notices: Sequence[Notice]
    ) -> bool:
        """Let the authenticator that waits count from now on, in place of an older one.

        Tells whether it was this version that waited.
        """

    async def remove(self, user_id: int, factor: Factor, notices: Sequence[Notice]) -> bool:
        """Drop a PIN or an authenticator, with the last of them the recovery codes too."""

    async def put_codes(
        self, user_id: int, hashes: Sequence[bytes], notices: Sequence[Notice]
    ) -> None:
        """Keep new recovery codes in place of all older ones."""

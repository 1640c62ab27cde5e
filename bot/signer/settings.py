"""The signer's own settings, from a file that the bot cannot write."""

import os
import pwd
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.domain.identifiers import is_address
from bot.domain.signing.caps import SOL, Caps
from bot.domain.signing.rules import SigningRules

_MODE = r"0[0-7]{3}"
_OTHERS = 0o007
_OTHERS_MAY_WRITE = 0o022
Lamports = Annotated[int, Field(ge=0, le=2**63 - 1)]


class BadSettings(ValueError):
    """The file cannot be used; the text says why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CapSettings(_Strict):
    """The caps, as `bot.domain.signing.caps.Caps` explains them."""

    swap_lamports: Lamports = SOL
    fee_lamports: Lamports = SOL // 100
    tip_lamports: Lamports = SOL // 100
    rent_lamports: Lamports = SOL // 100
    transfer_lamports: Lamports = 0
    token_transfer_units: dict[str, Lamports] = Field(default_factory=dict)
    wallet_day_lamports: Lamports = 5 * SOL
    wallet_day_signatures: int = Field(default=500, ge=1, le=1_000_000)
    all_day_lamports: Lamports = 50 * SOL

    @field_validator("token_transfer_units")
    @classmethod
    def _mints(cls, units: dict[str, int]) -> dict[str, int]:
        if not all(map(is_address, units)):
            raise ValueError("token_transfer_units has a row that is no mint's address")
        return units

    def caps(self) -> Caps:
        """Give the caps."""
        return Caps(**self.model_dump())


class SignerSettings(_Strict):
    """What `docs/signer.md` explains; `peers` are users or numeric ids that may connect."""

    socket: Path
    socket_mode: str = Field(default="0660", pattern=_MODE)
    journal: Path
    master_keys: Path | None = None
    peers: tuple[str | int, ...] = ()
    counterparties: frozenset[str] = frozenset()
    more_tip_accounts: frozenset[str] = frozenset()
    most_connections: int = Field(default=8, ge=1, le=100)
    caps: CapSettings = CapSettings()

    @field_validator("socket_mode")
    @classmethod
    def _closed(cls, mode: str) -> str:
        if int(mode, 8) & _OTHERS:
            raise ValueError("socket_mode lets everybody in; 0660 or 0600 does not")
        return mode

    @field_validator("counterparties", "more_tip_accounts")
    @classmethod
    def _addresses(cls, addresses: frozenset[str]) -> frozenset[str]:
        if not all(map(is_address, addresses)):
            raise ValueError("an address is none")
        return addresses

    @field_validator("peers")
    @classmethod
    def _known(cls, peers: tuple[str | int, ...]) -> tuple[str | int, ...]:
        for peer in peers:
            uid_of(peer)
        return peers

    def rules(self) -> SigningRules:
        """Give the rules."""
        return SigningRules(
            counterparties=self.counterparties, more_tip_accounts=self.more_tip_accounts
        )

    def peer_uids(self) -> frozenset[int]:
        """Give who may connect; nobody named means whoever runs the signer."""
        return frozenset(map(uid_of, self.peers)) or frozenset({os.geteuid()})


def uid_of(peer: str | int) -> int:
    """Give a user's numeric id."""
    if isinstance(peer, int):
        return peer
    try:
        return pwd.getpwnam(peer).pw_uid
    except KeyError as error:
        raise ValueError(f"there is no user {peer}") from error


def signer_settings(path: Path) -> SignerSettings:
    """Read the file; raises `BadSettings`, also where others than its owner may write it."""
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise BadSettings(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: {error}") from error
    if mode & _OTHERS_MAY_WRITE:
        raise BadSettings(f"{path}: others can change it; give it mode 0644 or less")
    try:
        return SignerSettings.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise BadSettings(f"{path}: {wrong}") from error

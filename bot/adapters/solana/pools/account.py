"""An account as the chain hands it over: who owns it and what it holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBytes:
    """One account's owner program (base58), data and lamports."""

    owner: str
    data: bytes
    lamports: int = 0

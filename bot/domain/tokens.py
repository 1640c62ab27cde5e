"""What the chain says of a token: its mint, its metadata, and what its owner may do to you."""

from dataclasses import dataclass

from bot.domain.token_rules import NO_RULES, TokenRules


@dataclass(frozen=True, slots=True, kw_only=True)
class MintReading:
    """One mint account (SPL Token or Token-2022), `supply` in base units.

    `transfer_fee_bps` is the fee in force; `extensions` are the Token-2022 extension
    names in the order of the account, `rules` what they mean; `risks` are short words for
    those that let somebody take, freeze or block the token.
    """

    mint: str
    program: str
    decimals: int
    supply: int
    mint_authority: str | None
    freeze_authority: str | None
    extensions: tuple[str, ...] = ()
    transfer_fee_bps: int = 0
    transfer_fee_maximum: int = 0
    rules: TokenRules = NO_RULES
    risks: tuple[str, ...] = ()
    name: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataReading:
    """A token's self-given name and symbol, raw: attacker's text until it is cleaned."""

    mint: str
    name: str
    symbol: str
    uri: str
    update_authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingReading:
    """One token account: how much of which mint it holds, and whether it is frozen."""

    mint: str
    owner: str
    amount: int
    is_frozen: bool

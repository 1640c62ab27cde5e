"""Whether money can be meant to go to an address: everything that a text alone can tell."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Refusal, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT, USDT_MINT, decode_address, encode_address
from bot.domain.signing import programs
from bot.domain.signing.derived_addresses import is_on_curve

ALIKE_CHARACTERS = 3
"""Two different addresses whose first and last characters agree in so many look alike."""
_LONGEST_TEXT = 200
_PLAIN = re.compile(r"[!-~]+", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9._-]+\.(?:sol|eth|crypto|bnb|x)", re.ASCII | re.IGNORECASE)
# How addresses elsewhere look; who pastes one has taken the wrong line of an exchange's page.
_ELSEWHERE: Mapping[str, re.Pattern[str]] = {
    "Ethereum, BNB or another EVM chain": re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII),
    "Bitcoin": re.compile(r"(?:bc1[0-9a-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})", re.ASCII),
    "Tron": re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}", re.ASCII),
    "XRP": re.compile(r"r[1-9A-HJ-NP-Za-km-z]{24,34}", re.ASCII),
    "TON": re.compile(r"(?:[EUk][Qf][0-9A-Za-z_-]{46}|-?\d:[0-9a-f]{64})", re.ASCII),
    "Cosmos": re.compile(r"(?:cosmos|osmo|inj|sei|celestia)1[0-9a-z]{38}", re.ASCII),
    "Litecoin": re.compile(r"(?:ltc1[0-9a-z]{11,71}|[LM][1-9A-HJ-NP-Za-km-z]{26,33})", re.ASCII),
    "Sui or Aptos": re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII),
}
_PROGRAMS = frozenset(
    {
        *programs.TOKEN_PROGRAMS,
        programs.SYSTEM,
        programs.ASSOCIATED_TOKEN,
        programs.COMPUTE_BUDGET,
        programs.MEMO,
        programs.JUPITER,
    }
)
_MINTS = frozenset({SOL_MINT, USDC_MINT, USDT_MINT})
# Accounts of the chain itself: whatever arrives there has no owner.
_NOBODYS = ("Sysvar", "Stake11111", "Vote111111", "BPFLoader", "Config1111", "NativeLoader")


class AccountUse(StrEnum):
    """What an address is used for on the chain."""

    NONE = "none"  # nothing is there yet
    WALLET = "wallet"
    PROGRAM = "program"
    MINT = "mint"
    TOKEN_ACCOUNT = "token_account"  # noqa: S105 (a kind of account, not a secret)
    OTHER = "other"  # something that a program owns


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddresses:
    """Addresses that a destination is held against.

    `own` are the person's wallets here, `listed` what their list has or had, `mints` those of
    tokens that we know.
    """

    own: Collection[str] = ()
    listed: Collection[str] = ()
    mints: Collection[str] = ()


def checked_destination(text: str, known: KnownAddresses) -> str:
    """Give the address in its one form, or raise `Refusal` with what it is instead.

    `address_hidden`, `address_elsewhere`, `address_is_name`, `bad_address`, `address_is_own`,
    `address_is_mint`, `address_is_program`, `address_off_curve`, `address_alike`.
    """
    address = _whole(text)
    raw = decode_address(address)
    if address in known.own:
        raise Refusal("address_is_own")
    if address in known.mints or address in _MINTS:
        raise Refusal("address_is_mint")
    if raw in _PROGRAMS | programs.TIP_ACCOUNTS or address.startswith(_NOBODYS):
        raise Refusal("address_is_program")
    if not is_on_curve(raw):
        raise Refusal("address_off_curve")
    twin = look_alike(address, (*known.own, *known.listed))
    if twin:
        raise Refusal("address_alike", address=address, known=twin)
    return address


def refuse_use(use: AccountUse) -> None:
    """Raise `Refusal` for what the chain says is no wallet."""
    match use:
        case AccountUse.NONE | AccountUse.WALLET:
            return
        case AccountUse.MINT:
            raise Refusal("address_is_mint")
        case AccountUse.TOKEN_ACCOUNT:
            raise Refusal("address_is_token_account")
        case AccountUse.PROGRAM | AccountUse.OTHER:
            raise Refusal("address_is_program")


def look_alike(address: str, known: Collection[str]) -> str:
    """Give a known address that another one imitates, or nothing.

    Thieves send dust from addresses whose ends are those of one that was paid before, and wait
    for it to be copied from the history.
    """
    ends = _ends(address)
    return next((each for each in known if each != address and _ends(each) == ends), "")


def _ends(address: str) -> tuple[str, str]:
    return address[:ALIKE_CHARACTERS].casefold(), address[-ALIKE_CHARACTERS:].casefold()


def _whole(text: str) -> str:
    if not _PLAIN.fullmatch(text) or len(text) > _LONGEST_TEXT:
        visible = "".join(letter for letter in text[:_LONGEST_TEXT] if _PLAIN.fullmatch(letter))
        raise Refusal("address_hidden", text=visible)
    for chain, form in _ELSEWHERE.items():
        if form.fullmatch(text) and not _is_ours(text):
            raise Refusal("address_elsewhere", chain=chain)
    if _DOMAIN.fullmatch(text):
        raise Refusal("address_is_name", text=text)
    if not _is_ours(text):
        raise Refusal("bad_address", text=text)
    return text


def _is_ours(text: str) -> bool:
    try:
        return encode_address(decode_address(text)) == text
    except UnreadableAccount:
        return False

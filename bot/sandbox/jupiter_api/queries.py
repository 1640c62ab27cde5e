"""Reads what a request to `/order` or `/build` asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from solders.pubkey import Pubkey

MOST_DIGITS = 20
BPS = 10_000
MOST_ACCOUNTS = 64
DEFAULT_SLIPPAGE_BPS = 50
ROUTERS = frozenset({"metis", "jupiterz", "dflow", "okx"})


class BadQuery(Exception):
    """A request that the API answers with 400; the text is its error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapQuery:
    """A swap that is asked for; `taker` is None where only a quote is wanted.

    `priority_lamports` is None where none was named; `is_exact_fee` says that it is no cap.
    """

    mint_in: Pubkey
    mint_out: Pubkey
    amount: int
    taker: Pubkey | None
    slippage_bps: int
    priority_lamports: int | None
    is_exact_fee: bool
    tip_lamports: int
    excluded_routers: frozenset[str]
    most_accounts: int
    is_manual: bool


def read_query(query: Mapping[str, str], *, tip_name: str = "jitoTipLamports") -> SwapQuery:
    """Read the parameters; raises `BadQuery`."""
    taker = query.get("taker")
    mint_in, mint_out = _key(query, "inputMint"), _key(query, "outputMint")
    amount = _number(query, "amount", None)
    if mint_in == mint_out:
        raise BadQuery("inputMint and outputMint are the same")
    if not 0 < amount < 2**64:
        raise BadQuery("amount must be a positive integer")
    slippage = _number(query, "slippageBps", DEFAULT_SLIPPAGE_BPS)
    if slippage > BPS:
        raise BadQuery("slippageBps must be between 0 and 10000")
    excluded = frozenset(filter(None, query.get("excludeRouters", "").split(",")))
    if not excluded <= ROUTERS:
        raise BadQuery("unknown router in excludeRouters")
    has_priority = "priorityFeeLamports" in query
    return SwapQuery(
        mint_in=mint_in,
        mint_out=mint_out,
        amount=amount,
        taker=None if taker is None else _key(query, "taker"),
        slippage_bps=slippage,
        priority_lamports=_number(query, "priorityFeeLamports", None) if has_priority else None,
        is_exact_fee=query.get("broadcastFeeType") == "exactFee",
        tip_lamports=_number(query, tip_name, 0),
        excluded_routers=excluded,
        most_accounts=_number(query, "maxAccounts", MOST_ACCOUNTS),
        is_manual=len(query) > len({"inputMint", "outputMint", "amount", "taker"}),
    )


def _key(query: Mapping[str, str], name: str) -> Pubkey:
    try:
        return Pubkey.from_string(query.get(name, ""))
    except ValueError as error:
        raise BadQuery(f"{name} is not a valid public key") from error


def _number(query: Mapping[str, str], name: str, otherwise: int | None) -> int:
    text = query.get(name)
    if text is None and otherwise is not None:
        return otherwise
    if text is None or not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise BadQuery(f"{name} must be a positive integer")
    return int(text)

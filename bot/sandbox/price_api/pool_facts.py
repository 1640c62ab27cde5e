"""Finds the pools on the chain by the program that owns them, and reads their prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import (
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    PUMP,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC,
    WHIRLPOOL,
    WSOL,
    anchor_discriminator,
    derive,
)
from bot.sandbox.price_api.token_facts import TokenFacts, read_token
from bot.sandbox.solana_rpc.chain import Chain

Q64 = 2**64
NO_KEY = Pubkey.default()
RAYDIUM_V4_SIZE, RAYDIUM_CLMM_SIZE = 752, 1_544
QUOTE_MINT_END, VIRTUAL_END = 115, 261
"""Where the later fields of a curve and of a PumpSwap pool end; shorter accounts lack them."""
DAMM_V2_SIZE, DAMM_V2_COMPOUNDING = 1_112, 2
DBC_SIZE, DBC_IS_MOVED = 424, 305
QUOTES = (USDC, WSOL)
"""What a pair is quoted in, the more usual first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserves:
    """A pool's two mints with what it holds of each and the ratio second per first.

    Amounts and ratio are in base units. `is_deep` is false for a curve, whose depth is virtual.
    """

    first: Pubkey
    second: Pubkey
    first_units: int
    second_units: int
    ratio: Decimal
    is_deep: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """A pair as a price site shows it; price is quote per whole base token."""

    dex: str
    labels: tuple[str, ...]
    address: Pubkey
    base: TokenFacts
    quote: TokenFacts
    price: Decimal
    base_amount: Decimal
    quote_amount: Decimal
    is_deep: bool


Reader = Callable[[Chain, Pubkey, bytes], Reserves | None]


def read_pairs(chain: Chain) -> list[PairFacts]:
    """Read every pool of a known kind; what cannot be read is left out."""
    return [
        pair
        for program, (dex, labels, reader) in READERS.items()
        for address, account in chain.program_accounts(program)
        if (reserves := reader(chain, address, account.data)) is not None
        and (pair := _pair(chain, dex, labels, address, reserves)) is not None
    ]


def _pair(
    chain: Chain, dex: str, labels: tuple[str, ...], address: Pubkey, reserves: Reserves
) -> PairFacts | None:
    first, second = read_token(chain, reserves.first), read_token(chain, reserves.second)
    if first is None or second is None or reserves.ratio <= 0:
        return None
    price = reserves.ratio.scaleb(first.decimals - second.decimals)
    amounts = (
        Decimal(reserves.first_units).scaleb(-first.decimals),
        Decimal(reserves.second_units).scaleb(-second.decimals),
    )
    if _rank(reserves.first) < _rank(reserves.second):
        first, second, price, amounts = second, first, 1 / price, amounts[::-1]
    return PairFacts(
        dex=dex,
        labels=labels,
        address=address,
        base=first,
        quote=second,
        price=price,
        base_amount=amounts[0],
        quote_amount=amounts[1],
        is_deep=reserves.is_deep,
    )


def _rank(mint: Pubkey) -> int:
    return QUOTES.index(mint) if mint in QUOTES else len(QUOTES)


def _raydium_amm_v4(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if len(data) != RAYDIUM_V4_SIZE or not _number(data, 0):
        return None
    coin = _amount(chain, _key(data, 336)) - _number(data, 192)
    pc = _amount(chain, _key(data, 368)) - _number(data, 200)
    return _from_amounts(_key(data, 400), _key(data, 432), coin, pc)


def _raydium_cpmm(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "PoolState", 637):
        return None
    owed = [sum(_number(data, start + side) for start in (341, 357, 397)) for side in (0, 8)]
    first = _amount(chain, _key(data, 72)) - owed[0]
    second = _amount(chain, _key(data, 104)) - owed[1]
    return _from_amounts(_key(data, 168), _key(data, 200), first, second)


def _raydium_clmm(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if len(data) != RAYDIUM_CLMM_SIZE or not _is_a(data, "PoolState", RAYDIUM_CLMM_SIZE):
        return None
    return Reserves(
        first=_key(data, 73),
        second=_key(data, 105),
        first_units=_amount(chain, _key(data, 137)),
        second_units=_amount(chain, _key(data, 169)),
        ratio=(Decimal(_number(data, 253, 16)) / Q64) ** 2,
    )


def _meteora_dlmm(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "LbPair", 904):
        return None
    active = int.from_bytes(data[76:80], "little", signed=True)
    return Reserves(
        first=_key(data, 88),
        second=_key(data, 120),
        first_units=_amount(chain, _key(data, 152)),
        second_units=_amount(chain, _key(data, 184)),
        ratio=(1 + Decimal(_number(data, 80, 2)) / 10_000) ** active,
    )


def _orca_whirlpool(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "Whirlpool", 653):
        return None
    return Reserves(
        first=_key(data, 101),
        second=_key(data, 181),
        first_units=_amount(chain, _key(data, 133)),
        second_units=_amount(chain, _key(data, 213)),
        ratio=(Decimal(_number(data, 65, 16)) / Q64) ** 2,
    )


def _pump_curve(chain: Chain, address: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "BondingCurve", 49) or data[48] or not _number(data, 8):
        return None
    mint = _curve_owner(chain, address)
    if mint is None:
        return None
    quote = _key(data, 83) if len(data) >= QUOTE_MINT_END else NO_KEY
    return Reserves(
        first=mint,
        second=WSOL if quote == NO_KEY else quote,
        first_units=_number(data, 24),
        second_units=_number(data, 32),
        ratio=Decimal(_number(data, 16)) / _number(data, 8),
        is_deep=False,
    )


def _pumpswap(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "Pool", 211):
        return None
    virtual = (
        int.from_bytes(data[245:261], "little", signed=True) if len(data) >= VIRTUAL_END else 0
    )
    base, quote = _amount(chain, _key(data, 139)), _amount(chain, _key(data, 171))
    if base <= 0:
        return None
    return Reserves(
        first=_key(data, 43),
        second=_key(data, 75),
        first_units=base,
        second_units=quote,
        ratio=Decimal(quote + virtual) / base,
    )


def _damm_v2(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    if not _is_a(data, "Pool", DAMM_V2_SIZE):
        return None
    is_compounding = data[484] == DAMM_V2_COMPOUNDING
    ratio = (Decimal(_number(data, 456, 16)) / Q64) ** 2
    if is_compounding and _number(data, 680):
        ratio = Decimal(_number(data, 688)) / _number(data, 680)
    return Reserves(
        first=_key(data, 168),
        second=_key(data, 200),
        first_units=_amount(chain, _key(data, 232)),
        second_units=_amount(chain, _key(data, 264)),
        ratio=ratio,
    )


def _dbc(chain: Chain, _: Pubkey, data: bytes) -> Reserves | None:
    config = chain.account(_key(data, 72)) if _is_a(data, "VirtualPool", DBC_SIZE) else None
    if config is None or data[DBC_IS_MOVED]:
        return None
    return Reserves(
        first=_key(data, 136),
        second=_key(config.data, 8),
        first_units=_number(data, 232),
        second_units=_number(data, 240),
        ratio=(Decimal(_number(data, 280, 16)) / Q64) ** 2,
        is_deep=False,
    )


def _curve_owner(chain: Chain, curve: Pubkey) -> Pubkey | None:
    """Find whose curve this is: the account does not say, so each mint's curve is derived."""
    return next(
        (
            address
            for program in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
            for address, _ in chain.program_accounts(program)
            if derive(PUMP, b"bonding-curve", address) == curve
        ),
        None,
    )


def _from_amounts(first: Pubkey, second: Pubkey, units: int, other: int) -> Reserves | None:
    if units <= 0 or other <= 0:
        return None
    return Reserves(
        first=first,
        second=second,
        first_units=units,
        second_units=other,
        ratio=Decimal(other) / units,
    )


def _amount(chain: Chain, vault: Pubkey) -> int:
    account = chain.account(vault)
    return int.from_bytes(account.data[64:72], "little") if account else 0


def _is_a(data: bytes, name: str, least_length: int) -> bool:
    return len(data) >= least_length and data[:8] == anchor_discriminator(name)


def _key(data: bytes, offset: int) -> Pubkey:
    return Pubkey.from_bytes(data[offset : offset + 32])


def _number(data: bytes, offset: int, size: int = 8) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


READERS: Mapping[Pubkey, tuple[str, tuple[str, ...], Reader]] = {
    RAYDIUM_AMM_V4: ("raydium", (), _raydium_amm_v4),
    RAYDIUM_CPMM: ("raydium", ("CPMM",), _raydium_cpmm),
    RAYDIUM_CLMM: ("raydium", ("CLMM",), _raydium_clmm),
    METEORA_DLMM: ("meteora", ("DLMM",), _meteora_dlmm),
    WHIRLPOOL: ("orca", ("wp",), _orca_whirlpool),
    PUMP: ("pumpfun", (), _pump_curve),
    PUMPSWAP: ("pumpswap", (), _pumpswap),
    METEORA_DAMM_V2: ("meteora", ("DYN2",), _damm_v2),
    METEORA_DBC: ("meteoradbc", (), _dbc),
}

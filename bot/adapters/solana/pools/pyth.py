"""Pyth's prices on chain: updates that a receiver checked, and the old push accounts."""

from decimal import Decimal

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import signed, slice_at, u8, u32, u64
from bot.adapters.solana.pools.programs import account_mark
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.reference_prices import OracleKind, OracleStatus, ReferencePrice

UPDATE_MARK = account_mark("PriceUpdateV2")
UPDATE_BYTES = 134
LEGACY_MARK = bytes.fromhex("d4c3b2a102000000")  # magic 0xa1b2c3d4, version 2
LEGACY_BYTES = 3312

RECEIVERS = frozenset(
    {
        "rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp",  # since 18 August 2026
        "rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ",
    }
)
LEGACY_PROGRAMS = frozenset(
    {
        "FsJ3A3u2vn5cTVofAjvy6y5kwABJAqYWpe4975bi2epH",
        "gSbePebfvPy7tRqimPoVecS2UsBvYv46ynrzWocc92s",
    }
)
SOL_USD_FEED = "ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d"
USDC_USD_FEED = "eaa020c61cc479712813461ce153894a96a6c00b21ed0cfc2798d1f9a9e9c94a"
_MINTS_OF_FEEDS = {SOL_USD_FEED: SOL_MINT, USDC_USD_FEED: USDC_MINT}
_PUSH_PROGRAM = "pyt2F414BA6dPttK6RddPZUdHfapoBN24GL5wbrPCou"

_PARTIAL, _FULL = 0, 1
_IS_PRICE = 3
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -30, 30
_STATUSES = {
    0: OracleStatus.UNKNOWN,
    1: OracleStatus.TRADING,
    2: OracleStatus.HALTED,
    3: OracleStatus.AUCTION,
    4: OracleStatus.IGNORED,
}


def feed_address(feed: str, shard: int = 0) -> str:
    """Derive the account in which the push program keeps a feed's newest price."""
    return derived_address(_PUSH_PROGRAM, shard.to_bytes(2, "little"), bytes.fromhex(feed))


def feed_mint(feed: str | None) -> str | None:
    """Give the mint that a feed prices, where we know it."""
    return None if feed is None else _MINTS_OF_FEEDS.get(feed)


def oracle_kind(account: AccountBytes) -> OracleKind | None:
    """Tell which form of a Pyth price an account has, whoever owns it."""
    data, length = account.data, len(account.data)
    if data.startswith(UPDATE_MARK) and length == UPDATE_BYTES:
        return OracleKind.PYTH_PRICE_UPDATE_V2
    is_legacy = data.startswith(LEGACY_MARK) and length == LEGACY_BYTES
    return OracleKind.PYTH_LEGACY_PUSH if is_legacy else None


def read_reference_price(account: AccountBytes) -> ReferencePrice:
    """Read a Pyth price; raises `UnreadableAccount`, also where no program of Pyth owns it."""
    kind = oracle_kind(account)
    if kind is OracleKind.PYTH_PRICE_UPDATE_V2 and account.owner in RECEIVERS:
        return _read_update(account.data)
    if kind is OracleKind.PYTH_LEGACY_PUSH and account.owner in LEGACY_PROGRAMS:
        return _read_legacy(account.data)
    raise UnreadableAccount("not a price of Pyth" if kind is None else "not owned by Pyth")


def _read_update(data: bytes) -> ReferencePrice:
    """Read an update; a partial verification level takes one byte more than a full one.

    Source: pyth-crosschain `pyth_solana_receiver_sdk/src/price_update.rs`.
    """
    level = u8(data, 40)
    if level not in (_PARTIAL, _FULL):
        raise UnreadableAccount(f"verification level {level}")
    start = 41 if level == _FULL else 42
    exponent = _exponent(signed(data, start + 48, 4))
    return ReferencePrice(
        kind=OracleKind.PYTH_PRICE_UPDATE_V2,
        feed=slice_at(data, start, 32).hex(),
        price=Decimal(signed(data, start + 32, 8)).scaleb(exponent),
        confidence=Decimal(u64(data, start + 40)).scaleb(exponent),
        exponent=exponent,
        published_at_seconds=signed(data, start + 52, 8),
        slot=u64(data, start + 84),
        status=OracleStatus.TRADING,
        is_verified=level == _FULL,
    )


def _read_legacy(data: bytes) -> ReferencePrice:
    """Read an old push account; its aggregate counts only while the status is trading.

    Source: pyth-sdk-solana `state.rs`, `GenericPriceAccount`.
    """
    if u32(data, 8) != _IS_PRICE:
        raise UnreadableAccount("an account of Pyth that holds no price")
    exponent = _exponent(signed(data, 20, 4))
    return ReferencePrice(
        kind=OracleKind.PYTH_LEGACY_PUSH,
        feed=None,
        price=Decimal(signed(data, 208, 8)).scaleb(exponent),
        confidence=Decimal(u64(data, 216)).scaleb(exponent),
        exponent=exponent,
        published_at_seconds=signed(data, 96, 8),
        slot=u64(data, 232),
        status=_STATUSES.get(u32(data, 224), OracleStatus.UNKNOWN),
    )


def _exponent(found: int) -> int:
    if not _SMALLEST_EXPONENT <= found <= _LARGEST_EXPONENT:
        raise UnreadableAccount(f"an exponent of {found}")
    return found

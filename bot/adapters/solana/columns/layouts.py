"""Which bytes of each kind of pool make its price, and which must be as they were."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.adapters.solana.columns.pricing import (
    Quoted,
    Values,
    bin_pair,
    bonding_curve,
    compounding_or_range,
    concentrated,
    pumpswap,
    raydium_amm,
    raydium_cpmm,
)
from bot.adapters.solana.columns.text_cuts import Range
from bot.adapters.solana.pools import (
    meteora_damm_v2,
    meteora_dlmm,
    orca_whirlpool,
    raydium_amm_v4,
    raydium_clmm,
)
from bot.domain.pools.reading import PoolKind

POOL, FIRST_VAULT, SECOND_VAULT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One account: its named fields, and the ranges of bytes that are settled.

    Settled is what a reading is made of besides its price and depth: mints, decimals, status,
    opening. Fields and ranges beyond the end of an older, shorter account are not there.
    """

    fields: Mapping[str, Range]
    settled: tuple[Range, ...]
    length: int | None = None

    def within(self, length: int) -> "Layout":
        """Give what of it an account of so many bytes has."""
        return Layout(
            fields={name: at for name, at in self.fields.items() if at[1] <= length},
            settled=tuple(
                (start, min(end, length)) for start, end in self.settled if start < length
            ),
            length=length,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLayout:
    """The accounts that a kind's price needs, the pool first, and how it is reckoned."""

    accounts: tuple[Layout, ...]
    quote: Callable[[Values], Quoted]
    is_bounded: bool = False  # what can come out is bounded by what was there at the last reading


def _u128(name: str, at: int) -> dict[str, Range]:
    return {f"{name}_low": (at, at + 8), f"{name}_high": (at + 8, at + 16)}


# spl-token and token-2022 `state`: mint 0, owner 32, amount 64, state 108, kind of account 165.
_FIRST_HOLDING = Layout(fields={"first": (64, 72)}, settled=((0, 32), (108, 109), (165, 166)))
_SECOND_HOLDING = Layout(fields={"second": (64, 72)}, settled=((0, 32), (108, 109), (165, 166)))
_HOLDINGS = (_FIRST_HOLDING, _SECOND_HOLDING)

LAYOUTS: Mapping[PoolKind, KindLayout] = {
    # whirlpool `state/whirlpool.rs`: the price's tick is not looked at, as in `pools.glance`.
    PoolKind.ORCA_WHIRLPOOL: KindLayout(
        accounts=(
            Layout(
                length=orca_whirlpool.POOL_BYTES,
                fields={**_u128("liquidity", 49), **_u128("root", 65)},
                settled=((0, 49), (101, 165), (181, 245)),
            ),
        ),
        quote=concentrated,
        is_bounded=True,
    ),
    # raydium-clmm `states/pool.rs`.
    PoolKind.RAYDIUM_CLMM: KindLayout(
        accounts=(
            Layout(
                length=raydium_clmm.POOL_BYTES,
                fields={**_u128("liquidity", 237), **_u128("root", 253)},
                settled=((0, 237), (389, 391), (1080, 1088)),
            ),
        ),
        quote=concentrated,
        is_bounded=True,
    ),
    # raydium-amm `state.rs`: status, decimals, fee, opening, vaults and mints are settled.
    PoolKind.RAYDIUM_AMM_V4: KindLayout(
        accounts=(
            Layout(
                length=raydium_amm_v4.POOL_BYTES,
                fields={"first_aside": (192, 200), "second_aside": (200, 208)},
                settled=((0, 8), (32, 48), (176, 192), (224, 232), (336, 464)),
            ),
            *_HOLDINGS,
        ),
        quote=raydium_amm,
    ),
    # raydium-cp-swap `states/pool.rs`: three kinds of fees lie in each vault for others.
    PoolKind.RAYDIUM_CPMM: KindLayout(
        accounts=(
            Layout(
                fields={
                    "first_protocol": (341, 349),
                    "second_protocol": (349, 357),
                    "first_fund": (357, 365),
                    "second_fund": (365, 373),
                    "first_creator": (397, 405),
                    "second_creator": (405, 413),
                },
                settled=((0, 333), (373, 381), (389, 391)),
            ),
            *_HOLDINGS,
        ),
        quote=raydium_cpmm,
    ),
    # dlmm-sdk `LbPair`: the active bin makes the price.
    PoolKind.METEORA_DLMM: KindLayout(
        accounts=(
            Layout(
                length=meteora_dlmm.PAIR_BYTES,
                fields={
                    "bin": (76, 80),
                    "step": (80, 82),
                    "first_aside": (216, 224),
                    "second_aside": (224, 232),
                },
                settled=((0, 8), (34, 37), (75, 76), (80, 83), (86, 216), (816, 824)),
            ),
            *_HOLDINGS,
        ),
        quote=bin_pair,
    ),
    # cp-amm `state/pool.rs`.
    PoolKind.METEORA_DAMM_V2: KindLayout(
        accounts=(
            Layout(
                length=meteora_damm_v2.POOL_BYTES,
                fields={
                    **_u128("liquidity", 360),
                    **_u128("lowest", 424),
                    **_u128("highest", 440),
                    **_u128("root", 456),
                    "mode": (484, 485),
                    "first": (680, 688),
                    "second": (688, 696),
                    "is_counted": (696, 697),
                },
                settled=((0, 8), (168, 296), (424, 456), (472, 485), (696, 697)),
            ),
        ),
        quote=compounding_or_range,
    ),
    # `BondingCurve` in the IDL of pump-sdk: completion and the quote mint are settled.
    PoolKind.PUMPFUN_CURVE: KindLayout(
        accounts=(
            Layout(
                fields={
                    "first": (8, 16),
                    "second": (16, 24),
                    "first_payable": (24, 32),
                    "second_payable": (32, 40),
                },
                settled=((0, 8), (48, 49), (83, 115)),
            ),
        ),
        quote=bonding_curve,
    ),
    # `Pool` in the IDL of pump-swap-sdk.
    PoolKind.PUMPSWAP: KindLayout(
        accounts=(
            Layout(
                fields={
                    "virtual_low": (245, 253),
                    "virtual_high": (253, 261),
                    "kept_one": (271, 279),
                    "kept_other": (279, 287),
                },
                settled=((0, 8), (11, 107), (139, 203)),
            ),
            *_HOLDINGS,
        ),
        quote=pumpswap,
    ),
}
"""The kinds whose prices are reckoned in columns; Meteora's launches are read one by one."""

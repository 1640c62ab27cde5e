"""The tokens of the sandbox's market and the pools each trades in."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import (
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    made_up_address,
    pump_mint,
)
from bot.sandbox.market.layouts.extensions import Extension

SOL_PRICE_USDC = Decimal(150)
PUMP_DECIMALS = 6
PUMP_SUPPLY = 10**15
BILLION = 10**9


class Venue(StrEnum):
    """The AMMs of the market."""

    RAYDIUM_AMM_V4 = "raydium_amm_v4"
    RAYDIUM_CPMM = "raydium_cpmm"
    RAYDIUM_CLMM = "raydium_clmm"
    METEORA_DLMM = "meteora_dlmm"
    ORCA_WHIRLPOOL = "orca_whirlpool"
    PUMP_CURVE = "pump_curve"
    PUMPSWAP = "pumpswap"
    METEORA_DAMM_V2 = "meteora_damm_v2"
    METEORA_DBC = "meteora_dbc"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """A pool to be made: `depth_sol` is what lies on its SOL side (or its worth in USDC).

    `tuning` is the tick spacing of a Whirlpool or a CLMM pool, the bin step of a DLMM pair, the
    way a DAMM v2 pool collects its fees, or the config index of a CPMM pool; `virtual_sol` what
    PumpSwap adds to its vault; `lp_burned_percent` how much of its LP tokens, where it has any,
    was burned.
    """

    venue: Venue
    depth_sol: Decimal
    in_usdc: bool = False
    tuning: int = 0
    virtual_sol: Decimal = Decimal(0)
    lp_burned_percent: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlan:
    """A token to be made, with its opening price in SOL and how lively it is.

    `swing` is the standard deviation of one step of the logarithm of the price, `extensions`
    are those of a Token-2022 mint, and `insider_percent` is what one wallet holds of all that
    lies in no pool.
    """

    mint: Pubkey
    symbol: str
    name: str
    decimals: int
    supply_units: int
    price_sol: Decimal
    swing: Decimal
    pools: tuple[PoolPlan, ...]
    program: Pubkey = TOKEN_PROGRAM
    mint_authority: Pubkey | None = None
    freeze_authority: Pubkey | None = None
    extensions: tuple[Extension, ...] = ()
    insider_percent: int = 0


WIF = Pubkey.from_string("EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm")
BONK = Pubkey.from_string("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")
JUP = Pubkey.from_string("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")

CALM, LIVELY, WILD = Decimal("0.0025"), Decimal("0.006"), Decimal("0.012")
HOSTILE_SYMBOL = "</code>USD\u0421"
"""Markup, and a Cyrillic letter that looks like C."""
HOSTILE_NAME = "\u202e</code>USD\u0421\u200f <b>official</b>"


def _blue_chips() -> list[TokenPlan]:
    return [
        TokenPlan(
            mint=WIF,
            symbol="WIF",
            name="dogwifhat",
            decimals=6,
            supply_units=998_905_926 * 10**6,
            price_sol=Decimal("0.0027"),
            swing=CALM,
            pools=(
                PoolPlan(venue=Venue.RAYDIUM_AMM_V4, depth_sol=Decimal(4_500)),
                PoolPlan(venue=Venue.ORCA_WHIRLPOOL, depth_sol=Decimal(4_500), tuning=64),
            ),
        ),
        TokenPlan(
            mint=BONK,
            symbol="BONK",
            name="Bonk",
            decimals=5,
            supply_units=87_995_344_000_000 * 10**5,
            price_sol=Decimal("0.000000085"),
            swing=CALM,
            pools=(
                PoolPlan(venue=Venue.ORCA_WHIRLPOOL, depth_sol=Decimal(6_000), tuning=64),
                PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(1_200)),
            ),
        ),
        TokenPlan(
            mint=JUP,
            symbol="JUP",
            name="Jupiter",
            decimals=6,
            supply_units=6_999_000_000 * 10**6,
            price_sol=Decimal("0.0021"),
            swing=CALM,
            pools=(
                PoolPlan(venue=Venue.ORCA_WHIRLPOOL, depth_sol=Decimal(3_000), tuning=64),
                PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(1_500), in_usdc=True),
            ),
        ),
    ]


def _pump_coin(
    seed: int,
    symbol: str,
    name: str,
    price_sol: str,
    *pools: PoolPlan,
    program: Pubkey = TOKEN_2022_PROGRAM,
) -> TokenPlan:
    return TokenPlan(
        mint=pump_mint(seed, symbol),
        symbol=symbol,
        name=name,
        decimals=PUMP_DECIMALS,
        supply_units=PUMP_SUPPLY,
        price_sol=Decimal(price_sol),
        swing=WILD,
        pools=pools,
        program=program,
    )


def _pump_coins(seed: int) -> list[TokenPlan]:
    curve = PoolPlan(venue=Venue.PUMP_CURVE, depth_sol=Decimal(0))
    return [
        _pump_coin(seed, "MOSS", "Moss the Quiet Frog", "0.000000062", curve),
        _pump_coin(
            seed, "KETTLE", "Kettle on the Moon", "0.00000021", curve, program=TOKEN_PROGRAM
        ),
        _pump_coin(
            seed,
            "GLOOP",
            "Gloop",
            "0.00000048",
            PoolPlan(
                venue=Venue.PUMPSWAP, depth_sol=Decimal(85), virtual_sol=Decimal("17.58450554")
            ),
        ),
        _pump_coin(
            seed,
            "TUG",
            "Tugboat",
            "0.0000021",
            PoolPlan(venue=Venue.PUMPSWAP, depth_sol=Decimal(62)),
            PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(30), tuning=1),
            program=TOKEN_PROGRAM,
        ),
        _pump_coin(
            seed,
            "SOGGY",
            "Soggy Biscuit",
            "0.00000035",
            PoolPlan(venue=Venue.PUMPSWAP, depth_sol=Decimal(48), virtual_sol=Decimal("-6.25")),
        ),
        _pump_coin(
            seed,
            "PEPE",
            "Pepe of Solana",
            "0.00000082",
            PoolPlan(venue=Venue.PUMPSWAP, depth_sol=Decimal(70)),
        ),
    ]


def _odd_ones(seed: int) -> list[TokenPlan]:
    issuer = made_up_address(seed, "issuer")

    def odd(
        symbol: str,
        name: str,
        price_sol: str,
        pool: PoolPlan,
        *,
        program: Pubkey = TOKEN_PROGRAM,
        owner: Pubkey | None = None,
    ) -> TokenPlan:
        return TokenPlan(
            mint=made_up_address(seed, "mint", name),
            symbol=symbol,
            name=name,
            decimals=9,
            supply_units=BILLION * 10**9,
            price_sol=Decimal(price_sol),
            swing=LIVELY,
            pools=(pool,),
            program=program,
            mint_authority=owner,
            freeze_authority=owner,
        )

    def cpmm(depth_sol: str) -> PoolPlan:
        return PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(depth_sol))

    return [
        odd("PEPE", "PEPE (the other one)", "0.0000013", cpmm("45")),
        odd("CRUMB", "Last Crumb", "0.00000009", cpmm("0.4")),
        odd(HOSTILE_SYMBOL, HOSTILE_NAME, "0.0067", cpmm("40"), program=TOKEN_2022_PROGRAM),
        odd(
            "GILT",
            "Gilt, for dollars only",
            "0.0004",
            PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(800), in_usdc=True),
        ),
        odd(
            "BOSS",
            "Boss Can Freeze You",
            "0.00004",
            PoolPlan(venue=Venue.RAYDIUM_CPMM, depth_sol=Decimal(120), lp_burned_percent=0),
            owner=issuer,
        ),
        odd(
            "RAFT",
            "Paper Raft",
            "0.00052",
            PoolPlan(venue=Venue.RAYDIUM_CLMM, depth_sol=Decimal(600), tuning=60),
        ),
        odd(
            "BRICK",
            "Brick by Brick",
            "0.000078",
            PoolPlan(venue=Venue.METEORA_DLMM, depth_sol=Decimal(260), tuning=100),
        ),
    ]


def _launchpad_ones(seed: int) -> list[TokenPlan]:
    def made(symbol: str, name: str, price_sol: str, pool: PoolPlan) -> TokenPlan:
        return TokenPlan(
            mint=made_up_address(seed, "mint", name),
            symbol=symbol,
            name=name,
            decimals=PUMP_DECIMALS,
            supply_units=PUMP_SUPPLY,
            price_sol=Decimal(price_sol),
            swing=LIVELY,
            pools=(pool,),
        )

    ranged = PoolPlan(venue=Venue.METEORA_DAMM_V2, depth_sol=Decimal(340), tuning=1)
    compounding = PoolPlan(venue=Venue.METEORA_DAMM_V2, depth_sol=Decimal(150), tuning=2)
    launch = PoolPlan(venue=Venue.METEORA_DBC, depth_sol=Decimal(0))
    return [
        made("FERRY", "Ferry to Nowhere", "0.0000031", ranged),
        made("MULCH", "Mulch and More", "0.00000054", compounding),
        made("KITE", "Kite without a String", "0.000000095", launch),
    ]


def plan_tokens(seed: int) -> list[TokenPlan]:
    """Give the tokens of a market; made-up mints follow from the seed."""
    return [*_blue_chips(), *_pump_coins(seed), *_odd_ones(seed), *_launchpad_ones(seed)]

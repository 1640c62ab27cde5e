"""The part of `kitrader check` about what live swaps would need: a venue, and two honest nodes."""

from decimal import Decimal
from time import perf_counter

from bot.bootstrap.live_venue import jupiter_settings, open_chain_sending, open_swap_venue
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding
from bot.domain.errors import Refusal, Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.landing import NODES_NEEDED
from bot.ports.swap_venue import SwapQuote, SwapRequest

_TENTH_OF_A_SOL = 10**8
_PARTS = 10
_USDC_UNITS = 10**6
_LARGEST_GAP_BLOCKS = 30
_QUOTE = SwapRequest(
    mint_in=SOL_MINT, mint_out=USDC_MINT, amount_in=_TENTH_OF_A_SOL, taker="", slippage_bps=50
)


async def live_findings(settings: Settings) -> list[Finding]:
    """Ask the venue for a quote, without a wallet, and every endpoint how far it is."""
    return [await _venue(settings), await _nodes(settings)]


async def _venue(settings: Settings) -> Finding:
    if not settings.jupiter_base:
        cure = "set JUPITER_BASE; the default is https://api.jup.ag"
        return Finding(subject="swaps", state="bad", detail="JUPITER_BASE is empty", cure=cure)
    began = perf_counter()
    try:
        async with open_swap_venue(settings) as venue:
            quote = await venue.quote(_QUOTE)
    except (Unavailable, Refusal) as error:
        cure = "check JUPITER_BASE and JUPITER_API_KEY; a paper bot needs neither"
        return Finding(subject="swaps", state="bad", detail=str(error), cure=cure)
    taken_ms = (perf_counter() - began) * 1000
    plan = jupiter_settings(settings).plan.value
    detail = f"Jupiter ({plan}) quotes SOL at {_dollars(quote)} USDC, {taken_ms:.0f} ms"
    return Finding(subject="swaps", state="ok", detail=detail)


def _dollars(quote: SwapQuote) -> str:
    return f"{Decimal(quote.out_amount * _PARTS) / _USDC_UNITS:.2f}"


async def _nodes(settings: Settings) -> Finding:
    async with open_chain_sending(settings) as sending:
        said = await sending.block_heights()
    heights = [word.block_height for word in said if word.block_height is not None]
    detail = f"{len(heights)} of {len(said)} endpoints tell their finalized block"
    if len(heights) < NODES_NEEDED:
        cure = f"name {NODES_NEEDED} in SOLANA_RPC_URLS: with fewer no order is ever called expired"
        return Finding(subject="landing", state="bad", detail=detail, cure=cure)
    gap = max(heights) - min(heights)
    detail += f", {gap} blocks apart"
    if gap > _LARGEST_GAP_BLOCKS:
        cure = "one of them lags: an order that did not land is known so only when it caught up"
        return Finding(subject="landing", state="warn", detail=detail, cure=cure)
    return Finding(subject="landing", state="ok", detail=detail)

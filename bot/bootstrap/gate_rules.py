"""The gate's thresholds, as the settings have them."""

from datetime import timedelta
from decimal import Decimal

from bot.bootstrap.settings import Settings
from bot.domain.gate import GateRules, Stage, StageCaps, StepRules
from bot.domain.money import LAMPORTS_PER_SOL


def gate_rules(settings: Settings) -> GateRules:
    """Give them; a bet counts from the size that small may buy, live from half of the own size."""
    small = _caps(settings.gate_small_order_sol, settings.gate_small_day_sol)
    proven = _caps(settings.gate_proven_order_sol, settings.gate_proven_day_sol)
    full = _caps(settings.gate_full_order_sol, settings.gate_full_day_sol)
    paper = StepRules(
        bets=settings.gate_paper_bets,
        days=settings.gate_paper_days,
        expectancy=settings.gate_expectancy,
        sureness=settings.gate_paper_sureness,
        drawdown=settings.gate_most_drawdown,
        least_lamports=small.order_lamports or 0,
    )
    return GateRules(
        steps={
            Stage.PAPER: paper,
            Stage.SMALL: _live_step(
                settings, settings.gate_small_bets, settings.gate_small_days, small
            ),
            Stage.PROVEN: _live_step(
                settings, settings.gate_proven_bets, settings.gate_proven_days, proven
            ),
        },
        caps={Stage.SMALL: small, Stage.PROVEN: proven, Stage.FULL: full},
        window=timedelta(days=settings.gate_window_days),
        cooling=timedelta(days=settings.gate_cooling_days),
        hold=timedelta(seconds=settings.gate_hold_seconds),
        drawdown=settings.gate_demote_drawdown,
        day_loss=settings.gate_day_loss,
        losses_in_a_row=settings.gate_losses_in_a_row,
        twin_gap=settings.gate_twin_gap,
        twin_fills=settings.gate_twin_fills,
    )


def _live_step(settings: Settings, bets: int, days: int, caps: StageCaps) -> StepRules:
    return StepRules(
        bets=bets,
        days=days,
        expectancy=settings.gate_expectancy,
        sureness=settings.gate_live_sureness,
        drawdown=settings.gate_most_drawdown,
        least_lamports=(caps.order_lamports or 0) // 2,
    )


def _caps(order_sol: Decimal, day_sol: Decimal) -> StageCaps:
    return StageCaps(order_lamports=_lamports(order_sol), day_lamports=_lamports(day_sol))


def _lamports(sol: Decimal) -> int | None:
    return int(sol * LAMPORTS_PER_SOL) or None

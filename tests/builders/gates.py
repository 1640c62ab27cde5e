"""Rules of the gate, and a record that meets all of them."""

from datetime import date, timedelta
from decimal import Decimal

from bot.domain.gate import GateRules, Stage, StageCaps, StepRules
from bot.domain.gate_records import Bet, GateRecord

SOL = 10**9
_STEP = StepRules(
    bets=10, days=5, sureness=Decimal(2), drawdown=Decimal("0.25"), least_lamports=SOL // 20
)
RULES = GateRules(
    steps={Stage.PAPER: _STEP, Stage.SMALL: _STEP, Stage.PROVEN: _STEP},
    caps={
        Stage.SMALL: StageCaps(order_lamports=SOL // 10, day_lamports=SOL // 2),
        Stage.PROVEN: StageCaps(order_lamports=SOL, day_lamports=5 * SOL),
        Stage.FULL: StageCaps(order_lamports=None, day_lamports=None),
    },
    window=timedelta(days=90),
    cooling=timedelta(days=7),
    hold=timedelta(seconds=60),
    drawdown=Decimal("0.30"),
    day_loss=Decimal("0.15"),
    losses_in_a_row=8,
    twin_gap=Decimal("0.03"),
    twin_fills=5,
)


def good_record() -> GateRecord:
    """Twelve bets on twelve days, most of them good."""
    return GateRecord(
        bets=tuple(
            Bet(
                token_id=number,
                day=date(2026, 1, 1) + timedelta(days=number),
                stake_lamports=SOL,
                result_lamports=-SOL // 20 if number % 4 == 0 else SOL // 5,
            )
            for number in range(1, 13)
        ),
        drawdown=Decimal("0.05"),
        growth=Decimal("0.1"),
        twin_gap=Decimal("0.01"),
        twin_fills=12,
    )

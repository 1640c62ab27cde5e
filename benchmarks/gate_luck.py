"""How often luck, and tricks, pass the gate's first step: many simulated traders."""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.bootstrap.gate_rules import gate_rules
from bot.bootstrap.settings import Settings
from bot.domain.gate import GateRules, GateState, Stage, promoted
from bot.domain.gate_records import Bet, GateRecord, bets_of, paper_drawdown

_SOL = 10**9
_DAYS, _GRANT, _COST = 90, 100 * _SOL, 0.01
_BEGIN = date(2026, 1, 1)
Draw = Callable[[random.Random], float]


def main() -> None:
    """Print for each kind of trader, and each gate, the share that passes within three months."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--traders", type=int, default=1_000)
    traders = parser.parse_args().traders
    rules = gate_rules(Settings(_env_file=None))
    print(f"{traders} traders each, {_DAYS} days, looked at after every day")
    for name, draw, bets in (
        ("no edge, costs of 1% a bet, 2 bets a day", _luck, 2),
        ("no edge, costs of 1% a bet, 5 bets a day", _luck, 5),
        ("lottery: one in 25 pays 25-fold, 2 bets a day", _lottery, 2),
        ("an edge of 5% a bet, 2 bets a day", _edge, 2),
    ):
        shares = [
            _passed(each, draw, bets, traders, is_honest=is_honest)
            for each, is_honest in ((rules, True), (_naive(rules), True), (_naive(rules), False))
        ]
        with_rules, naive, tricked = (f"{share:.1%}" for share in shares)
        print(f"{name}: {with_rules}; without the sureness {naive}; and resetting {tricked}")


def _luck(chance: random.Random) -> float:
    return chance.gauss(0.0, 0.25) - _COST


def _edge(chance: random.Random) -> float:
    return chance.gauss(0.05, 0.25)


def _lottery(chance: random.Random) -> float:
    return 24.0 if chance.random() < 1 / 25 else -1.0


def _naive(rules: GateRules) -> GateRules:
    step = replace(rules.steps[Stage.PAPER], sureness=Decimal(-10))
    return replace(rules, steps={**rules.steps, Stage.PAPER: step})


def _passed(
    rules: GateRules, draw: Draw, bets_a_day: int, traders: int, *, is_honest: bool
) -> float:
    chance = random.Random(7)  # noqa: S311 (the same traders each time)
    found = sum(
        _passes(rules, draw, bets_a_day, chance, is_honest=is_honest) for _ in range(traders)
    )
    return found / traders


def _passes(
    rules: GateRules, draw: Draw, bets_a_day: int, chance: random.Random, *, is_honest: bool
) -> bool:
    """Tell whether one trader passes; who is not honest has a bad record forgotten by a reset."""
    bets: list[Bet] = []
    course = [_GRANT]
    for number in range(_DAYS):
        day = _BEGIN + timedelta(days=number)
        today = [_bet(day, token, draw(chance)) for token in range(bets_a_day)]
        bets += today
        course.append(max(course[-1] + sum(bet.result_lamports for bet in today), 0))
        if not is_honest and course[-1] < _GRANT:
            bets, course = [], [_GRANT]
            continue
        if len(bets) < rules.steps[Stage.PAPER].bets:
            continue
        record = _record(bets, course, rules)
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if promoted(GateState(user_id=1), record, rules, now) is not None:
            return True
    return False


def _bet(day: date, token: int, growth: float) -> Bet:
    result = int(max(growth, -1.0) * _SOL)
    return Bet(token_id=token, day=day, stake_lamports=_SOL, result_lamports=result)


def _record(bets: Sequence[Bet], course: Sequence[int], rules: GateRules) -> GateRecord:
    least = rules.steps[Stage.PAPER].least_lamports
    return GateRecord(
        bets=bets_of(bets, (), least),
        drawdown=paper_drawdown([course]),
        growth=Decimal(course[-1] - _GRANT) / _GRANT,
    )


if __name__ == "__main__":
    main()

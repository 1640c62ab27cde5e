"""Whatever passes, the chain takes no more for it than the intent allows, and brings no less."""

from collections import Counter
from random import Random

import pytest
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction_metadata import TransactionMetadata

from bot.domain.signing.intents import SwapIntent
from bot.domain.signing.policy import Judgement, judge
from tests.builders.chance import seeded
from tests.builders.rearranged import rearranged
from tests.builders.signing import WSOL, Honest
from tests.builders.signing_chain import SCENE, a_chain, executed, held, lamports_of

EXECUTABLE = [honest for honest in SCENE.everything() if "route" not in honest.name]
MESSAGES, ON_ONE_CHAIN = 1_200, 8


class Trial:
    """Executes what passes, on a chain that is renewed before it is drained."""

    def __init__(self, random: Random, *, is_blind: bool = False) -> None:
        self._random = random
        self._is_blind = is_blind
        self._chain: LiteSVM | None = None
        self._left = 0
        self.found: Counter[str] = Counter()

    def run(self, honest: Honest) -> None:
        """Rearrange a message, and see what comes of it."""
        parts = rearranged(SCENE, honest, self._random)
        blockhash = Hash(self._random.randbytes(32))
        judged = self._judged(honest, honest.compiled(parts, blockhash=blockhash))
        if judged.reasons and not self._is_blind:
            self.found["refused"] += 1
            return
        chain = self._fresh_chain()
        message = honest.compiled(parts, blockhash=chain.latest_blockhash())
        self._execute(chain, honest, message, judged)

    def _judged(self, honest: Honest, message: Message | MessageV0) -> Judgement:
        return judge(bytes(to_bytes_versioned(message)), honest.intent, {}, SCENE.rules)

    def _fresh_chain(self) -> LiteSVM:
        if self._chain is None or not self._left:
            self._chain, self._left = a_chain(), ON_ONE_CHAIN
        self._left -= 1
        self._chain.expire_blockhash()
        return self._chain

    def _execute(
        self, chain: LiteSVM, honest: Honest, message: Message | MessageV0, judged: Judgement
    ) -> None:
        before = holdings(chain)
        done = isinstance(executed(chain, message), TransactionMetadata)
        self.found["executed" if done else "failed on the chain"] += 1
        change = {what: now - before[what] for what, now in holdings(chain).items()}
        if not done:
            assert -change.pop("SOL") <= judged.outlay.fee_lamports
            assert not any(change.values())
            return
        gained = income(honest)
        allowed = {"SOL": -judged.outlay.lamports, str(SCENE.mint): 0, str(SCENE.mint_2022): 0}
        token = (
            honest.intent.mint_in if isinstance(honest.intent, SwapIntent) else honest.intent.mint
        )
        if token in allowed:
            allowed[token] -= judged.outlay.token_units
        for what, least in allowed.items():
            assert change[what] >= least + gained.get(what, 0), (what, change, honest.name)


def holdings(chain: LiteSVM) -> dict[str, int]:
    """What the wallet has, SOL wrapped or not."""
    wallet = SCENE.wallet.pubkey()
    tokens = {str(mint): held(chain, wallet, mint) for mint in (SCENE.mint, SCENE.mint_2022)}
    return {"SOL": lamports_of(chain, wallet), **tokens}


def income(honest: Honest) -> dict[str, int]:
    """What an intent is to bring at least."""
    intent = honest.intent
    if not isinstance(intent, SwapIntent):
        return {}
    is_sol = Pubkey.from_string(intent.mint_out) == WSOL
    return {"SOL" if is_sol else intent.mint_out: intent.min_out}


def run_all(trial: Trial) -> None:
    for number in range(MESSAGES):
        trial.run(EXECUTABLE[number % len(EXECUTABLE)])


def test_whatever_passes_takes_no_more_and_brings_no_less_on_the_chain() -> None:
    trial = Trial(seeded(5))
    run_all(trial)
    assert trial.found["refused"] > MESSAGES // 2
    assert trial.found["executed"] > MESSAGES // 50


def test_a_policy_that_lets_everything_pass_is_found_out() -> None:
    """The control: what it executes takes more than was allowed."""
    with pytest.raises(AssertionError):
        run_all(Trial(seeded(5), is_blind=True))

"""Live orders against a model of the chain: whatever is dropped, late or asleep, one swap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.landing import NodeWord, Seen, judge
from bot.domain.live_orders import (
    DEAD,
    LEGAL,
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
    LiveRules,
    LiveSide,
    may_begin,
    next_state,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIFE, FINAL_DEPTH, NODES = 150, 32, 2
RULES = LiveRules(unknown_after_seconds=20.0, deadline_seconds=10_000.0, most_attempts=6)
INTENT = LiveIntent(
    user_id=1,
    number=1,
    request_id="tg:1",
    request_hash="",
    wallet_number=1,
    wallet_address="",
    token_id=1,
    side=LiveSide.BUY,
    position_number=None,
    mint_in="",
    mint_out="",
    amount_in=1,
    min_out=1,
    slippage_bps=1,
    most_impact_bps=1,
    most_fee_lamports=1,
    most_tip_lamports=0,
    most_rent_lamports=0,
    most_attempts=RULES.most_attempts,
    received_at=NOON,
    decided_at=NOON,
    deadline_at=NOON + timedelta(seconds=RULES.deadline_seconds),
)


class OneOrder(RuleBasedStateMachine):
    """One intent, a chain, three nodes that lag, and processes that die between any two steps.

    `out` are the attempts whose bytes anybody may still land; `blocks` the height at which each
    landed, and whether as a failure. What the process remembers is what was committed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.height, self.now = 1_000, NOON
        self.lags = [0, 0, 0]
        self.is_deaf = [False] * 3
        self.ahead = 0
        self.intent = INTENT
        self.out: set[int] = set()
        self.blocks: dict[int, tuple[int, bool]] = {}

    @property
    def attempt(self) -> LiveAttempt | None:
        last = self.intent.last
        return last if last is not None and last.is_unproven else None

    def become(self, state: AttemptState) -> None:
        last = self.intent.attempts[-1]
        assert state in LEGAL[last.state]
        changed = replace(last, state=state)
        self.intent = replace(self.intent, attempts=(*self.intent.attempts[:-1], changed))
        if state is AttemptState.CONFIRMED:
            self.intent = replace(self.intent, state=IntentState.FILLED)

    @precondition(lambda self: may_begin(self.intent, self.now))
    @rule()
    def sign_and_commit(self) -> None:
        attempt = LiveAttempt(
            user_id=1,
            intent_number=1,
            number=len(self.intent.attempts) + 1,
            state=AttemptState.SIGNED,
            signature=str(len(self.intent.attempts) + 1),
            raw=b"",
            last_valid_block_height=self.height + LIFE,
            venue="",
            venue_request_id=None,
            is_ours_to_send=True,
            quoted_out=1,
            min_out=1,
            impact=Decimal(0),
            quoted_at=self.now,
            offered_at=self.now,
            checked_at=self.now,
            signed_at=self.now,
        )
        self.intent = replace(self.intent, attempts=(*self.intent.attempts, attempt))

    @precondition(lambda self: self.attempt is not None)
    @rule(is_noted=st.booleans())
    def send(self, *, is_noted: bool) -> None:
        """Send; the process may die before it has noted that."""
        assert self.attempt is not None
        self.out.add(self.attempt.number)
        if is_noted and self.attempt.state is AttemptState.SIGNED:
            self.become(AttemptState.SENT)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), fails=st.booleans())
    def land(self, data: st.DataObject, *, fails: bool) -> None:
        """Anybody who ever saw the bytes may land them, as long as their blockhash lives."""
        number = data.draw(st.sampled_from(sorted(self.out)))
        last = self.intent.attempts[number - 1].last_valid_block_height
        if number not in self.blocks and self.height <= last:
            self.blocks[number] = (self.height, fails)

    @precondition(lambda self: self.blocks)
    @rule(data=st.data())
    def drop_a_fork(self, data: st.DataObject) -> None:
        """A block that was only processed may vanish."""
        number = data.draw(st.sampled_from(sorted(self.blocks)))
        if self.blocks[number][0] >= self.height:
            del self.blocks[number]

    @rule(blocks=st.integers(1, 200))
    def pass_blocks(self, blocks: int) -> None:
        self.height += blocks
        self.now += timedelta(seconds=blocks * 0.4)

    @rule(node=st.integers(0, 2), lag=st.integers(0, 400), is_deaf=st.booleans())
    def spoil_a_node(self, node: int, lag: int, *, is_deaf: bool) -> None:
        self.lags[node], self.is_deaf[node] = lag, is_deaf

    @rule(is_deaf=st.booleans())
    def cut_all_lines(self, *, is_deaf: bool) -> None:
        self.is_deaf = [is_deaf] * 3

    @rule(blocks=st.integers(0, 400))
    def let_one_node_tell_of_heights_to_come(self, blocks: int) -> None:
        """One node may be wrong about where it is; that is why two are asked for."""
        self.ahead = blocks

    def word(self, node: int, number: int) -> NodeWord:
        tip = self.height - self.lags[node]
        if self.is_deaf[node]:
            return NodeWord(node=str(node), seen=Seen.SILENT)
        landed = self.blocks.get(number)
        finalized = tip - FINAL_DEPTH + (self.ahead if node == 0 else 0)
        if landed is None or landed[0] > tip:
            return NodeWord(node=str(node), seen=Seen.ABSENT, block_height=finalized)
        depth = tip - landed[0]
        seen = Seen.PROCESSED if depth < 1 else Seen.CONFIRMED
        error = "failed" if landed[1] else None
        return NodeWord(node=str(node), seen=seen, block_height=finalized, error=error)

    @precondition(lambda self: self.attempt is not None)
    @rule()
    def look(self) -> None:
        assert self.attempt is not None
        words = [self.word(node, self.attempt.number) for node in range(3)]
        judgement = judge(
            words, last_valid_block_height=self.attempt.last_valid_block_height, nodes_needed=NODES
        )
        state = next_state(self.attempt, judgement, self.now, RULES)
        if state is not self.attempt.state:
            self.become(state)

    @invariant()
    def never_two_swaps(self) -> None:
        assert len([number for number, (_, fails) in self.blocks.items() if not fails]) <= 1

    @invariant()
    def never_two_alive(self) -> None:
        assert len([each for each in self.intent.attempts if each.state not in DEAD]) <= 1

    @invariant()
    def nothing_called_dead_lives(self) -> None:
        for attempt in self.intent.attempts:
            if attempt.state is AttemptState.EXPIRED:
                assert attempt.number not in self.blocks
                assert self.height > attempt.last_valid_block_height

    @invariant()
    def what_is_filled_has_landed(self) -> None:
        if self.intent.state is IntentState.FILLED:
            assert self.blocks[self.intent.attempts[-1].number][1] is False


def test_whatever_happens_an_order_swaps_once() -> None:
    steps = settings(max_examples=30, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(OneOrder, settings=steps)

"""Whether a message does what its intent says and nothing else; the bot and the signer both ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import UnreadableMessage
from bot.domain.identifiers import decode_address
from bot.domain.signing.accounts import Account, accounts_of
from bot.domain.signing.cleanup_policy import CleanupJudge
from bot.domain.signing.decoding import step_of
from bot.domain.signing.intents import CleanupIntent, Intent, SwapIntent, TransferIntent
from bot.domain.signing.message import Message, parse_message
from bot.domain.signing.network_fee import fee_reasons, network_fee
from bot.domain.signing.outlay import Outlay
from bot.domain.signing.rules import SigningRules
from bot.domain.signing.steps import Memo, Step
from bot.domain.signing.swap_policy import SwapJudge
from bot.domain.signing.transfer_policy import TransferJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Why a message is refused, in words; without reasons, what it costs the wallet at most.

    `blockhash` is that of a message that could be read.
    """

    reasons: tuple[str, ...]
    outlay: Outlay
    blockhash: bytes = b""


def violations(
    message: bytes,
    intent: Intent,
    lookup_tables: Mapping[str, Sequence[str]],
    rules: SigningRules,
) -> tuple[str, ...]:
    """Give every reason why a message must not be signed for an intent; none where it may."""
    return judge(message, intent, lookup_tables, rules).reasons


def judge(
    message: bytes,
    intent: Intent,
    lookup_tables: Mapping[str, Sequence[str]],
    rules: SigningRules,
) -> Judgement:
    """Judge a message; what cannot be read or is not understood is refused."""
    try:
        parsed = parse_message(message)
        accounts = accounts_of(parsed, lookup_tables)
    except UnreadableMessage as error:
        return Judgement(reasons=(f"the message: {error}",), outlay=Outlay())
    steps, reasons = _steps(parsed, accounts)
    if not reasons:
        reasons = _shape_reasons(parsed, accounts, intent, rules)
    if reasons:
        return Judgement(reasons=tuple(reasons), outlay=Outlay())
    return _judge_steps(parsed, steps, intent, rules)


def _steps(message: Message, accounts: Sequence[Account]) -> tuple[list[Step], list[str]]:
    steps: list[Step] = []
    reasons: list[str] = []
    for place in range(len(message.instructions)):
        try:
            steps.append(step_of(message, accounts, place))
        except UnreadableMessage as error:
            reasons.append(f"instruction {place + 1}: {error}")
    return steps, reasons


def _shape_reasons(
    message: Message, accounts: Sequence[Account], intent: Intent, rules: SigningRules
) -> list[str]:
    reasons = []
    if message.keys[0] != decode_address(intent.wallet):
        reasons.append("the fee payer is not the intent's wallet")
    if len(message.instructions) > rules.most_instructions:
        reasons.append(f"it has more than {rules.most_instructions} instructions")
    used = {0, *range(message.signer_count)}
    for instruction in message.instructions:
        used |= {instruction.program_place, *instruction.account_places}
    if len(used) < len(accounts):
        reasons.append("it names accounts that no instruction uses")
    return reasons


def _judge_steps(
    message: Message, steps: Sequence[Step], intent: Intent, rules: SigningRules
) -> Judgement:
    wallet = decode_address(intent.wallet)
    others = message.signers[1:]
    asker = _judge_of(intent, rules, others)
    for number, step in enumerate(steps, start=1):
        reason = asker.weigh(step)
        if reason:
            asker.reasons.append(f"instruction {number}: {reason}")
    fee = network_fee(message.signer_count, steps)
    reasons = (*_memo_reasons(steps, wallet, rules), *fee_reasons(fee, steps, intent))
    outlay = asker.outlay(fee)
    reasons = (*asker.conclude(), *reasons)
    return Judgement(reasons=reasons, outlay=outlay, blockhash=message.blockhash)


def _judge_of(
    intent: Intent, rules: SigningRules, others: tuple[bytes, ...]
) -> SwapJudge | TransferJudge | CleanupJudge:
    match intent:
        case SwapIntent():
            return SwapJudge(intent, rules, others)
        case TransferIntent():
            return TransferJudge(intent, rules, others)
        case CleanupIntent():
            return CleanupJudge(intent, others)


def _memo_reasons(steps: Sequence[Step], wallet: bytes, rules: SigningRules) -> list[str]:
    memos = [step for step in steps if isinstance(step, Memo)]
    reasons = []
    if len(memos) > 1 or any(memo.length > rules.longest_memo_bytes for memo in memos):
        reasons.append(f"it has more than one memo of {rules.longest_memo_bytes} bytes")
    if any(account.key != wallet for memo in memos for account in memo.signers):
        reasons.append("its memo is in somebody else's name")
    return reasons

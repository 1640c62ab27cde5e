"""What the network takes for a message: a base fee for each signature, and the priority fee."""

from collections.abc import Sequence

from bot.domain.signing.intents import Intent
from bot.domain.signing.steps import ComputeLimit, ComputePrice, Step

BASE_FEE_LAMPORTS = 5_000
_UNITS_WITHOUT_LIMIT = 1_400_000
_MICRO = 1_000_000


def network_fee(signer_count: int, steps: Sequence[Step]) -> int:
    """Give the fee in lamports, rounded up; without a limit the most that can be charged.

    ceil(limit * price / 10^6) and 5000 for each signature, as LiteSVM charges to the lamport.
    """
    limits = [step.units for step in steps if isinstance(step, ComputeLimit)]
    prices = [step.micro_lamports for step in steps if isinstance(step, ComputePrice)]
    units = max(limits, default=_UNITS_WITHOUT_LIMIT)
    priority = -(-units * max(prices, default=0) // _MICRO)
    return signer_count * BASE_FEE_LAMPORTS + priority


def fee_reasons(fee_lamports: int, steps: Sequence[Step], intent: Intent) -> list[str]:
    """Give why the fee is not as the intent allows."""
    reasons = []
    if fee_lamports > intent.max_network_fee_lamports:
        reasons.append(
            f"the network fee may come to {fee_lamports} lamports, "
            f"over {intent.max_network_fee_lamports}"
        )
    kinds = [type(step) for step in steps]
    if kinds.count(ComputeLimit) > 1 or kinds.count(ComputePrice) > 1:
        reasons.append("it sets the compute budget twice")
    return reasons

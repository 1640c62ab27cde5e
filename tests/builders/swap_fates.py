"""Carries one swap out under a fault and compares what we conclude with what LiteSVM holds."""

from dataclasses import dataclass

from bot.domain.landing import Fate, Judgement
from bot.ports.chain_sending import WalletChange
from bot.ports.swap_venue import Execution, Rejected, SwapOffer
from bot.sandbox.jupiter_api.faults import ExecuteAnswer, VenueFaults
from bot.sandbox.solana_rpc.faults import EndpointFaults
from bot.sandbox.solana_rpc.landing import LandingFaults
from tests.builders.swap_worlds import SwapWorld, signature_of

WELL = EndpointFaults()
HONEST, CALM = VenueFaults(wait_ms=60), LandingFaults()
SLOTS_BETWEEN_LOOKS = 12
MOST_LOOKS = 24
"""More than a blockhash lives, and than it takes to be finalized."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, of the venue, the network and the two nodes, while a swap is carried out.

    `lands` is what should become of it, None where that is up to chance. `by_ourselves` sends to
    the nodes instead of handing in to the venue.
    """

    name: str
    lands: Fate | None
    venue: VenueFaults = HONEST
    landing: LandingFaults = CALM
    nodes: tuple[EndpointFaults, EndpointFaults] = (WELL, WELL)
    by_ourselves: bool = False


def lying(answer: ExecuteAnswer) -> VenueFaults:
    return VenueFaults(execute_answer=answer, wait_ms=60)


FAULTS = (
    Fault(name="none", lands=Fate.LANDED),
    Fault(name="sent by ourselves", lands=Fate.LANDED, by_ourselves=True),
    Fault(name="silent drop", lands=Fate.EXPIRED, landing=LandingFaults(drop=True)),
    Fault(name="swallowed by the venue", lands=None, venue=VenueFaults(swallow=True, wait_ms=60)),
    Fault(name="error 500, but landed", lands=Fate.LANDED, venue=lying(ExecuteAnswer.ERROR_500)),
    Fault(name="connection cut, but landed", lands=Fate.LANDED, venue=lying(ExecuteAnswer.CUT)),
    Fault(name="timed out, but landed", lands=Fate.LANDED, venue=lying(ExecuteAnswer.TIMED_OUT)),
    Fault(
        name="'not landed', but landed", lands=Fate.LANDED, venue=lying(ExecuteAnswer.NOT_LANDED)
    ),
    Fault(name="broken JSON, but landed", lands=Fate.LANDED, venue=lying(ExecuteAnswer.GARBAGE)),
    Fault(
        name="'success', but dropped",
        lands=Fate.EXPIRED,
        venue=lying(ExecuteAnswer.SUCCESS),
        landing=LandingFaults(drop=True),
    ),
    Fault(name="last valid block", lands=Fate.LANDED, landing=LandingFaults(last_block=True)),
    Fault(
        name="last valid block, a node ahead of itself",
        lands=Fate.LANDED,
        landing=LandingFaults(last_block=True),
        nodes=(EndpointFaults(ahead_blocks=400), WELL),
    ),
    Fault(name="failed on chain, fee paid", lands=Fate.FAILED, landing=LandingFaults(fail=True)),
    Fault(name="a node lags", lands=Fate.LANDED, nodes=(EndpointFaults(lag_slots=60), WELL)),
    Fault(
        name="silent drop, heights disagree",
        lands=Fate.EXPIRED,
        landing=LandingFaults(drop=True),
        nodes=(EndpointFaults(lag_slots=40), EndpointFaults(ahead_blocks=30)),
    ),
    Fault(name="fork", lands=Fate.LANDED, landing=LandingFaults(fork=True)),
    Fault(
        name="fork, 'success' from it",
        lands=Fate.LANDED,
        venue=lying(ExecuteAnswer.SUCCESS),
        landing=LandingFaults(fork=True),
    ),
    Fault(
        name="a node's statuses down",
        lands=Fate.LANDED,
        nodes=(EndpointFaults(statuses_down=True), WELL),
    ),
    Fault(
        name="silent drop, a node's statuses down",
        lands=Fate.OPEN,
        landing=LandingFaults(drop=True),
        nodes=(EndpointFaults(statuses_down=True), WELL),
    ),
    Fault(
        name="all statuses down",
        lands=Fate.OPEN,
        nodes=(EndpointFaults(statuses_down=True), EndpointFaults(statuses_down=True)),
    ),
    Fault(
        name="a node never heard of it",
        lands=Fate.LANDED,
        nodes=(EndpointFaults(statuses_blind=True), WELL),
    ),
    Fault(
        name="nodes answer errors, but pass it on",
        lands=Fate.LANDED,
        nodes=(EndpointFaults(send_error=True), EndpointFaults(send_error=True)),
        by_ourselves=True,
    ),
    Fault(
        name="a node accepts and drops",
        lands=Fate.LANDED,
        nodes=(EndpointFaults(send_drop=True), WELL),
        by_ourselves=True,
    ),
    # The last, since its pause outlives it.
    Fault(name="429 storm", lands=None, venue=VenueFaults(storm_429=2, wait_ms=60)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of a swap, as we see it and as it is.

    `looks` are our judgements in their order, the last one final; `truth` is LiteSVM's, after
    everything that could still land has had its time.
    """

    offer: SwapOffer
    execution: Execution | None
    looks: tuple[Judgement, ...]
    change: WalletChange | None
    truth: Fate
    lamports_moved: int
    units_moved: int

    @property
    def fate(self) -> Fate:
        return self.looks[-1].fate

    @property
    def is_false_landed(self) -> bool:
        """Whether anything was ever called landed or failed that was not."""
        said = {look.fate for look in self.looks} & {Fate.LANDED, Fate.FAILED}
        return bool(said) and said != {self.truth}

    @property
    def is_false_absent(self) -> bool:
        """Whether anything was ever called dead that lived."""
        said = any(look.fate is Fate.EXPIRED for look in self.looks)
        return (said or isinstance(self.execution, Rejected)) and self.truth is not Fate.EXPIRED

    @property
    def is_exact(self) -> bool:
        """Whether what we read of the wallet is what LiteSVM holds, to the lamport."""
        if self.change is None:
            return self.fate is not Fate.LANDED and not (
                self.fate is Fate.FAILED or (self.lamports_moved and self.fate is Fate.EXPIRED)
            )
        units = self.change.tokens.get(self.offer.mint_out, 0)
        return (self.change.lamports, units) == (self.lamports_moved, self.units_moved)


async def carry_out(world: SwapWorld, fault: Fault, amount: int) -> Carried:
    """Buy, hand in or send, then look and send the same bytes again until it is settled."""
    offer = await world.venue.offer(world.buying(amount=amount))
    signed = world.signed(offer)
    signature = signature_of(signed)
    lamports, units = world.lamports(), world.held(offer.mint_out)
    _set(world, fault)
    execution = await _first(world, fault, offer, signed)
    looks = []
    for _ in range(MOST_LOOKS):
        looks.append(await world.judged(signature, offer))
        if looks[-1].fate is not Fate.OPEN:
            break
        if fault.by_ourselves or fault.landing.fork:
            await world.sending.send(signed)
        world.chain.advance(SLOTS_BETWEEN_LOOKS)
    change = None
    if looks[-1].fate in {Fate.LANDED, Fate.FAILED}:
        change = await world.sending.outcome(signature, world.address)
    world.chain.advance(SLOTS_BETWEEN_LOOKS * MOST_LOOKS)
    world.chain.landing.land_due()
    _set(world, Fault(name="over", lands=None))
    return Carried(
        offer=offer,
        execution=execution,
        looks=tuple(looks),
        change=change,
        truth=truth_of(world, signature),
        lamports_moved=world.lamports() - lamports,
        units_moved=world.held(offer.mint_out) - units,
    )


def truth_of(world: SwapWorld, signature: str) -> Fate:
    """What LiteSVM itself has of a transaction whose time is over."""
    record = world.chain.transactions.get(signature)
    if record is None:
        return Fate.EXPIRED
    return Fate.LANDED if record.error is None else Fate.FAILED


async def _first(
    world: SwapWorld, fault: Fault, offer: SwapOffer, signed: bytes
) -> Execution | None:
    if fault.by_ourselves or offer.request_id is None:
        await world.sending.send(signed)
        return None
    return await world.venue.execute(
        offer.request_id, signed, offer.last_valid_block_height, is_first_post=True
    )


def _set(world: SwapWorld, fault: Fault) -> None:
    world.shop.faults = fault.venue
    world.chain.landing.faults = fault.landing
    for endpoint, faults in zip(world.endpoints, fault.nodes, strict=True):
        endpoint.faults = faults

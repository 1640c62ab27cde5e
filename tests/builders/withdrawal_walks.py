"""Random walks over the steps of withdrawals, and guards left out one at a time to be caught."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bot.adapters.database.connection import Pool
from tests.builders.withdrawal_steps import FORGERIES, SOL, PaidWithoutReasonError, Steps, begin

AMOUNTS = (SOL // 2, SOL, 3 * SOL, 4 * SOL)
WAITS = (1, 60, 125, 1_800, 90_000)
LENGTH = 30
_MOSTLY = 0.7
HONEST = (
    *("ask", "ask", "code", "late", "commit", "commit", "land", "land", "expire", "cancel"),
    *(["asked and proved"] * 5),
    *(["due"] * 5),
    *("lapse", "wait", "add", "remove", "freeze", "pause", "factor", "young"),
    *("thaw", "thaw", "thaw", "resume", "resume", "resume"),
)
FAULTY = ("no code", "used code", "other code", "backdate", "force", "forge")


Turn = Callable[[Steps, int, Random], Awaitable[None]]


async def _late(steps: Steps, number: int, _random: Random) -> None:
    await steps.wait(125)
    await steps.give_code(number)


async def _due(steps: Steps, number: int, _random: Random) -> None:
    await steps.wait(1_800)
    await steps.commit(number)


async def _asked_and_proved(steps: Steps, random: Random) -> None:
    await steps.ask(max(steps.addresses), random.choice(AMOUNTS[:2]))
    if steps.truths:
        await steps.give_code(max(steps.truths))


_OF_PERSON: Mapping[str, Callable[[Steps, Random], Awaitable[None]]] = {
    "ask": lambda steps, random: steps.ask(
        random.choice(sorted(steps.addresses)), random.choice(AMOUNTS)
    ),
    "asked and proved": _asked_and_proved,
    "wait": lambda steps, random: steps.wait(random.choice(WAITS)),
    "add": lambda steps, _random: steps.add_address(),
    "remove": lambda steps, random: steps.remove_address(random.choice(sorted(steps.addresses))),
    "lapse": lambda steps, _random: steps.lapse(),
    "freeze": lambda steps, _random: steps.freeze(),
    "thaw": lambda steps, _random: steps.thaw(),
    "pause": lambda steps, _random: steps.pause(),
    "resume": lambda steps, _random: steps.resume(),
    "factor": lambda steps, _random: steps.set_factor(),
    "young": lambda steps, _random: steps.wait(100_000),
}
_OF_WITHDRAWAL: Mapping[str, Turn] = {
    "code": lambda steps, number, _random: steps.give_code(number),
    "late": _late,
    "commit": lambda steps, number, _random: steps.commit(number),
    "due": _due,
    "land": lambda steps, number, _random: steps.land(number),
    "expire": lambda steps, number, _random: steps.expire(number),
    "cancel": lambda steps, number, _random: steps.cancel(number),
    "no code": lambda steps, number, _random: steps.prove_without_code(number),
    "used code": lambda steps, number, _random: steps.prove_with_used_code(number),
    "other code": lambda steps, number, random: steps.prove_with_code_of(
        number, random.choice(sorted(steps.truths))
    ),
    "backdate": lambda steps, number, _random: steps.backdate_proof(number),
    "force": lambda steps, number, _random: steps.force_row(number),
    "forge": lambda steps, number, random: steps.forge(number, random.choice(FORGERIES)),
}


async def step(steps: Steps, name: str, random: Random) -> None:
    """Take one step; those that need a withdrawal and find none do nothing."""
    if name in _OF_PERSON:
        await _OF_PERSON[name](steps, random)
    elif steps.truths:
        numbers = sorted(steps.truths)
        # Mostly the newest: it is where something is under way.
        number = numbers[-1] if random.random() < _MOSTLY else random.choice(numbers)
        await _OF_WITHDRAWAL[name](steps, number, random)


async def walk(pool: Pool, random: Random, *, is_compared: bool = True) -> Steps:
    """Take steps at random; compared, both descriptions of what is missing must agree each time."""
    steps = await begin(pool)
    for _ in range(LENGTH):
        await step(steps, random.choice((*HONEST, *FAULTY)), random)
        steps.count += 1
        if is_compared:
            await steps.check()
    await steps.settle_accounts()
    return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A guard taken out everywhere: of functions by their text, and by other statements."""

    texts: Mapping[str, Sequence[tuple[str, str]]]
    statements: Sequence[str] = ()


_UNSTOPPED = "CREATE OR REPLACE TRIGGER users_halted_stop_withdrawals AFTER UPDATE OF status ON users FOR EACH ROW WHEN (false) EXECUTE FUNCTION stop_withdrawals_of_halted()"  # noqa: E501


def _missing(need: str) -> tuple[str, Sequence[tuple[str, str]]]:
    return "withdrawal_missing", ((f"THEN '{need}' END", "THEN NULL END"),)


LEFT_OUT: Mapping[str, LeftOut] = {
    "the address is on the list": LeftOut(
        texts=dict(
            [
                _missing("address"),
                (
                    "remove_withdrawal_address",
                    (("w.address_number = p_number", "false"),),
                ),
            ]
        )
    ),
    "the address has waited": LeftOut(
        texts=dict(
            [
                _missing("address_wait"),
                (
                    "ask_withdrawal",
                    (("WHEN listed.usable_at > least", "WHEN false AND listed.usable_at > least"),),
                ),
                ("prove_withdrawal", (("OR listed.usable_at > w.asked_at", ""),)),
            ]
        )
    ),
    "the code is for these terms": LeftOut(
        texts=dict(
            [
                _missing("proof"),
                (
                    "prove_withdrawal",
                    (("proof.terms_hash IS DISTINCT FROM withdrawal_terms(w)", "false"),),
                ),
            ]
        )
    ),
    "the code came in time": LeftOut(
        texts=dict(
            [
                _missing("proof_in_time"),
                (
                    "prove_withdrawal",
                    (("greatest(proof.proved_at, withdrawal_clock()) > w.expires_at", "false"),),
                ),
            ]
        )
    ),
    "there was a code": LeftOut(
        texts=dict(
            [
                _missing("factor"),
                (
                    "prove_withdrawal",
                    (
                        ("AND f.last_step = proof.factor_step", ""),
                        ("AND f.last_purpose = proof.terms_hash", ""),
                    ),
                ),
            ]
        )
    ),
    "the code was typed for this": LeftOut(
        texts={
            "prove_withdrawal": (("AND f.last_purpose = proof.terms_hash", ""),),
        }
    ),
    "the code was not used before": LeftOut(
        texts={
            "prove_withdrawal": (
                ("THEN 'used'", "AND false THEN 'used'"),
                ("AND f.last_step = proof.factor_step", "AND f.last_step >= proof.factor_step"),
                ("AND f.last_purpose = proof.terms_hash", ""),
            )
        },
        statements=("ALTER TABLE withdrawal_proofs DROP CONSTRAINT uq_withdrawal_proofs_step",),
    ),
    "the authenticator is still the one": LeftOut(texts=dict([_missing("factor")])),
    "the authenticator was old enough": LeftOut(
        texts=dict(
            [
                _missing("factor_wait"),
                (
                    "prove_withdrawal",
                    (
                        (
                            "> proof.proved_at\n      THEN 'factor_wait'",
                            "> proof.proved_at AND false\n      THEN 'factor_wait'",
                        ),
                    ),
                ),
            ]
        )
    ),
    "the delay is over": LeftOut(texts=dict([_missing("delay")])),
    "nobody stopped it": LeftOut(texts=dict([_missing("stopped")])),
    "its owner is active": LeftOut(
        texts=dict(
            [
                _missing("active"),
                (
                    "ask_withdrawal",
                    (("<> 'active' THEN 'frozen'", "<> 'active' AND false THEN 'frozen'"),),
                ),
                (
                    "prove_withdrawal",
                    (("<> 'active' THEN 'frozen'", "<> 'active' AND false THEN 'frozen'"),),
                ),
            ]
        ),
        statements=(_UNSTOPPED,),
    ),
    "the wallet is not paused": LeftOut(texts=dict([_missing("unpaused")])),
    "its funds are held": LeftOut(
        texts=dict(
            [
                _missing("hold"),
                ("hold_withdrawal", (("'market', p_asset), p_units,", "'market', p_asset), 1,"),)),
            ]
        )
    ),
    "the cap of a day": LeftOut(
        texts={"withdrawal_afforded": (("THEN 'over_day'", "AND false THEN 'over_day'"),)}
    ),
}
"""Each by what then need not be so any more; a run of walks has to catch every one."""


async def leave_out(pool: Pool, guard: LeftOut) -> None:
    """Take a guard out of a database."""
    for name, changes in guard.texts.items():
        text = await pool.fetchval("SELECT pg_get_functiondef($1::regproc)", name)
        for old, new in changes:
            assert old in text, (name, old)
            text = text.replace(old, new)
        await pool.execute(text)
    for statement in guard.statements:
        await pool.execute(statement)


async def walks_until_caught(pool: Pool, random: Random, *, most: int) -> int:
    """Walk until a payment without reason is found; gives after how many, 0 for never."""
    for count in range(1, most + 1):
        try:
            await walk(pool, random, is_compared=False)
        except PaidWithoutReasonError:
            return count
    return 0

"""Whatever is told of payments, and however often, the role is what was paid for."""

import asyncio

from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.connection import Pool
from bot.services.audit_sealing import AuditProof
from tests.chaos.star_cycles import Cycles, merged


async def test_the_role_is_what_was_paid_for_though_all_comes_twice_late_and_shuffled(
    database: Pool, seed: int
) -> None:
    lives = [Cycles(database, seed + place, place).live(20) for place in range(3)]
    outcome = merged(await asyncio.gather(*lives))
    assert (outcome.wrong_roles, outcome.twice) == (0, 0), outcome.kinds
    assert outcome.checks > 100
    # The same deliveries, added up as they come: the check would see it.
    assert outcome.naive_wrong > 10
    found, _ = await AuditProof(chain=PostgresAuditChain(database), key=None).check()
    assert found == []

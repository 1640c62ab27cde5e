"""Wires what is written down about people: the audit log, its seals, and their own data."""

from bot.adapters.database.alert_watch import PostgresAlerts
from bot.adapters.database.audit_book import PostgresAuditBook
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.personal_data import PostgresDeletions, PostgresPersonalData
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, master_key
from bot.bootstrap.outside import Outside
from bot.bootstrap.settings import Settings
from bot.services.access import Access
from bot.services.audit import Audit
from bot.services.audit_sealing import AuditSealing
from bot.services.factors import Factors
from bot.services.modes import Modes
from bot.services.my_data import MyData
from bot.services.records import Records
from bot.services.triggers import Triggers
from bot.telegram.deletion_notices import deletion_notices


def wire_records(
    settings: Settings,
    outside: Outside,
    *,
    access: Access,
    modes: Modes,
    triggers: Triggers,
    factors: Factors,
    on_outbox: OnOutbox,
) -> Records:
    """Build them; raises `Unavailable` where the master key cannot be read."""
    pool, clock = outside.pool, outside.clock
    audit = Audit(book=PostgresAuditBook(pool), clock=clock)
    return Records(
        audit=audit,
        sealing=AuditSealing(
            chain=PostgresAuditChain(pool),
            clock=clock,
            key=derived_key(master_key(settings, may_make=True), AUDIT_SEALS),
        ),
        my_data=MyData(
            data=PostgresPersonalData(pool),
            deletions=PostgresDeletions(pool, on_outbox=on_outbox),
            audit=audit,
            alerts=PostgresAlerts(pool, on_outbox=on_outbox),
            triggers=triggers,
            access=access,
            modes=modes,
            factors=factors,
            clock=clock,
            deleted=deletion_notices,
        ),
    )

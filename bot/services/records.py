"""What is written down about people, in one bundle."""

from dataclasses import dataclass

from bot.services.audit import Audit
from bot.services.audit_sealing import AuditSealing
from bot.services.my_data import MyData


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The audit log, its seals, and a person's own data."""

    audit: Audit
    sealing: AuditSealing
    my_data: MyData

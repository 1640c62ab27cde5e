"""What is kept about a person, by category, for how long, and their wish to have it deleted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DataCategory(StrEnum):
    """One kind of what is kept; its tables are named by the database's adapter."""

    PROFILE = "profile"
    BOOKS = "books"
    ORDERS = "orders"
    RESULTS = "results"
    CHOICES = "choices"
    SECURITY = "security"
    PAYMENTS = "payments"
    MESSAGES = "messages"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionRequest:
    """Somebody's wish, standing until it is due or cancelled."""

    user_id: int
    asked_at: datetime
    due_at: datetime

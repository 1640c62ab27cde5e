"""What tests of the fault kit may ask for: whatever chaos tests may."""

from tests.chaos.conftest import empty_town, plain_logs, quick_messages, seed

__all__ = ["empty_town", "plain_logs", "quick_messages", "seed"]

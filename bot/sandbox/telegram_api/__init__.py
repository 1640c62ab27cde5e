"""A local Telegram Bot API server with people who write and press buttons."""

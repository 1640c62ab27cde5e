"""Text of messages: parse modes, entities and what Telegram finds by itself."""

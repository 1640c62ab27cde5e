"""What processes share in Redis, as long as it answers."""

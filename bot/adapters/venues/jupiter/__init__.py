"""Jupiter's Swap v2: quotes, orders, builds and their execution."""

"""A seeded market: genuine-layout pools on the sandbox's chain, moved by swaps."""

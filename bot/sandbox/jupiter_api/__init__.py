"""A stand-in for Jupiter's swap API whose swaps are transactions on the sandbox's chain."""

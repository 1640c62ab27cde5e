"""A small stand-in for DexScreener, computed from the pools on the sandbox's chain."""

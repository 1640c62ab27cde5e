"""The places where swaps are carried out for real."""

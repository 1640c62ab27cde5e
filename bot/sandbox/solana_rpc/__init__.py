"""A Solana JSON-RPC node over LiteSVM, with faults that can be switched on by HTTP."""

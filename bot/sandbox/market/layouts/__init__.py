"""Writers of account bytes as the programs of mainnet lay them out."""

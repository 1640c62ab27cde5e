"""Programs of mainnet and the addresses they derive."""

import hashlib
from functools import cache

from solders.pubkey import Pubkey

SYSTEM_PROGRAM = Pubkey.default()
TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022_PROGRAM = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ATA_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
METADATA_PROGRAM = Pubkey.from_string("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s")
RAYDIUM_AMM_V4 = Pubkey.from_string("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8")
RAYDIUM_AMM_AUTHORITY = Pubkey.from_string("5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1")
RAYDIUM_CPMM = Pubkey.from_string("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
RAYDIUM_CLMM = Pubkey.from_string("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK")
METEORA_DLMM = Pubkey.from_string("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo")
METEORA_DAMM_V2 = Pubkey.from_string("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG")
METEORA_DBC = Pubkey.from_string("dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN")
OPENBOOK = Pubkey.from_string("srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX")
WHIRLPOOL = Pubkey.from_string("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc")
WHIRLPOOLS_CONFIG = Pubkey.from_string("2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ")
PUMP = Pubkey.from_string("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
PUMPSWAP = Pubkey.from_string("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA")
PUMP_FEES = Pubkey.from_string("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ")

WSOL = Pubkey.from_string("So11111111111111111111111111111111111111112")
USDC = Pubkey.from_string("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")


@cache
def derive(program: Pubkey, *seeds: bytes | Pubkey) -> Pubkey:
    """Give the program-derived address of some seeds."""
    return Pubkey.find_program_address([bytes(seed) for seed in seeds], program)[0]


@cache
def bump(program: Pubkey, *seeds: bytes | Pubkey) -> int:
    """Give the bump byte of a program-derived address."""
    return Pubkey.find_program_address([bytes(seed) for seed in seeds], program)[1]


def associated_token_account(owner: Pubkey, mint: Pubkey, program: Pubkey) -> Pubkey:
    """Give the address of the owner's associated token account."""
    return derive(ATA_PROGRAM, owner, program, mint)


def made_up_address(*words: object) -> Pubkey:
    """Give a stable address for what mainnet would key by a random keypair."""
    text = "/".join(str(word) for word in ("kitrader sandbox", *words))
    return Pubkey.from_bytes(hashlib.sha256(text.encode()).digest())


def pump_mint(*words: object) -> Pubkey:
    """Give a stable mint address that ends in `pump`, as the launcher's own grinding makes."""
    for attempt in range(100):
        text = f"{str(made_up_address(*words, attempt))[:-4]}pump"
        try:
            return Pubkey.from_string(text)
        except ValueError:
            continue
    raise AssertionError("no address of 32 bytes ends in pump")


@cache
def anchor_discriminator(name: str) -> bytes:
    """Give the first eight bytes of an Anchor account of this type."""
    return hashlib.sha256(f"account:{name}".encode()).digest()[:8]

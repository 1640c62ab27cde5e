"""What holds for every message, whatever its intent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRules:
    """Limits that no intent can widen.

    `counterparties` may be paid directly in a swap, and co-sign it: with anybody else a swap is
    a gift by another name, so nobody is to begin with. `more_tip_accounts` take tips beside the
    known ones. `largest_platform_fee_bps` bounds what a Jupiter route may give away (Jupiter
    itself takes 50 at most). A token account's rent is
    charged by what it costs at most: mainnet's is lower since SIMD-0437. A Token-2022 account
    is longer by its extensions.
    """

    counterparties: frozenset[str] = frozenset()
    more_tip_accounts: frozenset[str] = frozenset()
    largest_platform_fee_bps: int = 50
    account_rent_lamports: int = 2_039_280
    account_2022_rent_lamports: int = 2_700_000
    most_instructions: int = 16
    longest_memo_bytes: int = 200

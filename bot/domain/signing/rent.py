"""What a new token account costs at most."""

from bot.domain.signing import programs
from bot.domain.signing.rules import SigningRules


def rent_of(token_program: bytes, rules: SigningRules) -> int:
    """Give the lamports that one account of a token program may cost."""
    if token_program == programs.TOKEN:
        return rules.account_rent_lamports
    return rules.account_2022_rent_lamports

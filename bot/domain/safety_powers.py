"""Judges the powers that a mint leaves in somebody's hands: to print, freeze, take or charge."""

from collections.abc import Iterator
from decimal import Decimal

from bot.domain.identifiers import USDC_MINT
from bot.domain.instruments import Token
from bot.domain.safety import Level, SafetyLine
from bot.domain.token_rules import TokenRules
from bot.domain.transfer_fees import BPS, TransferFee

DANGEROUS_FEE_BPS = 1_000
# Issuers known by name whose powers are the law's demand rather than a trap; what they can do
# is still said, a level lower.
KNOWN_ISSUERS = {
    USDC_MINT: "Circle",
    "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo": "Paxos",  # PYUSD
}
_LOWER = {Level.DANGER: Level.WARN, Level.WARN: Level.OK, Level.OK: Level.OK}


def judge_powers(token: Token, fee: TransferFee) -> tuple[SafetyLine, ...]:
    """Judge a mint's authorities and extensions at the fee now in force."""
    found = (*_authorities(token), *_takings(token.rules), *_charges(token.rules, fee))
    lines = (*found, *_oddities(token.rules))
    issuer = KNOWN_ISSUERS.get(token.mint)
    return lines if issuer is None else tuple(_lowered(line, issuer) for line in lines)


def _authorities(token: Token) -> Iterator[SafetyLine]:
    if token.mint_authority is None:
        yield _line("Mint", Level.OK, "mint locked", "nobody can make more of it")
    else:
        yield _line("Mint", Level.WARN, "mint open", "its owner can make more of it at will")
    if token.freeze_authority is None:
        yield _line("Freeze", Level.OK, "no freeze", "nobody can freeze your account")
    else:
        why = "its owner can freeze your account, and then you cannot sell"
        yield _line("Freeze", Level.WARN, "can freeze", why)


def _takings(rules: TokenRules) -> Iterator[SafetyLine]:
    """Give what somebody can take away, or keep from being sold."""
    if rules.permanent_delegate is not None:
        why = "somebody can take or burn your tokens at any time"
        yield _line("Delegate", Level.DANGER, "permanent delegate", why)
    if not rules.is_transferable:
        yield _line("Transfers", Level.DANGER, "not transferable", "it can never be sold")
    if rules.is_paused:
        why = "its owner has stopped all transfers, so nobody can sell"
        yield _line("Pause", Level.DANGER, "paused", why)
    elif rules.pause_authority is not None:
        why = "its owner can stop all transfers, and then nobody can sell"
        yield _line("Pause", Level.WARN, "can be paused", why)
    if rules.is_born_frozen:
        why = "new accounts of it come frozen; only its owner can let you sell"
        yield _line("New accounts", Level.DANGER, "frozen by default", why)
    if rules.hook_program is not None:
        why = "a program of its owner's runs at each transfer and may forbid your sale"
        yield _line("Hook", Level.DANGER, "transfer hook", why)
    elif rules.hook_authority is not None:
        why = "its owner can put a program on each transfer that may forbid your sale"
        yield _line("Hook", Level.WARN, "hook can be set", why)


def _charges(rules: TokenRules, fee: TransferFee) -> Iterator[SafetyLine]:
    newer = rules.fees.newer
    worst = max(fee, newer, key=_weight)
    if _weight(worst):
        share = f"{_percent(fee)} of each transfer is withheld, buying and selling"
        rise = f", and {_percent(newer)} from epoch {rules.fees.newer_epoch}"
        level = Level.DANGER if worst.bps >= DANGEROUS_FEE_BPS else Level.WARN
        word = f"transfer fee {_percent(worst)}"
        yield _line("Transfer fee", level, word, share + (rise if newer != fee else ""))
    if rules.fee_authority is not None:
        why = "its owner can change the transfer fee, two epochs ahead"
        yield _line("Transfer fee", Level.WARN, "transfer fee can rise", why)


def _oddities(rules: TokenRules) -> Iterator[SafetyLine]:
    if rules.close_authority is not None:
        why = "its owner can close the mint once none of it is left"
        yield _line("Closing", Level.WARN, "mint can be closed", why)
    if rules.is_confidential:
        why = "amounts may be hidden, so the largest holders may be unknown"
        yield _line("Privacy", Level.WARN, "hidden amounts", why)
    if rules.is_interest_bearing:
        why = "wallets show interest on it that nobody pays out"
        yield _line("Display", Level.WARN, "shown with interest", why)
    if rules.ui.older != 1 or rules.ui.newer != 1:
        why = "wallets multiply its amounts by a factor, and so do I"
        yield _line("Display", Level.OK, "scaled amounts", why)
    for name in rules.unknown:
        yield _line("Extension", Level.WARN, "unknown extension", f"{name} is newer than I am")


def _line(subject: str, level: Level, word: str, why: str) -> SafetyLine:
    return SafetyLine(subject=subject, level=level, word=word, why=why)


def _lowered(line: SafetyLine, issuer: str) -> SafetyLine:
    if line.level is Level.OK:
        return line
    return _line(line.subject, _LOWER[line.level], line.word, f"{line.why} (known: {issuer})")


def _weight(fee: TransferFee) -> int:
    return fee.bps if fee.maximum else 0


def _percent(fee: TransferFee) -> str:
    if not _weight(fee):
        return "nothing"
    share = Decimal(fee.bps * 100) / BPS
    return f"{share.normalize():f}%"

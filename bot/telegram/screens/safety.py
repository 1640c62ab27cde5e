"""How safe a token is: the card of `/check`, the short line of other screens, and the wish."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.domain.safety import Level, SafetyLine, SafetyReport
from bot.domain.transfer_fees import BPS, TransferFee
from bot.domain.users import Mode
from bot.services.views import SafetyCard
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, key, label, lines, named
from bot.telegram.rich_text import Bold, Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.pool_names import pool_name

_MOST_WORDS = 4
_CALM_WORDS = 3
_IN_ORDER = (Level.DANGER, Level.WARN, Level.OK)


def card(found: SafetyCard, keys: Keys) -> Screen:
    """Show every finding, the worst first, and what nobody told."""
    token, report = found.token, found.report
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text("Safety of ", named(token.symbol, 16)), named(token.name)),
            _verdict(report),
            *(_line(line) for level in _IN_ORDER for line in report.of(level)),
            f"Not known: {'; '.join(report.unknown)}." if report.unknown else "",
            _source_line(found),
            _wish_line(found) if report.of(Level.DANGER) else "",
        ),
        rows=_rows(found, keys),
    )


def short_line(report: SafetyReport | None) -> Text | str:
    """Say it in one line: the worst words, or that all is well."""
    if report is None:
        return ""
    dangers, warnings = report.of(Level.DANGER), report.of(Level.WARN)
    if dangers:
        more = f"; {_words(warnings)}" if warnings else ""
        return Text("Safety: ⚠️ ", Bold("danger"), f", {_words(dangers)}{more}")
    if warnings:
        return f"Safety: {_words(warnings)}"
    calm = [line.word for line in report.of(Level.OK)[:_CALM_WORDS]]
    return f"Safety: {', '.join(calm)} · all ok"


def setting(keys: Keys, *, blocks: bool) -> Screen:
    """Say whether dangerous tokens are refused, with the way to change it."""
    said = (
        "I open nothing in tokens with a danger on their safety card."
        if blocks
        else "⚠️ I open positions in dangerous tokens too, and only say so."
    )
    other = (
        key(keys, "Trade them too", "safety", argument="off")
        if blocks
        else key(keys, "Block them", "safety", argument="on")
    )
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Dangerous tokens"),
            said,
            "See what is held against a token with /check. Closing is never blocked by it.",
        ),
        rows=((other, key(keys, "Wallet", "wallet")),),
    )


def rule_lines(token: Token) -> tuple[Text | str, ...]:
    """Say what a mint's extensions are set to, with who holds each power."""
    rules = token.rules
    powers = {
        "Transfer fee set by": rules.fee_authority,
        "Transfer hook": rules.hook_program,
        "Hook set by": rules.hook_authority,
        "Permanent delegate": rules.permanent_delegate,
        "Can be paused by": rules.pause_authority,
        "Mint closed by": rules.close_authority,
    }
    said: tuple[str, ...] = (
        _fee_words(token),
        "Transfers are paused" if rules.is_paused else "",
        "New accounts come frozen" if rules.is_born_frozen else "",
        "" if rules.is_transferable else "It can never be transferred",
        "Amounts may be hidden" if rules.is_confidential else "",
        "Wallets show interest on it" if rules.is_interest_bearing else "",
        "" if rules.ui.older == 1 else f"Amounts are shown times {figures.number(rules.ui.older)}",
        *(f"Extension newer than I am: {name}" for name in rules.unknown),
    )
    held = tuple(Text(f"{what}: ", Code(who)) for what, who in powers.items() if who)
    return (*(part for part in said if part), *held)


def _verdict(report: SafetyReport) -> Text | str:
    dangers, warnings = len(report.of(Level.DANGER)), len(report.of(Level.WARN))
    if not dangers and not warnings:
        return "All ok, as far as the chain shows."
    counts = (_count(dangers, "danger"), _count(warnings, "warning"))
    return ", ".join(count for count in counts if count)


def _count(number: int, what: str) -> str:
    return "" if not number else f"{number} {what}" + ("s" if number > 1 else "")


def _line(line: SafetyLine) -> Text:
    told = f" · {line.word}: {line.why}"
    if line.level is Level.DANGER:
        return Text("⚠️ ", Bold(line.level.value), told)
    return Text(line.level.value, told)


def _words(found: Sequence[SafetyLine]) -> str:
    more = len(found) - _MOST_WORDS
    said = ", ".join(line.word for line in found[:_MOST_WORDS])
    return f"{said} and {more} more" if more > 0 else said


def _source_line(found: SafetyCard) -> str:
    pool = "" if found.pool_kind is None else f" · priced by {pool_name(found.pool_kind)}"
    if found.slot is None:
        return f"The chain does not answer now; this is what was known{pool}."
    return f"read at slot {figures.slot(found.slot)}{pool}"


def _wish_line(found: SafetyCard) -> str:
    if found.blocks_danger:
        return "I open nothing in it for you. /safety changes that."
    return "You have me trade dangerous tokens too. /safety changes that."


def _rows(found: SafetyCard, keys: Keys) -> Rows:
    token_id = found.token.token_id
    return (
        (
            key(keys, "Card", "card", token_id),
            key(keys, "Details", "info", token_id),
            key(keys, "Refresh", "check", token_id),
        ),
    )


def _fee_words(token: Token) -> str:
    fees = token.rules.fees
    older, newer = _one_fee(token, fees.older), _one_fee(token, fees.newer)
    if not older and not newer:
        return ""
    later = "" if older == newer else f"; from epoch {fees.newer_epoch}: {newer or 'none'}"
    return f"Transfer fee {older or 'none'}{later}"


def _one_fee(token: Token, fee: TransferFee) -> str:
    if not fee.bps or not fee.maximum:
        return ""
    share = figures.percent(figures.share(fee.bps, BPS))
    if fee.maximum > token.supply:
        return share
    return f"{share}, at most {figures.amount(token, fee.maximum)} {label(token.symbol)}"

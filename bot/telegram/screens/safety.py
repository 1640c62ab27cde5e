"""How safe a token is: the card of `/check`, the short line of other screens, and the wish."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.domain.safety import Level, SafetyLine, SafetyReport
from bot.domain.transfer_fees import BPS, TransferFee
from bot.services.views import SafetyCard
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, key, label, lines, named
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.pool_names import pool_name
from bot.words.inside import inside
from bot.words.speech import later, say, say_count

_MOST_WORDS = 4
_CALM_WORDS = 3
_LEVELS = {
    Level.DANGER: later("danger"),
    Level.WARN: later("warn"),
    Level.OK: later("ok"),
}
_IN_ORDER = (Level.DANGER, Level.WARN, Level.OK)


def card(found: SafetyCard, keys: Keys) -> Screen:
    """Show every finding, the worst first, and what nobody told."""
    token, report = found.token, found.report
    return Screen(
        text=lines(
            headed(
                keys.mode,
                marked("Safety of {token}", token=named(token.symbol, 16)),
                named(token.name),
            ),
            _verdict(report),
            *(_line(line) for level in _IN_ORDER for line in report.of(level)),
            say("Not known: {facts}.", facts="; ".join(map(inside, report.unknown)))
            if report.unknown
            else "",
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
        found = _words(dangers) + more
        return marked("Safety: ⚠️ {danger}, {found}", danger=Bold(say("danger")), found=found)
    if warnings:
        return say("Safety: {found}", found=_words(warnings))
    calm = [inside(line.word) for line in report.of(Level.OK)[:_CALM_WORDS]]
    return say("Safety: {found} · all ok", found=", ".join(calm))


def setting(keys: Keys, *, blocks: bool) -> Screen:
    """Say whether dangerous tokens are refused, with the way to change it."""
    said = (
        say("I open nothing in tokens with a danger on their safety card.")
        if blocks
        else say("⚠️ I open positions in dangerous tokens too, and only say so.")
    )
    other = (
        key(keys, say("Trade them too"), "safety", argument="off")
        if blocks
        else key(keys, say("Block them"), "safety", argument="on")
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("Dangerous tokens")),
            said,
            say("See what is held against a token with /check. Closing is never blocked by it."),
        ),
        rows=((other, key(keys, say("Wallet"), "wallet")),),
    )


def rule_lines(token: Token) -> tuple[Text | str, ...]:
    """Say what a mint's extensions are set to, with who holds each power."""
    rules = token.rules
    powers = {
        say("Transfer fee set by"): rules.fee_authority,
        say("Transfer hook"): rules.hook_program,
        say("Hook set by"): rules.hook_authority,
        say("Permanent delegate"): rules.permanent_delegate,
        say("Can be paused by"): rules.pause_authority,
        say("Mint closed by"): rules.close_authority,
    }
    said: tuple[str, ...] = (
        _fee_words(token),
        say("Transfers are paused") if rules.is_paused else "",
        say("New accounts come frozen") if rules.is_born_frozen else "",
        "" if rules.is_transferable else say("It can never be transferred"),
        say("Amounts may be hidden") if rules.is_confidential else "",
        say("Wallets show interest on it") if rules.is_interest_bearing else "",
        ""
        if rules.ui.older == 1
        else say("Amounts are shown times {factor}", factor=figures.number(rules.ui.older)),
        *(say("Extension newer than I am: {name}", name=name) for name in rules.unknown),
    )
    held = tuple(Text(f"{what}: ", Code(who)) for what, who in powers.items() if who)
    return (*(part for part in said if part), *held)


def _unknown_line(report: SafetyReport) -> str:
    if not report.unknown:
        return ""
    return say("Not known: {facts}.", facts="; ".join(map(inside, report.unknown)))


def _verdict(report: SafetyReport) -> Text | str:
    dangers, warnings = len(report.of(Level.DANGER)), len(report.of(Level.WARN))
    if not dangers and not warnings:
        return say("All ok, as far as the chain shows.")
    counts = (
        say_count("{count} danger", "{count} dangers", dangers) if dangers else "",
        say_count("{count} warning", "{count} warnings", warnings) if warnings else "",
    )
    return ", ".join(count for count in counts if count)


def _line(line: SafetyLine) -> Text:
    told = f" · {inside(line.word)}: {inside(line.why)}"
    if line.level is Level.DANGER:
        return Text("⚠️ ", Bold(say(_LEVELS[line.level])), told)
    return Text(say(_LEVELS[line.level]), told)


def _words(found: Sequence[SafetyLine]) -> str:
    more = len(found) - _MOST_WORDS
    said = ", ".join(inside(line.word) for line in found[:_MOST_WORDS])
    return say("{words} and {count} more", words=said, count=more) if more > 0 else said


def _source_line(found: SafetyCard) -> str:
    pool = (
        ""
        if found.pool_kind is None
        else say(" · priced by {pool}", pool=pool_name(found.pool_kind))
    )
    if found.slot is None:
        return say("The chain does not answer now; this is what was known{pool}.", pool=pool)
    return say("read at slot {slot}{pool}", slot=figures.slot(found.slot), pool=pool)


def _wish_line(found: SafetyCard) -> str:
    if found.blocks_danger:
        return say("I open nothing in it for you. /safety changes that.")
    return say("You have me trade dangerous tokens too. /safety changes that.")


def _rows(found: SafetyCard, keys: Keys) -> Rows:
    token_id = found.token.token_id
    return (
        (
            key(keys, say("Card"), "card", token_id),
            key(keys, say("Details"), "info", token_id),
            key(keys, say("Refresh"), "check", token_id),
        ),
    )


def _fee_words(token: Token) -> str:
    fees = token.rules.fees
    older, newer = _one_fee(token, fees.older), _one_fee(token, fees.newer)
    if not older and not newer:
        return ""
    now, then = older or say("none"), newer or say("none")
    if older == newer:
        return say("Transfer fee {fee}", fee=now)
    return say(
        "Transfer fee {fee}; from epoch {epoch}: {newer}",
        fee=now,
        epoch=fees.newer_epoch,
        newer=then,
    )


def _one_fee(token: Token, fee: TransferFee) -> str:
    if not fee.bps or not fee.maximum:
        return ""
    share = figures.percent(figures.share(fee.bps, BPS))
    if fee.maximum > token.supply:
        return share
    most = f"{figures.amount(token, fee.maximum)} {label(token.symbol)}"
    return say("{share}, at most {amount}", share=share, amount=most)

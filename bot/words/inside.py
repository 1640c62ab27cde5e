"""What the inside says in English, in the language of whoever reads it.

Findings on a token and reasons of pools are made where no language is known: the domain says
them once, the same for logs, JSON and people. Here stands every phrase that it can say; the
holes in them are figures and names, or (`why`, `told`) phrases of the inside themselves.
"""

import re
from functools import cache

from bot.domain.languages import Language
from bot.words.speech import later, say, spoken

PHRASES: tuple[str, ...] = (
    # words of findings
    later("mint locked"),
    later("mint open"),
    later("no freeze"),
    later("can freeze"),
    later("permanent delegate"),
    later("not transferable"),
    later("paused"),
    later("can be paused"),
    later("frozen by default"),
    later("transfer hook"),
    later("hook can be set"),
    later("transfer fee {fee}"),
    later("transfer fee can rise"),
    later("mint can be closed"),
    later("hidden amounts"),
    later("shown with interest"),
    later("scaled amounts"),
    later("unknown extension"),
    later("on its curve"),
    later("LP burned"),
    later("LP locked"),
    later("LP can be pulled"),
    later("thin pool"),
    later("little in pools"),
    later("enough in pools"),
    later("few holders"),
    later("one holder"),
    later("spread out"),
    later("new pool"),
    later("not new"),
    later("cannot be sold"),
    later("dear to sell"),
    later("can be sold"),
    # powers over a token
    later("nobody can make more of it"),
    later("its owner can make more of it at will"),
    later("nobody can freeze your account"),
    later("its owner can freeze your account, and then you cannot sell"),
    later("somebody can take or burn your tokens at any time"),
    later("it can never be sold"),
    later("it can never be transferred"),
    later("its owner has stopped all transfers, so nobody can sell"),
    later("its owner has stopped all transfers, so nobody can buy or sell it now"),
    later("its owner can stop all transfers, and then nobody can sell"),
    later("new accounts of it come frozen; only its owner can let you sell"),
    later("your account of it would come frozen, and only its owner could let you sell"),
    later("a program of its owner's runs at each transfer and may forbid your sale"),
    later("its owner can put a program on each transfer that may forbid your sale"),
    later("{fee} of each transfer is withheld, buying and selling"),
    later("{fee} of each transfer is withheld, buying and selling, and {newer} from epoch {epoch}"),
    later("its owner can change the transfer fee, two epochs ahead"),
    later("its owner can close the mint once none of it is left"),
    later("amounts may be hidden, so the largest holders may be unknown"),
    later("wallets show interest on it that nobody pays out"),
    later("wallets multiply its amounts by a factor, and so do I"),
    later("{name} is newer than I am"),
    later("{why} (known: {issuer})"),
    # its market
    later("the launch curve keeps its liquidity; nobody can take it"),
    later("{burned} burned"),
    later("{locked} locked"),
    later("{burned} burned and {locked} locked"),
    later("nothing burned or locked"),
    later("{told}: nobody can take it away"),
    later("{told}; who holds the rest can take {share} of the liquidity away"),
    later("{told}; who holds the rest can take {share} of the liquidity away, and the pool is new"),
    later("about {sol} SOL deep: a small sale moves the price far"),
    later("{share} of the supply is in the pools I read, about {sol} SOL deep"),
    later(
        "{share} of the supply is in the pools I read, about {sol} SOL deep; "
        "the rest could be dumped on it"
    ),
    later("{source} says that the largest holders have {share}"),
    later("the largest account beside the pools holds {largest}, the {count} largest {together}"),
    later("open for {days} days"),
    later("open for {hours} hours"),
    later("open for {hours} hours; most that go to nothing do it at once"),
    later("no sale can be quoted: {why}"),
    later("buying and selling at once loses {share}, impact and fees included"),
    # what nobody told
    later("who may take the liquidity away"),
    later("who may take the liquidity away (a concentrated pool has no LP token)"),
    later("how much of the LP is burned"),
    later("whether LP tokens are locked"),
    later("how much of the supply is in pools"),
    later("who holds most of it"),
    later("how old the pool is"),
    later("whether it can be sold"),
    # why a pool cannot fill
    later("beyond the end of the curve"),
    later("beyond the end of the pool's prices"),
    later("beyond what the program can count"),
    later("more steps than one swap can take"),
    later("more than a token account can hold"),
    later("so little that nothing would come out"),
    later("the curve's configuration is not known"),
    later("the pool cannot pay that much"),
    later("the pool does not hold that much"),
    later("the pool is empty"),
    later("the swap goes beyond the bins that are known"),
    later("the swap goes beyond the liquidity that is known"),
    later("the tick accounts contradict the pool"),
    later("there is nothing to swap"),
    later("the token's transfer fee takes all of it"),
    # why a pool does not trade
    later("complete: it trades elsewhere"),
    later("complete: it is about to move"),
    later("not a price of Pyth"),
    later("no liquidity at this price"),
    later("no liquidity"),
    later("not open yet"),
    later("pair disabled"),
    later("swaps off"),
    later("buys off"),
    later("sells off"),
    later("vault frozen"),
)
_HOLE = re.compile(r"\{(\w+)\}")
_PHRASES_INSIDE = frozenset({"why", "told"})
_MOST_WORDS = 400


def inside(words: str) -> str:
    """Give a phrase of the inside in the language spoken here; one not known stays as it is."""
    if spoken() is Language.ENGLISH or not words:
        return words
    exact = say(words)
    return exact if exact != words else _with_holes(words[:_MOST_WORDS])


def _with_holes(words: str) -> str:
    for template, form in _forms():
        found = form.fullmatch(words)
        if found is not None:
            fields = found.groupdict()
            for name in _PHRASES_INSIDE & fields.keys():
                fields[name] = inside(fields[name])
            return say(template, **fields)
    return words


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give the templates with holes as patterns, the longest first: it says the most."""
    holed = sorted((one for one in PHRASES if "{" in one), key=len, reverse=True)
    return tuple((template, _pattern(template)) for template in holed)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _HOLE.split(template)
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece)
            for place, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )

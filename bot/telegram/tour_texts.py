"""The four messages that show a newcomer around: a title, and a few sentences each."""

from bot.words.speech import later

TOUR: tuple[tuple[str, ...], ...] = (
    (
        later("Look at a token"),
        later("Paste a token's address, or send /price WIF. The card shows its price, its age, how "
              "deep its pools are and what speaks against it."),
        later("/check says who can print, freeze or drain it. /chart draws it."),
    ),
    (
        later("Open a position"),
        later("Press Buy on a card, or send /open WIF long 5. A short is /open WIF short 2 x2."),
        later("You pay what a real swap would: pool fee, price impact, network fee. The receipt "
              "names each."),
    ),
    (
        later("Let it work without you"),
        later("/sl 1 -8% is a stop, /tp 1 20%:50% takes half off at a gain, /trail 1 10% follows "
              "the price. /limit and /dca wait for better ones."),
        later("/alert WIF above 0.02 tells you when it gets there, and how late that news is."),
    ),
    (
        later("Know where you stand"),
        later("/positions is what the pools would pay you now, /pnl what your season came to."),
        later("/panic stops everything at once, /freeze locks your account. /help has the rest."),
    ),
)  # fmt: skip
"""Each text is said by `bot.telegram.screens.help.tour`."""

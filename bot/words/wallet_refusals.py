"""The words of refusals about wallets that come from elsewhere, for the chat and for the web."""

from collections.abc import Mapping

WALLET_REFUSALS: Mapping[str, str] = {
    "no_wallet_address": (
        "That is no wallet's address on Solana. Copy it whole from your wallet: 32 to 44 letters "
        "and digits. Nothing was linked."
    ),
    "too_many_watched": (
        "You have linked {most} wallets, which is the most. Unlink one first, with /linked."
    ),
    "no_wallet_link": (
        "There is no message to sign any more: it holds for ten minutes, and for one signature. "
        "Ask for a new one."
    ),
    "not_its_signature": (
        "That is not the signature of this message by this wallet. Sign the message just as it "
        "is, with the wallet of that address, and paste what it gives, in base58 or base64."
    ),
    "unknown_watched": "You have linked no such wallet. See them all with /linked.",
    "live_wallet_there": (
        "You have a wallet here already, so none can be imported. Send your money to it instead: "
        "nobody else ever knew its key."
    ),
    "bad_wallet_key": (
        "That is no key that can be imported: {reason}. Nothing was kept of it. A seed phrase is "
        "never taken here."
    ),
    "import_not_meant": (
        "Nothing was imported: tick the box that says that others may have this key, or, better, "
        "let the bot make a new wallet with /deposit."
    ),
    "live_off_here": "Whoever runs the bot has not turned on trading with real money.",
    "wallet_elsewhere": (
        "This wallet cannot be imported here. Send its money to a new wallet instead: /deposit."
    ),
}

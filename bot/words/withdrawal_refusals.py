"""The words of refusals about withdrawals and the addresses they go to, for chat and web."""

from collections.abc import Mapping

WITHDRAWAL_REFUSALS: Mapping[str, str] = {
    "address_hidden": (
        "That address has hidden or foreign characters in it. Copy it once more from where it is "
        "shown, all of it and nothing else."
    ),
    "address_elsewhere": (
        "That is an address of {chain}. I send on Solana only: take the Solana address, or money "
        "sent there is lost."
    ),
    "address_is_name": (
        "{text} is a name, and names can change hands. Paste the address itself that it stands for."
    ),
    "bad_address": "{text} is no Solana address. Paste one whole: 32 to 44 letters and digits.",
    "address_is_own": "That is your own wallet here, so nothing would move. Paste another address.",
    "address_is_mint": (
        "That is the address of a token, not of a wallet: what is sent there is lost. Paste your "
        "wallet's address."
    ),
    "address_is_program": (
        "That is a program or an account that one owns, not a wallet: what is sent there is lost. "
        "Paste your wallet's address."
    ),
    "address_is_token_account": (
        "That is an account for one token, not a wallet. Paste the wallet's own address; the "
        "token finds its account."
    ),
    "address_off_curve": (
        "Nobody can have a key for that address: it belongs to a program. Paste your wallet's "
        "address; an exchange shows one under Deposit, Solana."
    ),
    "address_alike": (
        "⚠️ {address} begins and ends like {known}, which you know, and is another one. Thieves "
        "make such addresses. Compare every character; if you need it, use another wallet."
    ),
    "address_listed": "That address is on your list already. See it with /addresses.",
    "addresses_full": "Your list is full. Take one off first: /addresses.",
    "unknown_address": "You have no address {number} on your list. See it with /addresses.",
    "address_waits": (
        "That address is new: it can be used from {until:moment} on. A thief who gets at your "
        "chat has to wait for it too, and you are told."
    ),
    "address_gone": "That address is not on your list any more. See it with /addresses.",
    "withdrawal_no_factor": (
        "A withdrawal takes a code of your authenticator app, and you have none yet. Set it up on "
        "your account page, under Security: /dashboard. It counts for withdrawals a day later."
    ),
    "factor_too_new": (
        "Your authenticator app is new: it counts for withdrawals from {until:moment} on. A thief "
        "who sets one up has to wait for it too, and you are told."
    ),
    "withdrawal_over": (
        "There is no withdrawal that waits for a code: it took longer than two minutes, or was "
        "stopped or proved already. Ask again with /withdraw; nothing has moved."
    ),
    "withdrawal_over_order": (
        "That is more than one withdrawal may be worth here. Take a smaller amount, and the rest "
        "another day."
    ),
    "withdrawal_over_day": (
        "That would be more than you may withdraw in 24 hours. Take less, or wait: /withdraw "
        "shows what is under way."
    ),
    "withdrawal_over_all_day": (
        "That would be more than everybody together may withdraw in 24 hours here. Take less, or "
        "try again in some hours. Your money stays yours meanwhile."
    ),
    "withdrawal_short": (
        "This wallet has not enough that is free for it: the network's fee, and the little that "
        "an account on the chain must keep, come on top. Write `all` for the most that works."
    ),
    "withdrawal_tiny": "The least that can be sent is {least_lamports:sol}. Take more.",
    "withdrawal_no_price": (
        "I know no price of {symbol} now, so I cannot hold it against your limits. Try again when "
        "it trades, or sell it first."
    ),
    "withdrawal_parts_only": (
        "{symbol} counts its units in a way of its own. Write a share of it, like 50%, or all."
    ),
    "unknown_withdrawal": "You have no withdrawal {number}. See them with /withdraw.",
    "withdrawal_out": (
        "Withdrawal {number} is being sent already: it cannot be taken back. If it was not you, "
        "freeze your account now with /freeze."
    ),
    "withdrawal_ended": "Withdrawal {number} is over already. See it with /withdraw.",
    "withdrawal_lacks": "Something that this needs is missing now. See /withdraw.",
    "withdraw_usage": (
        "I read that as no withdrawal. Like this: `/withdraw 1.5 SOL 2`, the amount (or 50%, or "
        "all), what, and the number of an address of /addresses."
    ),
    "addresses_usage": (
        "I read that as nothing about addresses. Like this: `/addresses add ADDRESS main`, or "
        "`/addresses remove 2`."
    ),
}

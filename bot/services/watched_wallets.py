"""Wallets that are only looked at: linked by a message that their key has signed, never traded."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import Refusal, Unavailable, UnreadableAccount
from bot.domain.identifiers import decode_address, encode_address, is_address
from bot.domain.instruments import Token
from bot.domain.movements import TokenPlace
from bot.domain.signing.derived_addresses import is_on_curve, token_account
from bot.domain.transaction_bytes import SIGNATURE_BYTES, signature_bytes
from bot.domain.users import Permission, User
from bot.domain.wallet_links import (
    LINK_LIFE,
    MOST_WATCHED,
    WalletLink,
    WatchedWallet,
    signed_forms,
)
from bot.ports.clock import Clock
from bot.ports.wallet_balances import ChainBalances, WalletAsked, WalletBalances
from bot.ports.watched_wallets import Verify, WatchedWalletBook

Draw = Callable[[], str]
"""Gives a fresh nonce of at least 128 bits that nobody can guess."""
_LONGEST_SIGNATURE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLink:
    """A link that is asked for, and the message that its wallet has to sign."""

    link: WalletLink
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedView:
    """A wallet and what it has now; `lamports` is None where the chain does not answer."""

    wallet: WatchedWallet
    lamports: int | None
    tokens: Sequence[tuple[Token, int]] = ()


class WatchedWallets:
    """The use cases around wallets whose keys are elsewhere: nothing here signs or sends.

    `tokens` are those tracked now, by id: of others we know no more than the chain does.
    """

    def __init__(
        self,
        *,
        book: WatchedWalletBook,
        balances: ChainBalances,
        verify: Verify,
        draw: Draw,
        clock: Clock,
        tokens: Mapping[int, Token],
        bot_name: str,
    ) -> None:
        self._book = book
        self._balances = balances
        self._verify = verify
        self._draw = draw
        self._clock = clock
        self._tokens = tokens
        self._bot_name = bot_name

    async def ask(self, user: User, address: str) -> AskedLink:
        """Give the message that links an address; it takes the place of the last that was asked.

        Raises `Refusal` (`no_wallet_address`, `too_many_watched`).
        """
        user.require(Permission.HOLD_LIVE_WALLET)
        if not is_address(address) or not is_on_curve(decode_address(address)):
            raise Refusal("no_wallet_address")
        if len(await self._book.watched(user.user_id)) >= MOST_WATCHED:
            raise Refusal("too_many_watched", most=MOST_WATCHED)
        link = WalletLink(
            user_id=user.user_id,
            address=address,
            nonce=self._draw(),
            expires_at=(self._clock.now() + LINK_LIFE).replace(microsecond=0),
        )
        await self._book.put_link(link)
        return AskedLink(link=link, message=link.message(self._bot_name))

    async def asked(self, user: User) -> AskedLink | None:
        """Give what a person has asked for and not yet signed."""
        user.require(Permission.VIEW_OWN)
        link = await self._book.link_of(user.user_id, self._clock.now())
        return None if link is None else AskedLink(link=link, message=link.message(self._bot_name))

    async def link(self, user: User, signature: str) -> WatchedWallet:
        """Link the address that was asked for last, by its signature of that message.

        Raises `Refusal` (`no_wallet_link` where none holds, `not_its_signature`).
        """
        user.require(Permission.HOLD_LIVE_WALLET)
        now = self._clock.now()
        link = await self._book.link_of(user.user_id, now)
        if link is None:
            raise Refusal("no_wallet_link")
        raw, forms = _signature(signature), signed_forms(link.message(self._bot_name))
        if raw is None or not any(self._verify(link.address, form, raw) for form in forms):
            raise Refusal("not_its_signature")
        wallet = await self._book.link(link, now)
        if wallet is None:
            raise Refusal("no_wallet_link")
        return wallet

    async def watched(self, user: User) -> Sequence[WatchedView]:
        """Give a person's linked wallets with what they have now."""
        user.require(Permission.VIEW_OWN)
        wallets = await self._book.watched(user.user_id)
        found = await self._found(wallets) if wallets else ()
        return [self._view(*pair) for pair in zip(wallets, found, strict=True)]

    async def unlink(self, user: User, number: int) -> None:
        """Forget a linked wallet; raises `Refusal` (`unknown_watched`)."""
        user.require(Permission.VIEW_OWN)
        if not await self._book.unlink(user.user_id, number):
            raise Refusal("unknown_watched")

    async def _found(self, wallets: Sequence[WatchedWallet]) -> Sequence[WalletBalances | None]:
        tokens = list(self._tokens.values())
        try:
            return await self._balances.of_all([_asked(each.address, tokens) for each in wallets])
        except Unavailable:
            return [None] * len(wallets)

    def _view(self, wallet: WatchedWallet, found: WalletBalances | None) -> WatchedView:
        if found is None:
            return WatchedView(wallet=wallet, lamports=None)
        by_mint = {token.mint: token for token in self._tokens.values()}
        held = [(by_mint[mint], units) for mint, units in found.tokens.items() if mint in by_mint]
        return WatchedView(wallet=wallet, lamports=found.lamports, tokens=held)


def _asked(address: str, tokens: Sequence[Token]) -> WalletAsked:
    owner = decode_address(address)
    places = [
        TokenPlace(
            address=encode_address(
                token_account(owner, decode_address(token.mint), decode_address(token.program))
            ),
            mint=token.mint,
            program=token.program,
        )
        for token in tokens
    ]
    return WalletAsked(address=address, places=tuple(places))


def _signature(text: str) -> bytes | None:
    """Read a signature as wallets show it, in base58 or base64; None where it is neither."""
    text = text.strip()[:_LONGEST_SIGNATURE]
    try:
        return signature_bytes(text)
    except UnreadableAccount:
        pass
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == SIGNATURE_BYTES else None

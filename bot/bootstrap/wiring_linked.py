"""Wire what is known of wallets beside trading with them: linked ones, imports, checks of keys."""

import asyncio
import secrets

from bot.adapters.database.key_faults import PostgresKeyFaults
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.watched_wallets import PostgresWatchedWallets
from bot.adapters.signing.signer_client import SignerClient
from bot.adapters.solana.message_signatures import has_signed
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.bootstrap.parts import Parts
from bot.services.factors import Factors
from bot.services.key_checks import KeyChecks
from bot.services.live_means import LiveMeans
from bot.services.wallet_imports import WalletImports
from bot.services.watched_wallets import WatchedWallets

_NONCE_BYTES = 16


def wire_watched(means: LiveMeans, parts: Parts) -> WatchedWallets:
    """Build what looks at wallets elsewhere."""
    return WatchedWallets(
        book=PostgresWatchedWallets(parts.outside.pool),
        balances=SolanaBalances(parts.outside.rpc),
        verify=has_signed,
        draw=lambda: secrets.token_hex(_NONCE_BYTES),
        clock=means.clock,
        tokens=means.tokens,
        bot_name=means.notices.bot_name,
    )


def wire_imports(means: LiveMeans, signer: SignerClient, factors: Factors) -> WalletImports:
    """Build what takes wallets over."""
    return WalletImports(
        book=means.wallets,
        accounts=means.accounts,
        adopt=signer.adopt,
        require_proof=factors.require_proof,
        clock=means.clock,
    )


def wire_key_checks(
    means: LiveMeans, signer: SignerClient, parts: Parts, on_outbox: OnOutbox
) -> KeyChecks:
    """Build what goes through all keys."""
    return KeyChecks(
        book=means.wallets,
        faults=PostgresKeyFaults(parts.outside.pool, on_outbox),
        check=signer.check,
        notices=means.notices,
        clock=means.clock,
        pause=asyncio.sleep,
    )

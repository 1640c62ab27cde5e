"""The way to the signer, where the settings name its socket."""

from bot.adapters.signing.signer_client import SignerClient
from bot.bootstrap.settings import Settings


def signer_client(settings: Settings) -> SignerClient | None:
    """Give the signer's client, which connects when first asked; None where no socket is set."""
    if settings.signer_socket is None:
        return None
    return SignerClient(settings.signer_socket, timeout_seconds=settings.signer_timeout_seconds)

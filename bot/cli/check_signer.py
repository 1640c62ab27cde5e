"""How the signer is, as `kitrader check` says it."""

from bot.bootstrap.settings import Settings
from bot.bootstrap.signer import signer_client
from bot.cli.findings import Finding
from bot.domain.errors import Unavailable

_SUBJECT = "signer"


async def signer_findings(settings: Settings) -> list[Finding]:
    """Ask the signer; nothing is found where no socket is set."""
    client = signer_client(settings)
    if client is None:
        return []
    try:
        health = await client.health()
    except Unavailable as error:
        cure = "start it (docs/signer.md), or leave SIGNER_SOCKET out: live trading is not offered"
        return [Finding(subject=_SUBJECT, state="bad", detail=str(error), cure=cure)]
    finally:
        await client.close()
    detail = f"version {health.version}, master key {health.newest_key_version}, "
    detail += f"{health.signatures} signatures"
    if health.is_dumpable:
        cure = "others of its user could read its memory; run it on Linux"
        return [Finding(subject=_SUBJECT, state="warn", detail=detail, cure=cure)]
    return [Finding(subject=_SUBJECT, state="ok", detail=detail)]

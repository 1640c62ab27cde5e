"""A signer to ask: the real one, as a process on a socket of its own or as its desk alone."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.adapters.signing.requests import SignRequest
from bot.adapters.signing.signer_client import SignerClient
from bot.adapters.vault.envelope import Envelope
from bot.adapters.vault.keyring import Keyring, keyring_from_folder, write_new_version
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey
from bot.domain.secrets import Secret
from bot.domain.signing.caps import SOL, Caps
from bot.domain.signing.intents import Intent
from bot.signer.desk import Desk
from bot.signer.journal import Journal
from bot.signer.memory import Memory
from tests.builders.signing import Honest, Scene
from tests.fakes.hand_clock import HandClock

ROOT = Path(__file__).parents[2]
ROOMY = Caps(
    swap_lamports=10**6 * SOL, transfer_lamports=10**6 * SOL, wallet_day_lamports=10**9 * SOL,
    all_day_lamports=10**9 * SOL, wallet_day_signatures=10**6,
    token_transfer_units={str(Scene().mint): 10**18},
)  # fmt: skip
TIGHT = replace(ROOMY, swap_lamports=SOL, transfer_lamports=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """A folder with a master key, settings and a journal, and the scene's wallet sealed by it."""

    folder: Path
    scene: Scene = field(default_factory=Scene)

    def make(self, caps: Caps = ROOMY) -> None:
        """Write master key and settings."""
        write_new_version(self.folder / "keys", 1)
        units = "".join(
            f'"{mint}" = {units}\n' for mint, units in caps.token_transfer_units.items()
        )
        self.settings.write_text(
            f'socket = "{self.socket}"\njournal = "{self.folder}/journal"\n'
            f'master_keys = "{self.folder}/keys"\nsocket_mode = "0600"\n'
            f'counterparties = ["{self.scene.maker.pubkey()}"]\n'
            f"[caps]\nswap_lamports = {caps.swap_lamports}\n"
            f"transfer_lamports = {caps.transfer_lamports}\n"
            f"wallet_day_lamports = {caps.wallet_day_lamports}\n"
            f"wallet_day_signatures = {caps.wallet_day_signatures}\n"
            f"all_day_lamports = {caps.all_day_lamports}\n"
            f"[caps.token_transfer_units]\n{units}"
        )
        self.settings.chmod(0o600)

    @property
    def settings(self) -> Path:
        """The settings' file."""
        return self.folder / "signer.toml"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "s"

    @property
    def keyring(self) -> Keyring:
        """The master keys."""
        return keyring_from_folder(self.folder / "keys")

    def key(self, user_id: int = 7) -> SealedKey:
        """The scene's wallet, sealed as the vault does."""
        seed = Secret(bytes(self.scene.wallet)[:32])
        address = str(self.scene.wallet.pubkey())
        bound_to = f"{user_id}|1|solana|{address}".encode()
        wrapped_key, sealed = Envelope(self.keyring).seal(seed, bound_to)
        key = SealedKey(
            user_id=user_id, number=1, chain="solana", address=address, key_version=1,
            wrapped_key=wrapped_key, sealed=sealed,
        )  # fmt: skip
        SealedKeyVault(self.keyring).check(key)
        return key

    @contextmanager
    def desk(
        self, clock: HandClock, caps: Caps = ROOMY, journal: type[Journal] = Journal
    ) -> Iterator[Desk]:
        """The decision without its process."""
        with journal(self.folder / "journal") as written:
            yield Desk(
                vault=SealedKeyVault(self.keyring), memory=Memory(written), caps=caps,
                rules=self.scene.rules, clock=clock, is_dumpable=False,
            )  # fmt: skip

    @asynccontextmanager
    async def process(
        self, environment: Mapping[str, str] | None = None
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """The signer as operators start it; it is ended with the block."""
        words = ["-m", "bot", "signer", "--settings", str(self.settings)]
        with (self.folder / "log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log,
                env={"PATH": os.environ["PATH"], **(environment or {})},
            )  # fmt: skip
        try:
            assert child.stdout is not None
            said = await asyncio.wait_for(child.stdout.readline(), 30)
            assert said == b"signer is up\n", (self.folder / "log").read_text()
            yield child
        finally:
            if child.returncode is None:
                child.terminate()
            await child.wait()

    def client(self, timeout_seconds: float = 10) -> SignerClient:
        """A way to ask it."""
        return SignerClient(self.socket, timeout_seconds=timeout_seconds)


def asked_for(honest: Honest, key: SealedKey, intent: Intent | None = None) -> SignRequest:
    """The request to sign an honest message."""
    return SignRequest(
        key=key, intent=intent or honest.intent, message=honest.raw(),
        lookup_tables=honest.lookup_tables,
    )  # fmt: skip

"""The signer seen from the bot: one connection to its socket, opened again where it broke."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from bot.adapters.signing.answers import (
    Answer,
    Failed,
    Refused,
    Sealed,
    Signed,
    Sound,
    Trouble,
    key_fault_of,
    read_answer,
)
from bot.adapters.signing.fields import BadRequest
from bot.adapters.signing.frames import LARGEST_FRAME_BYTES, BadFrame, framed, read_frame
from bot.adapters.signing.requests import (
    AdoptRequest,
    CheckRequest,
    HealthRequest,
    NewWalletRequest,
    Request,
    ResealRequest,
    SignRequest,
    request_body,
)
from bot.adapters.solana.message_signatures import has_signed
from bot.domain.errors import Unavailable
from bot.domain.live_wallets import KeyDamaged, MasterKeyMissing, SealedKey
from bot.domain.signing.intents import FormerExpired, Intent
from bot.ports.signer import SignerHealth, SigningRefused

SIGNER = "signer"
"""What `Unavailable` calls it."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class SignerClient:
    """Implements `bot.ports.signer.Signer` over the signer's Unix socket.

    One request is under way at a time. A connection that broke is opened once more for whatever
    may be asked twice, which is all but a new wallet. `timeout_seconds` bounds each request.
    """

    def __init__(self, socket: Path, *, timeout_seconds: float) -> None:
        self._socket = socket
        self._timeout_seconds = timeout_seconds
        self._streams: Streams | None = None
        self._turn = asyncio.Lock()

    async def new_wallet(self, user_id: int, number: int) -> SealedKey:
        """Make a wallet."""
        request = NewWalletRequest(user_id=user_id, number=number)
        return _sealed(await self._asked(request, tries=1))

    async def adopt(self, user_id: int, number: int, typed: str) -> SealedKey:
        """Seal a key that somebody typed."""
        request = AdoptRequest(user_id=user_id, number=number, typed=typed)
        return _sealed(await self._asked(request, tries=1))

    async def check(self, key: SealedKey) -> None:
        """Pass in silence where the key opens and is that of its address."""
        if not isinstance(await self._asked(CheckRequest(key=key), key=key), Sound):
            _fail("it answered something else than was asked")

    async def sign(
        self,
        key: SealedKey,
        intent: Intent,
        message: bytes,
        lookup_tables: Mapping[str, Sequence[str]],
        former: FormerExpired | None = None,
    ) -> bytes:
        """Give a signature that verifies for the key's address."""
        request = SignRequest(
            key=key, intent=intent, message=message, lookup_tables=lookup_tables, former=former
        )
        answer = await self._asked(request, key=key)
        if not isinstance(answer, Signed):
            _fail("it answered something else than was asked")
        if not has_signed(key.address, message, answer.signature):
            _fail("its signature does not verify")
        return answer.signature

    async def reseal(self, key: SealedKey) -> SealedKey:
        """Give the key under the newest master key."""
        return _sealed(await self._asked(ResealRequest(key=key), key=key))

    async def health(self) -> SignerHealth:
        """Tell how the signer is."""
        answer = await self._asked(HealthRequest())
        if not isinstance(answer, SignerHealth):
            _fail("it answered something else than was asked")
        return answer

    async def close(self) -> None:
        """Close the connection; the next request opens one again."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()

    async def _asked(
        self, request: Request, *, key: SealedKey | None = None, tries: int = 2
    ) -> Answer:
        body = framed(request_body(request))
        async with self._turn:
            if tries == 1:
                # What may be asked once only is not asked of a connection that may be dead.
                await self.close()
            answer = await self._exchanged(body, tries)
        match answer:
            case Refused():
                raise SigningRefused(answer.reasons)
            case Failed():
                raise _error_of(answer, key)
            case _:
                return answer

    async def _exchanged(self, body: bytes, tries: int) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                while True:
                    tries -= 1
                    is_fresh = self._streams is None
                    try:
                        return read_answer(await self._once(body))
                    except (OSError, asyncio.IncompleteReadError):
                        await self.close()
                        # A connection that was just opened will not do better the second time.
                        if is_fresh or not tries:
                            raise
        except BaseException as error:
            # Whatever comes now would answer an earlier question.
            await self.close()
            if isinstance(error, _AWAY):
                raise Unavailable(SIGNER, type(error).__name__) from error
            raise

    async def _once(self, body: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(
                self._socket, limit=LARGEST_FRAME_BYTES
            )
        reader, writer = self._streams
        writer.write(body)
        await writer.drain()
        return await read_frame(reader)


_AWAY = (OSError, TimeoutError, asyncio.IncompleteReadError, BadFrame, BadRequest)


def _sealed(answer: Answer) -> SealedKey:
    if not isinstance(answer, Sealed):
        _fail("it answered something else than was asked")
    return answer.key


def _error_of(failed: Failed, key: SealedKey | None) -> Exception:
    if key is not None and failed.trouble is Trouble.KEY_DAMAGED:
        return KeyDamaged(key, key_fault_of(failed.words))
    if key is not None and failed.trouble is Trouble.MASTER_KEY_MISSING:
        return MasterKeyMissing(key.key_version)
    return Unavailable(SIGNER, failed.words)


def _fail(words: str) -> NoReturn:
    raise Unavailable(SIGNER, words)

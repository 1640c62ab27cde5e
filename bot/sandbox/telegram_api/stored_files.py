"""Uploaded files, found again by the opaque ids that Telegram gives out."""

import base64
import hashlib
import re
import struct
from dataclasses import dataclass

from bot.sandbox.telegram_api.errors import bad_request
from bot.sandbox.telegram_api.wire import JsonObject

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
_DOCUMENT_LIMIT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """The bytes of one upload with its ids and download path; photos have a size in pixels."""

    file_id: str
    unique_id: str
    path: str
    name: str
    content_type: str
    content: bytes
    kind: str
    pixels: tuple[int, int] | None = None

    def to_file(self) -> JsonObject:
        """Render as the answer of getFile."""
        return self._ids() | {"file_path": self.path}

    def to_attachment(self) -> JsonObject:
        """Render as the field of a message that shows it."""
        if self.pixels is not None and self.kind == "photo":
            width, height = self.pixels
            return {"photo": [self._ids() | {"width": width, "height": height}]}
        named = {"file_name": self.name, "mime_type": self.content_type}
        return {"document": self._ids() | named}

    def _ids(self) -> JsonObject:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }


class FileStore:
    """Keeps uploads in memory."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, content: bytes, *, kind: str, name: str, content_type: str) -> StoredFile:
        """Keep an upload as "photo" or "document".

        Raises:
            BotApiError: 400 for an empty or too large file, or a photo that is no image.
        """
        if not content:
            raise bad_request("file must be non-empty")
        limit = _PHOTO_LIMIT_BYTES if kind == "photo" else _DOCUMENT_LIMIT_BYTES
        if len(content) > limit:
            raise bad_request(f"file of size {len(content)} bytes is too big for a {kind}")
        pixels = image_pixels(content)
        if kind == "photo" and pixels is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        number = len(self._by_id)
        digest = hashlib.sha256(b"%d/%d/" % (self._seed, number) + content[:64]).digest()
        code = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        suffix = _suffix(kind, content, name)
        stored = StoredFile(
            file_id=f"{'AgACAgQAAxkB' if kind == 'photo' else 'BQACAgQAAxkB'}{code}",
            unique_id=f"AQAD{code[:11]}",
            path=f"{kind}s/file_{number}{suffix}",
            name=name,
            content_type=_picture_type(content) if kind == "photo" else _media_type(content_type),
            content=content,
            kind=kind,
            pixels=pixels,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """Find an upload by its file id."""
        return self._by_id.get(file_id)

    def find_path(self, path: str) -> StoredFile | None:
        """Find an upload by its download path."""
        return self._by_path.get(path)


def image_pixels(content: bytes) -> tuple[int, int] | None:
    """Read width and height of a PNG or JPEG; None for anything else."""
    if content.startswith(_PNG) and len(content) >= 24:  # noqa: PLR2004  through IHDR's height
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    return _jpeg_pixels(content) if content.startswith(_JPEG) else None


def _jpeg_pixels(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:  # noqa: PLR2004  marker
        marker = content[position + 1]
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None


def _picture_type(content: bytes) -> str:
    return "image/png" if content.startswith(_PNG) else "image/jpeg"


def _media_type(given: str) -> str:
    plain = given.partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else "application/octet-stream"


def _suffix(kind: str, content: bytes, name: str) -> str:
    if kind == "photo":
        return ".png" if content.startswith(_PNG) else ".jpg"
    _, dot, ending = name.rpartition(".")
    return f".{ending}" if dot and ending.isalnum() and ending.isascii() else ""

"""Puts one reply together from the pieces in which it comes."""

from bot.adapters.http_lines.chunks import Chunks
from bot.adapters.http_lines.reply import GarbledReply, Reply, ReplyCut, ReplyTooLarge
from bot.adapters.http_lines.reply_head import Head, read_head

_LARGEST_HEAD_BYTES = 32 * 1024
_MOST_INTERIM = 8
_END_OF_HEAD = b"\r\n\r\n"


class ReplyReader:
    """For one reply; its body may have up to `most_bytes`.

    `feed` gives the reply once it is whole, `end` where the end of the line makes it so. Both raise
    `GarbledReply` and `ReplyTooLarge`.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._head_text = b""
        self._head: Head | None = None
        self._chunks: Chunks | None = None
        self._pieces: list[bytes] = []
        self._received_bytes = 0

    def feed(self, data: bytes) -> Reply | None:
        """Take some bytes, and give the reply if it is whole."""
        if self._head is None:
            data = self._take_head(data)
        if self._head is None:
            return None
        if self._chunks is not None:
            return self._take_chunks(self._chunks, self._head, data)
        self._take([data])
        length = self._head.length_bytes
        if length is None or self._received_bytes < length:
            return None
        return self._whole(self._head, is_more=self._received_bytes > length)

    def end(self, error: Exception | None) -> Reply:
        """Give the reply that ends with its line; raises `ReplyCut` if it should have gone on."""
        head = self._head
        if error is not None or head is None or head.is_chunked or head.length_bytes is not None:
            raise ReplyCut("closed before the reply was whole") from error
        return self._whole(head, is_more=False)

    def _take_head(self, data: bytes) -> bytes:
        """Give what comes after the head; interim replies are passed over."""
        self._head_text += data
        for _ in range(_MOST_INTERIM):
            text, found, rest = self._head_text.partition(_END_OF_HEAD)
            if len(text) > _LARGEST_HEAD_BYTES:
                raise GarbledReply("a head without an end")
            if not found:
                return b""
            head, self._head_text = read_head(text), rest
            if not head.is_interim:
                self._begin_body(head)
                return self._head_text
        raise GarbledReply("no reply after all")

    def _begin_body(self, head: Head) -> None:
        if head.length_bytes is not None and head.length_bytes > self._most_bytes:
            raise ReplyTooLarge
        self._head = head
        if head.is_chunked:
            self._chunks = Chunks()

    def _take_chunks(self, chunks: Chunks, head: Head, data: bytes) -> Reply | None:
        self._take(chunks.feed(data))
        return self._whole(head, is_more=bool(chunks.rest)) if chunks.is_over else None

    def _take(self, pieces: list[bytes]) -> None:
        self._pieces += pieces
        self._received_bytes += sum(map(len, pieces))
        if self._received_bytes > self._most_bytes:
            raise ReplyTooLarge

    def _whole(self, head: Head, *, is_more: bool) -> Reply:
        """Give the reply; what came beyond it belongs to nobody, and spoils the line."""
        return Reply(
            status=head.status,
            retry_after=head.retry_after,
            body=b"".join(self._pieces)[: head.length_bytes],
            keeps_line=head.keeps_line and not is_more,
        )

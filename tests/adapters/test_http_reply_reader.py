"""A reply is put together from any pieces, and what is no reply is refused in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.http_lines.reply import GarbledReply, Reply, ReplyCut, ReplyTooLarge
from bot.adapters.http_lines.reply_reader import ReplyReader

MOST = 10_000
OK = b"HTTP/1.1 200 OK\r\n"
REFUSED = [
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    b"HTTP/2 200 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    OK + b"no colon\r\n\r\n",
    OK + b"Folded: a\r\n b\r\n\r\n",
    OK + b"Space : a\r\n\r\n",
    OK + b"Content-Length: -1\r\n\r\n",
    OK + b"Content-Length: 1_0\r\n\r\n",
    OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
    OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n3;" + b"x" * 9_000,
    OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 100 + b"\r\n",
    OK + b"X: " + b"y" * 40_000,
    b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
]


def fed(pieces: list[bytes], most: int = MOST) -> Reply | None:
    reader = ReplyReader(most)
    for piece in pieces:
        reply = reader.feed(piece)
        if reply is not None:
            return reply
    return None


def cut_up(whole: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted(cut % (len(whole) + 1) for cut in cuts)
    return [whole[start:end] for start, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


def in_chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    lines = [b"%x;why=not\r\n%b\r\n" % (len(part), part) for part in parts]
    return OK + b"transfer-encoding: Chunked\r\n\r\n" + b"".join(lines) + b"0\r\nTail: x\r\n\r\n"


@given(st.binary(max_size=600), st.lists(st.integers(0, 10**4), max_size=8))
def test_a_reply_with_a_length_is_read_from_any_pieces(body: bytes, cuts: list[int]) -> None:
    whole = OK + b"Content-Length:%d\r\nRetry-After: 7\r\n\r\n" % len(body) + body
    assert fed(cut_up(whole, cuts)) == Reply(
        status=200, retry_after="7", body=body, keeps_line=True
    )


@given(st.binary(max_size=600), st.integers(1, 90), st.lists(st.integers(0, 10**4), max_size=8))
def test_a_reply_in_chunks_is_read_from_any_pieces(body: bytes, size: int, cuts: list[int]) -> None:
    reply = fed(cut_up(in_chunks(body, size), cuts))
    assert reply == Reply(status=200, retry_after=None, body=body, keeps_line=True)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda more: OK + more)))
def test_any_bytes_are_a_reply_or_refused(whole: bytes) -> None:
    try:
        fed([whole[:20], whole[20:]])
    except (GarbledReply, ReplyTooLarge):
        return


@pytest.mark.parametrize("whole", REFUSED)
def test_what_is_odd_is_refused(whole: bytes) -> None:
    with pytest.raises(GarbledReply):
        fed([whole])


@pytest.mark.parametrize("body", [b"Content-Length: 10001\r\n\r\n", b"\r\n" + b"x" * 10_001])
def test_a_reply_that_is_too_large_is_not_held(body: bytes) -> None:
    with pytest.raises(ReplyTooLarge):
        fed([OK + body])


def test_chunks_that_grow_too_large_are_not_held() -> None:
    with pytest.raises(ReplyTooLarge):
        fed([in_chunks(b"x" * 20_000, 7_000)])


def test_many_small_chunks_take_no_long_time() -> None:
    body = b"x" * 60_000
    reply = fed([in_chunks(body, 1)], most=60_000)
    assert reply is not None
    assert reply.body == body


def test_a_body_without_a_length_ends_with_its_line() -> None:
    reader = ReplyReader(MOST)
    assert reader.feed(b"HTTP/1.0 200 OK\r\n\r\nab") is None
    assert reader.feed(b"c") is None
    assert reader.end(None) == Reply(status=200, retry_after=None, body=b"abc", keeps_line=False)


@pytest.mark.parametrize(
    "text", [b"", b"HTTP/1.1 200", OK + b"Content-Length: 4\r\n\r\nabc", in_chunks(b"abc", 2)[:-3]]
)
def test_a_reply_that_is_cut_is_no_reply(text: bytes) -> None:
    reader = ReplyReader(MOST)
    assert reader.feed(text) is None
    with pytest.raises(ReplyCut):
        reader.end(None)


def test_a_line_that_broke_ends_no_body() -> None:
    reader = ReplyReader(MOST)
    reader.feed(OK + b"\r\nhalf of")
    with pytest.raises(ReplyCut):
        reader.end(ConnectionResetError())


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        (OK + b"Content-Length: 0\r\nConnection: close\r\n\r\n", False),
        (OK + b"Content-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (OK + b"Content-Length: 0\r\n\r\nmore", False),
    ],
)
def test_a_line_is_kept_only_where_both_sides_know_where_they_are(text: bytes, keeps: bool) -> None:
    reply = fed([text])
    assert reply is not None
    assert reply.keeps_line is keeps


def test_interim_replies_are_passed_over() -> None:
    reply = fed(
        [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na"]
    )
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"a")

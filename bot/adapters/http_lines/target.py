"""Where to post to, with the head of every request made once."""

from base64 import b64encode
from dataclasses import dataclass, field

from yarl import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An http or https address; what may hold a key is never shown.

    `head` is all of a request up to the length of its body.
    """

    host: str
    port: int
    is_tls: bool
    head: bytes = field(repr=False)

    @classmethod
    def of(cls, url: URL, *, content_type: str) -> "Target":
        """Make a target; raises `ValueError` where the URL has no host or port."""
        host, port = url.raw_host, url.port
        if host is None or port is None:
            raise ValueError("a URL without a host")
        fields = [
            f"POST {url.raw_path_qs} HTTP/1.1",
            f"Host: {url.host_port_subcomponent}",
            "User-Agent: kitrader",
            "Accept: application/json",
            "Accept-Encoding: identity",
            f"Content-Type: {content_type}",
            *_authorization(url),
            "Content-Length: ",
        ]
        return cls(
            host=host,
            port=port,
            is_tls=url.scheme == "https",
            head="\r\n".join(fields).encode("ascii"),
        )

    def request(self, body: bytes) -> bytes:
        """Give the whole request that posts a body."""
        return b"%b%d\r\n\r\n%b" % (self.head, len(body), body)


def _authorization(url: URL) -> list[str]:
    if url.user is None and url.password is None:
        return []
    pair = f"{url.user or ''}:{url.password or ''}".encode()
    return [f"Authorization: Basic {b64encode(pair).decode()}"]

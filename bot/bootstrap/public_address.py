"""Where people reach the web door: https anywhere, plain http on this machine only."""

import ipaddress

from yarl import URL


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_origin(url: str) -> str:
    """Give an origin without a trailing slash.

    Raises `ValueError` where it is none, or where what is typed into its pages could be read on
    the way.
    """
    parts = URL(url.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.host or parts.user or parts.path != "/":
        raise ValueError("it is an address like https://trade.example.org, without a path")
    if parts.scheme == "http" and not is_loopback(parts.host):
        raise ValueError("only https will do, except on this machine itself (127.0.0.1)")
    return str(parts.origin())


def public_url(*, named: str, webhook_url: str, bound_to: str) -> str:
    """Give the address that links lead to: as named, else the webhook's, else where we listen."""
    if named:
        return named
    return str(URL(webhook_url).origin()) if webhook_url else bound_to

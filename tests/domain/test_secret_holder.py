"""A secret shows nothing by any of the ways in which things get printed, copied or written down."""

import copy
import ctypes
import io
import json
import logging
import pickle
import pprint
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import orjson
import pytest
import rich.traceback
import structlog
from rich.console import Console
from rich.pretty import pretty_repr

from bot.domain.secrets import Secret

CANARY = b"canary-seed-0123456789abcdefghij"
FORMS = (CANARY.decode(), CANARY.hex(), str(list(CANARY))[1:-1], repr(CANARY)[2:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    name: str
    seed: Secret


def sings(text: str) -> bool:
    return any(form in text for form in FORMS)


def logged(secret: Secret) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.Logger("canaries")  # noqa: LOG001 (nobody else is to hear it)
    logger.addHandler(handler)
    logger.warning("%s %r", secret, secret)
    return stream.getvalue()


SHOWN: dict[str, Callable[[Secret], str]] = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": "{0} {0!r} {0!s} {0:>40} {0:x}".format,
    "percent": lambda secret: "%s %r %a" % (secret, secret, secret),  # noqa: UP031 (the point)
    "f-string": lambda secret: f"{secret} {secret!r} {secret:s}",
    "view in an f-string": lambda secret: f"{secret.reveal()} {secret.reveal()!r}",
    "in a list": lambda secret: str([secret, {"seed": secret}]),
    "in a dataclass": lambda secret: str(Holder(name="x", seed=secret)),
    "asdict": lambda secret: str(asdict(Holder(name="x", seed=secret))),
    "replace": lambda secret: str(replace(Holder(name="x", seed=secret), name="y")),
    "copy": lambda secret: str([copy.copy(secret), copy.deepcopy(secret)]),
    "pprint": lambda secret: pprint.pformat({"seed": secret}),
    "rich": lambda secret: pretty_repr(Holder(name="x", seed=secret)),
    "json by default=str": lambda secret: json.dumps({"seed": secret}, default=str),
    "orjson by default=str": lambda secret: orjson.dumps([secret], default=str).decode(),
    "logging": logged,
    "dir": lambda secret: str(dir(secret)),
}


@pytest.mark.parametrize("way", SHOWN)
def test_a_secret_is_never_shown(way: str) -> None:
    text = SHOWN[way](Secret(CANARY))
    assert text
    assert not sings(text)


@pytest.mark.parametrize(
    "take",
    [
        pickle.dumps,
        json.dumps,
        orjson.dumps,
        vars,
        bytes,
        list,
        hash,
        lambda secret: secret.__reduce__(),
        lambda secret: secret.__getstate__(),
        memoryview,
        lambda secret: pickle.dumps(Holder(name="x", seed=secret)),
        *(lambda secret, p=protocol: pickle.dumps(secret, p) for protocol in range(6)),
    ],
)
def test_a_secret_is_not_handed_out_by_anything_but_its_own_method(
    take: Callable[[Secret], object],
) -> None:
    with pytest.raises(TypeError) as refused:
        take(Secret(CANARY))
    assert not sings(str(refused.value))


def failing(secret: Secret) -> None:
    holder = Holder(name="x", seed=secret)
    view = secret.reveal()
    raise ValueError(f"{holder} of {view}")


@pytest.fixture
def caught() -> BaseException:
    try:
        failing(Secret(CANARY))
    except ValueError as error:
        return error
    raise AssertionError


def test_tracebacks_with_locals_do_not_show_it(caught: BaseException) -> None:
    plain = "".join(
        traceback.TracebackException.from_exception(caught, capture_locals=True).format()
    )
    stream = io.StringIO()
    console = Console(file=stream, width=200)
    drawn = rich.traceback.Traceback.from_exception(
        type(caught), caught, caught.__traceback__, show_locals=True
    )
    console.print(drawn)
    structured = structlog.tracebacks.ExceptionDictTransformer(show_locals=True)
    found = structured((type(caught), caught, caught.__traceback__))
    pretty = io.StringIO()
    structlog.dev.RichTracebackFormatter(show_locals=True)(
        pretty, (type(caught), caught, caught.__traceback__)
    )
    for text in (plain, stream.getvalue(), json.dumps(found), pretty.getvalue()):
        assert "holder" in text, "the locals are there"
        assert not sings(text)


def test_a_plain_local_would_be_heard() -> None:
    """The control: what the tests above look through does show locals that are bare bytes."""
    seed = bytes(CANARY)
    try:
        raise ValueError(len(seed))
    except ValueError:
        found = traceback.TracebackException(*sys.exc_info(), capture_locals=True)
    assert sings("".join(found.format()))


def test_secrets_are_equal_by_content_and_to_nothing_else() -> None:
    assert Secret(CANARY) == Secret(bytearray(CANARY))
    assert Secret(CANARY) != Secret(CANARY[::-1])
    assert Secret(CANARY) != Secret(CANARY[:-1])
    assert Secret(CANARY) != CANARY
    assert len(Secret(CANARY)) == len(CANARY)


def test_a_block_wipes_it_and_every_view_of_it() -> None:
    with Secret(CANARY) as secret:
        view, twin = secret.reveal(), copy.deepcopy(secret)
        assert bytes(view) == CANARY
    assert bytes(view) == bytes(len(CANARY))
    for wiped in (secret, twin):
        with pytest.raises(ValueError, match="was wiped"):
            wiped.reveal()


def test_a_view_cannot_change_it() -> None:
    with pytest.raises(TypeError):
        Secret(CANARY).reveal()[0] = 0


def test_a_view_outlives_the_holder() -> None:
    """Else `Secret(...).reveal()` in one expression would be zeros, and a key of zeros."""
    assert bytes(Secret(CANARY).reveal()) == CANARY


def test_it_is_wiped_when_nobody_holds_it() -> None:
    secret = Secret(CANARY * 10)
    address = ctypes.addressof(ctypes.c_char.from_buffer(secret.reveal().obj))
    assert CANARY in ctypes.string_at(address, len(secret))
    length = len(secret)
    del secret
    # Freed memory: its first bytes may be the allocator's by now, the rest is as it was left.
    assert not sings(repr(ctypes.string_at(address, length)))


def test_the_bytes_behind_a_view_do_not_print() -> None:
    assert not sings(f"{Secret(CANARY).reveal().obj} {Secret(CANARY).reveal().obj!r}")


def test_it_is_filled_in_place_and_wiped_where_that_fails() -> None:
    kept: list[memoryview] = []

    def fill(place: memoryview) -> None:
        kept.append(place)
        place[:] = CANARY
        if len(kept) > 1:
            raise OSError("no disk")

    assert Secret.filled(len(CANARY), fill) == Secret(CANARY)
    with pytest.raises(OSError, match="no disk"):
        Secret.filled(len(CANARY), fill)
    assert bytes(kept[1]) == bytes(len(CANARY))

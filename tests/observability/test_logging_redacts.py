"""No secret reaches a log line: by value, by shape, in exceptions, through other loggers."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair

from bot.observability.logging import set_up_logging
from bot.observability.redaction import MASK, Redactor

TOKEN = "123456789:AAcanarycanarycanarycanarycanary12345"
URL = "https://rpc.example/?api-key=canary-key-9f8e7d"
DSN = "postgresql://kitrader:canarypassword@localhost/kitrader"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    set_up_logging(level="DEBUG", secrets=(TOKEN, URL), folder=tmp_path, to_stderr=False)
    yield tmp_path / "kitrader.log"
    for handler in logging.getLogger().handlers:
        handler.close()
    logging.getLogger().handlers = []
    structlog.reset_defaults()


def test_known_secrets_and_their_shapes_are_masked_everywhere(log_file: Path) -> None:
    pair = Keypair()
    log = structlog.get_logger("test")
    log.info("event", token=TOKEN, url=URL, nested={"list": [f"x{TOKEN}y"]}, pair=str(pair))
    logging.getLogger("library").warning("GET /bot%s/getMe via %s", TOKEN, DSN)
    try:
        raise ValueError(f"cannot reach {URL} with {pair}")
    except ValueError:
        log.exception("failed")
    logging.getLogger().handlers[0].flush()
    written = log_file.read_text("utf-8")
    assert "canary" not in written
    assert str(pair) not in written
    assert MASK in written


def test_every_line_is_one_json_object_whatever_is_logged(log_file: Path) -> None:
    structlog.get_logger("test").info("a\n2026-01-01 INFO paid", name="\x1b[31m\u202e")
    logging.getLogger("other").error("b\nc")
    logging.getLogger().handlers[0].flush()
    lines = log_file.read_text("utf-8").splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["info", "error"]


@given(st.text(), st.text(alphabet="abcdefXYZ0123456789", min_size=8, max_size=60), st.text())
def test_a_known_secret_never_survives(before: str, secret: str, after: str) -> None:
    assert secret not in Redactor((secret,)).text(f"{before}{secret}{after}").replace(MASK, "")


def test_an_address_stays_readable() -> None:
    text = "mint EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm paid"
    assert Redactor().text(text) == text

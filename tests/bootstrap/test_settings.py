"""Settings are checked before anything starts, and never say their values."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.bootstrap.live_venue import jupiter_settings
from bot.bootstrap.outside import network_cost_settings
from bot.bootstrap.settings import Settings, load_settings
from bot.bootstrap.settings_live import live_rules
from bot.domain.live_orders import LiveRules


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_set_is_enough_for_everything_but_the_token() -> None:
    settings = load_settings()
    assert settings.bot_token.get_secret_value() == ""
    assert settings.rpc_urls()
    assert settings.live_trading is False


def test_lists_are_given_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_IDS", "1, 2")
    monkeypatch.setenv("SOLANA_RPC_URLS", "https://a.example/?api-key=x, https://b.example")
    settings = load_settings()
    assert settings.admin_ids == frozenset({1, 2})
    assert len(settings.rpc_urls()) == 2


@pytest.mark.parametrize(("text", "rates"), [("", ()), ("50", (50.0,)), ("50, 4", (50.0, 4.0))])
def test_rates_are_given_for_all_endpoints_or_for_each(
    monkeypatch: pytest.MonkeyPatch, text: str, rates: tuple[float, ...]
) -> None:
    monkeypatch.setenv("SOLANA_RPC_URLS", "https://a.example, https://b.example")
    monkeypatch.setenv("SOLANA_RPC_PER_SECOND", text)
    assert load_settings().solana_rpc_per_second == rates


@pytest.mark.parametrize(
    ("key", "plan", "bought"),
    [("", "auto", "keyless"), ("", "pro", "keyless"), ("k", "auto", "free"), ("k", "pro", "pro")],
)
def test_jupiters_plan_is_what_the_key_allows(
    monkeypatch: pytest.MonkeyPatch, key: str, plan: str, bought: str
) -> None:
    monkeypatch.setenv("JUPITER_API_KEY", key)
    monkeypatch.setenv("JUPITER_PLAN", plan)
    assert jupiter_settings(load_settings()).plan.value == bought


def test_a_small_cap_of_the_priority_fee_is_its_floor_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIORITY_FEE_CAP_LAMPORTS", "500")
    costs = network_cost_settings(load_settings())
    assert (costs.floor_lamports, costs.cap_lamports, costs.percentile) == (500, 500, 75)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", ("auto", "auto")),
        ("off", ("off", "off")),
        ("wss://a.example/x, off", ("wss://a.example/x", "off")),
    ],
)
def test_web_sockets_are_found_or_named_or_off(
    monkeypatch: pytest.MonkeyPatch, text: str, urls: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SOLANA_RPC_URLS", "https://a.example, https://b.example")
    if text:
        monkeypatch.setenv("SOLANA_WS_URLS", text)
    settings = load_settings()
    assert settings.ws_urls() == urls
    assert "auto" not in settings.secrets()


def test_the_token_may_come_as_a_systemd_credential(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bot_token").write_text("123:abc\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_settings().bot_token.get_secret_value() == "123:abc"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADMIN_IDS", "ann"),
        ("PRICE_REFRESH_SECONDS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("HTTP_PORT", "99999"),
        ("LIVE_TRADING", "true"),
        ("JITO_BASE", "ftp://canary.example"),
        ("JUPITER_PLAN", "gold-canary"),
        ("SOLANA_RPC_URLS", " , "),
        ("SOLANA_RPC_URLS", "foo"),
        ("SOLANA_RPC_PER_SECOND", "0"),
        ("SOLANA_RPC_PER_SECOND", "4,4,4"),
        ("SOLANA_WS_URLS", "https://a.example"),
        ("SOLANA_WS_URLS", "off,off"),
        ("SOLANA_WS_ACCOUNTS", "-1"),
        ("WEBHOOK_URL", "https://bot.example/hook"),
        ("PUBLIC_URL", "http://trade.example"),
        ("PUBLIC_URL", "https://trade.example/door"),
        ("PUBLIC_URL", "https://user:word@trade.example"),
        ("HTTP_HOST", "0.0.0.0"),  # noqa: S104 (and no https address for its pages)
        ("TRUSTED_PROXIES", "proxy.example"),
    ],
)
def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        load_settings()


def test_no_secret_shows_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123456:canarycanarycanary")
    monkeypatch.setenv("SOLANA_RPC_URLS", "https://a.example/?api-key=canary")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@h/d")
    settings = load_settings()
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert len(settings.secrets()) == 3


LIVE = {
    "LIVE_TRADING": "true",
    "SIGNER_SOCKET": "/run/kitrader-signer/signer.sock",
    "SOLANA_RPC_URLS": "https://a.example,https://b.example",
}
MAKER = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"


def test_live_trading_is_accepted_with_all_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    assert load_settings().live_trading is True
    monkeypatch.setenv("JUPITER_BASE", "http://127.0.0.1:8765/jupiter")
    monkeypatch.setenv("LIVE_COUNTERPARTIES", MAKER)
    assert load_settings().live_counterparties == (MAKER,)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SIGNER_SOCKET", "", "SIGNER_SOCKET"),
        ("JUPITER_BASE", "", "JUPITER_BASE"),
        ("SOLANA_RPC_URLS", "https://a.example", "SOLANA_RPC_URLS"),
        ("SOLANA_RPC_URLS", "https://a.example,https://a.example", "SOLANA_RPC_URLS"),
        ("LIVE_COUNTERPARTIES", MAKER, "JUPITER_BASE is on this machine"),
        ("LIVE_TIP_ACCOUNTS", MAKER, "JUPITER_BASE is on this machine"),
    ],
)
def test_live_trading_names_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    for each, given in (LIVE | {name: value}).items():
        monkeypatch.setenv(each, given)
    with pytest.raises(ValidationError, match=named):
        load_settings()


def test_the_ceilings_of_live_orders_are_the_rules_own_until_set() -> None:
    assert live_rules(load_settings(), tip_lamports=0) == LiveRules()


def test_the_ceilings_of_live_orders_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LIVE_MOST_SLIPPAGE": "0.0525",
        "LIVE_MOST_IMPACT": "0.02",
        "LIVE_FEE_CAP_LAMPORTS": "200000",
        "LIVE_ATTEMPTS": "1",
        "LIVE_DEADLINE_SECONDS": "60",
        "LIVE_UNKNOWN_SECONDS": "90",
    }.items():
        monkeypatch.setenv(name, value)
    assert live_rules(load_settings(), tip_lamports=1_000) == LiveRules(
        most_slippage_bps=525,
        most_impact_bps=200,
        most_fee_lamports=200_000,
        most_attempts=1,
        deadline_seconds=60,
        unknown_after_seconds=90,
        tip_lamports=1_000,
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LIVE_MOST_SLIPPAGE", "0.10001", "four decimals"),
        ("LIVE_MOST_SLIPPAGE", "0.005", "greater than or equal to 0.01"),
        ("LIVE_MOST_IMPACT", "5", "less than or equal to 1"),
        ("LIVE_FEE_CAP_LAMPORTS", "5000", "greater than or equal to 20000"),
        ("LIVE_ATTEMPTS", "0", "greater than or equal to 1"),
    ],
)
def test_a_ceiling_of_live_orders_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=words) as caught:
        load_settings()
    assert name.lower() in str(caught.value)

"""Every setting, from the environment or `.env`, checked before anything starts."""

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from yarl import URL

from bot.adapters.passwords import is_argon2id
from bot.bootstrap.candle_days import CANDLE_DAYS, days_by_interval
from bot.bootstrap.public_address import checked_origin, is_loopback
from bot.bootstrap.settings_archive import ArchiveSettings
from bot.bootstrap.settings_bots import BotsSettings
from bot.bootstrap.settings_health import HealthSettings
from bot.bootstrap.settings_live import LiveSettings
from bot.bootstrap.settings_market import MarketSettings
from bot.bootstrap.settings_observability import ObservabilitySettings
from bot.bootstrap.settings_processes import ProcessSettings
from bot.bootstrap.settings_shown import shown
from bot.domain.candles import Interval
from bot.domain.landing import NODES_NEEDED
from bot.domain.live_orders import LEAST_TIP_LAMPORTS, MOST_TIP_LAMPORTS
from bot.domain.people import Admission

DEFAULT_TOKENS = (
    "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",  # USDC
    "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm",  # WIF
    "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",  # BONK
    "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN",  # JUP
)
_PUBLIC_RPC = "https://api.mainnet-beta.solana.com"
DERIVED, NO_STREAM = "auto", "off"
_WS_URL = re.compile(r"wss?://[^/\s]+(/\S*)?(\?\S*)?", re.ASCII)
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
_AGE_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}", re.ASCII)
_HTTP_URL = re.compile(r"https?://[^/\s]+(/\S*)?(\?\S*)?", re.ASCII)
_REDIS_URL = re.compile(r"(redis|rediss|unix)://.")
_Rate = Annotated[float, Field(gt=0, le=10_000)]
_Share = Annotated[Decimal, Field(gt=0, le=1)]
_Sol = Annotated[Decimal, Field(ge=0, le=1_000_000)]


def _listed(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


class Settings(
    MarketSettings,
    LiveSettings,
    HealthSettings,
    ArchiveSettings,
    ObservabilitySettings,
    BotsSettings,
    ProcessSettings,
):
    """What an operator may set; `.env.example` explains each in the same order."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        hide_input_in_errors=True,  # it may be a secret
    )

    bot_token: SecretStr = SecretStr("")
    bot_api_base: str = "https://api.telegram.org"
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    premium_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    admission: Admission = Admission.OPEN
    auth_password_hash: SecretStr = SecretStr("")
    auth_role: Literal["basic", "premium"] = "basic"
    approval_minutes: int = Field(default=30, ge=1, le=10_080)

    database_url: SecretStr = SecretStr("")
    data_dir: Path = Path("data")

    solana_rpc_urls: Annotated[tuple[SecretStr, ...], NoDecode] = (SecretStr(_PUBLIC_RPC),)
    solana_rpc_per_second: Annotated[tuple[_Rate, ...], NoDecode] = ()
    solana_ws_urls: Annotated[tuple[SecretStr, ...], NoDecode] = (SecretStr(DERIVED),)
    solana_ws_accounts: int = Field(default=200, ge=0, le=10_000)
    dexscreener_base: str = "https://api.dexscreener.com"
    geckoterminal_base: str = "https://api.geckoterminal.com/api/v2"
    price_refresh_seconds: float = Field(default=60.0, ge=1, le=3600)
    hot_refresh_seconds: float = Field(default=5.0, ge=0.5, le=600)
    default_tokens: Annotated[tuple[str, ...], NoDecode] = DEFAULT_TOKENS
    price_days: int = Field(default=14, ge=2, le=3650)
    backup_recipients: Annotated[tuple[str, ...], NoDecode] = ()
    backup_dir: Path | None = None
    backup_hour: int = Field(default=3, ge=0, le=23)
    backup_days: int = Field(default=14, ge=1, le=3650)
    candle_days: Annotated[Mapping[Interval, int], NoDecode] = CANDLE_DAYS
    largest_impact: Decimal = Field(default=Decimal("0.10"), gt=0, lt=1)
    price_disagreement: Decimal = Field(default=Decimal("0.05"), gt=0, lt=10)
    source_disagreement: Decimal = Field(default=Decimal("0.25"), ge=0, lt=10)
    source_check_seconds: float = Field(default=30.0, ge=1, le=3600)
    suspicion_calm_seconds: float = Field(default=60.0, ge=0, le=3600)
    deep_pool_sol: int = Field(default=1_000, ge=0, le=10_000_000)
    confirmations_deep: int = Field(default=2, ge=1, le=100)
    confirmations_thin: int = Field(default=4, ge=1, le=100)
    landing_seconds: float = Field(default=1.2, ge=0, le=60)
    breaker_silent_seconds: float = Field(default=180.0, ge=10, le=86_400)
    breaker_sol_move: Decimal = Field(default=Decimal("0.15"), gt=0, lt=10)
    breaker_disputed_share: Decimal = Field(default=Decimal("0.25"), gt=0, le=1)
    alert_target_seconds: float = Field(default=10.0, gt=0, le=3600)
    messages_per_minute: int = Field(default=120, ge=0, le=100_000)
    heavy_per_minute: int = Field(default=60, ge=0, le=100_000)

    premium_stars: int = Field(default=0, ge=0, le=10_000)

    live_trading: bool = False
    live_gap_percent: Decimal = Field(default=Decimal(5), gt=0, le=100)
    live_tip_lamports: int = Field(default=0, ge=0, le=MOST_TIP_LAMPORTS)
    live_counterparties: Annotated[tuple[str, ...], NoDecode] = ()
    live_tip_accounts: Annotated[tuple[str, ...], NoDecode] = ()
    gate_window_days: float = Field(default=90.0, gt=0, le=3650)
    gate_cooling_days: float = Field(default=7.0, ge=0, le=3650)
    gate_hold_seconds: float = Field(default=60.0, ge=0, le=86_400)
    gate_expectancy: Decimal = Field(default=Decimal(0), ge=-1, le=1)
    gate_paper_bets: int = Field(default=30, ge=1, le=10_000)
    gate_paper_days: int = Field(default=14, ge=1, le=3650)
    gate_paper_sureness: Decimal = Field(default=Decimal("2.0"), ge=-1000, le=10)
    gate_small_bets: int = Field(default=20, ge=1, le=10_000)
    gate_small_days: int = Field(default=14, ge=1, le=3650)
    gate_proven_bets: int = Field(default=40, ge=1, le=10_000)
    gate_proven_days: int = Field(default=30, ge=1, le=3650)
    gate_live_sureness: Decimal = Field(default=Decimal("1.0"), ge=-1000, le=10)
    gate_most_drawdown: _Share = Decimal("0.25")
    gate_demote_drawdown: _Share = Decimal("0.30")
    gate_day_loss: _Share = Decimal("0.15")
    gate_losses_in_a_row: int = Field(default=8, ge=2, le=1_000)
    gate_twin_gap: _Share = Decimal("0.03")
    gate_twin_fills: int = Field(default=10, ge=1, le=100)
    gate_small_order_sol: _Sol = Decimal("0.1")
    gate_small_day_sol: _Sol = Decimal("0.5")
    gate_proven_order_sol: _Sol = Decimal(1)
    gate_proven_day_sol: _Sol = Decimal(5)
    gate_full_order_sol: _Sol = Decimal(0)
    gate_full_day_sol: _Sol = Decimal(0)
    paper_from_live: bool = True
    deposit_dust_lamports: int = Field(default=100_000, ge=0, le=1_000_000_000)
    withdrawal_order_sol: Decimal = Field(default=Decimal(5), gt=0, le=1_000_000)
    withdrawal_day_sol: Decimal = Field(default=Decimal(10), gt=0, le=1_000_000)
    withdrawal_all_day_sol: Decimal = Field(default=Decimal(50), gt=0, le=1_000_000)
    withdrawal_address_wait_minutes: float = Field(default=1440.0, ge=0, le=43_200)
    withdrawal_factor_wait_minutes: float = Field(default=1440.0, ge=0, le=43_200)
    withdrawal_delay_minutes: float = Field(default=30.0, ge=0, le=43_200)
    master_key: SecretStr = SecretStr("")
    master_key_file: Path | None = None
    master_keys_dir: Path | None = None
    signer_socket: Path | None = None
    signer_timeout_seconds: float = Field(default=2.0, gt=0, le=60)
    jupiter_base: str = "https://api.jup.ag"
    jupiter_api_key: SecretStr = SecretStr("")
    jupiter_plan: Literal["auto", "keyless", "free", "developer", "launch", "pro"] = "auto"
    jito_base: str = ""
    explorer_base: str = "https://explorer.solana.com/tx/"
    priority_fee_percentile: int = Field(default=75, ge=1, le=99)
    priority_fee_cap_lamports: int = Field(default=2_000_000, ge=0, le=1_000_000_000)
    redis_url: SecretStr = SecretStr("")
    redis_ca_file: Path | None = None

    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    operations_port: int = Field(default=8081, ge=0, le=65535)
    operations_host: Literal["127.0.0.1", "0.0.0.0"] = "127.0.0.1"  # noqa: S104 (asked for)
    unfreeze_hours: float = Field(default=24.0, ge=0, le=24 * 30)

    log_level: str = "INFO"
    log_dir: Path | None = None

    @field_validator(
        "admin_ids",
        "premium_ids",
        "solana_rpc_urls",
        "solana_rpc_per_second",
        "solana_ws_urls",
        "default_tokens",
        "live_counterparties",
        "live_tip_accounts",
        "trusted_proxies",
        "backup_recipients",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return _listed(value)

    @field_validator(
        "log_dir",
        "redis_ca_file",
        "backup_dir",
        "master_key_file",
        "master_keys_dir",
        "signer_socket",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("candle_days", mode="before")
    @classmethod
    def _days_by_interval(cls, value: object) -> object:
        return days_by_interval(value) if isinstance(value, str) else value

    @field_validator("solana_rpc_urls")
    @classmethod
    def _http_urls(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, url in enumerate(urls, start=1):
            if not _HTTP_URL.fullmatch(url.get_secret_value()):
                raise ValueError(f"endpoint {number} is not an http:// or https:// URL")
        return urls

    @field_validator("solana_ws_urls")
    @classmethod
    def _ws_urls(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, url in enumerate(urls, start=1):
            text = url.get_secret_value()
            if text not in {DERIVED, NO_STREAM} and not _WS_URL.fullmatch(text):
                raise ValueError(f"entry {number} is no ws:// or wss:// URL, nor auto or off")
        return urls

    @field_validator("backup_recipients")
    @classmethod
    def _age_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for number, key in enumerate(keys, start=1):
            if not _AGE_KEY.fullmatch(key):
                raise ValueError(f"key {number} is no public key of age (age1...)")
        return keys

    @field_validator("jito_base", "explorer_base")
    @classmethod
    def _http_base(cls, value: str) -> str:
        if value and not _HTTP_URL.fullmatch(value):
            raise ValueError("it is not an http:// or https:// URL")
        return value

    @field_validator("auth_password_hash")
    @classmethod
    def _hashed(cls, stored: SecretStr) -> SecretStr:
        if stored.get_secret_value() and not is_argon2id(stored.get_secret_value()):
            raise ValueError("AUTH_PASSWORD_HASH is what `./kitrader password` prints")
        return stored

    @field_validator("redis_url")
    @classmethod
    def _of_redis(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not _REDIS_URL.match(url.get_secret_value()):
            raise ValueError("it is not a redis://, rediss:// or unix:// address")
        if "ssl_" in url.get_secret_value().partition("?")[2]:
            raise ValueError("it takes no ssl_ words: its certificate is always verified")
        return url

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR")
        return value.upper()

    @field_validator("public_url")
    @classmethod
    def _public_origin(cls, value: str) -> str:
        return checked_origin(value) if value else ""

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ip_network(proxy)
        return proxies

    @model_validator(mode="after")
    def _sound(self) -> "Settings":
        if not self.solana_rpc_urls:
            raise ValueError("SOLANA_RPC_URLS names at least one endpoint")
        if len(self.solana_rpc_per_second) not in {0, 1, len(self.solana_rpc_urls)}:
            raise ValueError("SOLANA_RPC_PER_SECOND takes one number, or one for each endpoint")
        if len(self.solana_ws_urls) not in {1, len(self.solana_rpc_urls)}:
            raise ValueError("SOLANA_WS_URLS takes one word, or one URL for each endpoint")
        secret = self.webhook_secret.get_secret_value()
        if self.webhook_url and not _WEBHOOK_SECRET.fullmatch(secret):
            raise ValueError(
                "WEBHOOK_SECRET needs 16 to 256 letters, digits, _ and - when WEBHOOK_URL is set"
            )
        if not self.public_url and self.webhook_url:
            checked_origin(str(URL(self.webhook_url).with_path("/").with_query(None)))
        elif not self.public_url and not is_loopback(self.http_host):
            raise ValueError(
                "HTTP_HOST is open to others, so set PUBLIC_URL to the https address of the pages"
            )
        if self.live_trading:
            check_live(self)
        return self

    def secrets(self) -> tuple[str, ...]:
        """Give every secret text that no log, error or chat may ever show."""
        texts = [
            self.bot_token,
            *self.bot_tokens,
            self.database_url,
            self.master_key,
            self.jupiter_api_key,
            self.redis_url,
            self.otel_endpoint,
            *self.otel_header_values(),
            self.webhook_secret,
            self.auth_password_hash,
            *self.solana_rpc_urls,
            *(url for url in self.solana_ws_urls if "://" in url.get_secret_value()),
        ]
        return tuple(text.get_secret_value() for text in texts if text.get_secret_value())

    def shown(self) -> tuple[tuple[str, str], ...]:
        """Give what each setting is, for admins; of a secret or an address whether it is set.

        An address may hold a key, so it is as a secret. Those that are not as by default come
        first.
        """
        return shown(self)

    def rpc_urls(self) -> tuple[str, ...]:
        """Give the RPC endpoints in the operator's order of preference."""
        return tuple(url.get_secret_value() for url in self.solana_rpc_urls)

    def ws_urls(self) -> tuple[str, ...]:
        """Give for each RPC endpoint its WebSocket's URL, or `auto`, or `off`."""
        given = tuple(url.get_secret_value() for url in self.solana_ws_urls)
        return given * len(self.solana_rpc_urls) if len(given) == 1 else given


def check_live(settings: Settings) -> None:
    """Pass in silence where live trading has what it needs, or raise `ValueError` naming it."""
    base = settings.jupiter_base
    if settings.signer_socket is None:
        raise ValueError("LIVE_TRADING needs SIGNER_SOCKET, the signer's (docs/signer.md)")
    if not _HTTP_URL.fullmatch(base):
        raise ValueError("LIVE_TRADING needs JUPITER_BASE, the http(s) address of the venue")
    if len(set(settings.rpc_urls())) < NODES_NEEDED:
        raise ValueError(
            f"LIVE_TRADING needs {NODES_NEEDED} different endpoints in SOLANA_RPC_URLS: no order "
            "is called expired unless so many agree"
        )
    if settings.live_tip_lamports and not settings.jito_base:
        raise ValueError("LIVE_TIP_LAMPORTS needs JITO_BASE: nobody else is to get the tip")
    if 0 < settings.live_tip_lamports < LEAST_TIP_LAMPORTS:
        raise ValueError(
            f"LIVE_TIP_LAMPORTS is 0 or {LEAST_TIP_LAMPORTS:,} and more: below that the block "
            "engine takes nothing"
        )
    for_sandbox = settings.live_counterparties or settings.live_tip_accounts
    if for_sandbox and not is_loopback(URL(base).host or ""):
        raise ValueError(
            "LIVE_COUNTERPARTIES and LIVE_TIP_ACCOUNTS are a sandbox's: they are accepted only "
            "where JUPITER_BASE is on this machine"
        )


def load_settings() -> Settings:
    """Read the settings; a systemd credential named `bot_token` stands in for BOT_TOKEN.

    Raises pydantic's `ValidationError`, whose text names settings but not their values.
    """
    settings = Settings()
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and not settings.bot_token.get_secret_value():
        file = Path(credentials) / "bot_token"
        if file.is_file():
            token = SecretStr(file.read_text("utf-8").strip())
            return settings.model_copy(update={"bot_token": token})
    return settings

"""The settings of log files and traces, part of `Settings`."""

import re
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

_HTTP_URL = re.compile(r"https?://[^/\s]+(/\S*)?(\?\S*)?", re.ASCII)
_HEADERS = re.compile(r"[\w-]+=[^,]+(,[\w-]+=[^,]+)*", re.ASCII)


class ObservabilitySettings(BaseSettings):
    """How long logs are kept, and where traces of updates go: nowhere where no endpoint is set."""

    log_megabytes: int = Field(default=10, ge=1, le=10_000)
    log_days: int = Field(default=14, ge=1, le=3650)
    otel_endpoint: SecretStr = SecretStr("")
    otel_headers: SecretStr = SecretStr("")
    otel_share: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _sound_traces(self) -> Self:
        url, headers = self.otel_endpoint.get_secret_value(), self.otel_headers.get_secret_value()
        if url and not _HTTP_URL.fullmatch(url):
            raise ValueError("OTEL_ENDPOINT is an http:// or https:// URL of an OTLP collector")
        if headers and not _HEADERS.fullmatch(headers):
            raise ValueError("OTEL_HEADERS takes name=value, several with commas between")
        return self

    def otel_header_values(self) -> tuple[SecretStr, ...]:
        """Give what is told the collector, without the names: each may be a key."""
        pairs = filter(None, self.otel_headers.get_secret_value().split(","))
        return tuple(SecretStr(pair.partition("=")[2]) for pair in pairs)

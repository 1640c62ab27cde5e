"""The settings of several bots and of Telegram's limits, part of `Settings`."""

import re
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.domain.bot_numbers import MOST_BOTS

_TOKEN = re.compile(r"(\d{1,20}):[A-Za-z0-9_-]+", re.ASCII)


class BotsSettings(BaseSettings):
    """More bots beside BOT_TOKEN, and how much each of them may send."""

    bot_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    telegram_per_second: int = Field(default=30, ge=1, le=1_000)

    @field_validator("bot_tokens", mode="before")
    @classmethod
    def _tokens_split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("bot_tokens")
    @classmethod
    def _tokens_sound(cls, tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        found = [_TOKEN.fullmatch(token.get_secret_value()) for token in tokens]
        if not all(found) or len({one[1] for one in found if one}) < len(tokens):
            raise ValueError("BOT_TOKENS are tokens of different bots, with commas between")
        if len(tokens) >= MOST_BOTS:
            raise ValueError(f"BOT_TOKENS names fewer than {MOST_BOTS} bots")
        return tokens

"""Fixtures of the sandbox tests, from one module for each server."""

from tests.sandbox.telegram_fixtures import (
    telegram_bot,
    telegram_hands,
    telegram_session,
    telegram_url,
    telegram_world,
    whole_aiogram,
)

__all__ = [
    "telegram_bot",
    "telegram_hands",
    "telegram_session",
    "telegram_url",
    "telegram_world",
    "whole_aiogram",
]

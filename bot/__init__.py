"""Kitrader: a Telegram-first trading bot for Solana tokens."""

__version__ = "0.1.0"

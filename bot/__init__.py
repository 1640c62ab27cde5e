"""Kitrader: a Telegram-first trading bot for Solana tokens."""

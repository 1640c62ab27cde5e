"""The languages that Kitrader speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A language by its ISO 639-1 code, as Telegram names it too."""

    ENGLISH = "en"
    SPANISH = "es"
    RUSSIAN = "ru"
    CHINESE = "zh"

    @classmethod
    def of(cls, code: str | None) -> "Language":
        """Give the language of an IETF tag such as `es-MX`; English where we do not speak it."""
        try:
            return cls((code or "").partition("-")[0].lower())
        except ValueError:
            return cls.ENGLISH

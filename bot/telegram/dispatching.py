"""aiogram's dispatcher, without the models of the Bot API that it would build and we never use."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel


@contextmanager
def _models_left_unbuilt() -> Iterator[None]:
    """Let aiogram be imported without building its models, some 440 of them.

    That is three quarters of the time to import it and two thirds of its memory, and our events
    are models of our own (`bot.telegram.heard`). Where aiogram was imported before, whole, this
    changes nothing.
    """
    build = BaseModel.__dict__["model_rebuild"]
    type.__setattr__(BaseModel, "model_rebuild", classmethod(_left_unbuilt))
    try:
        yield
    finally:
        type.__setattr__(BaseModel, "model_rebuild", build)


def _left_unbuilt(_model: type[BaseModel], /, **_how: object) -> None:
    """Stand in for pydantic's `model_rebuild`."""


with _models_left_unbuilt():
    from aiogram import Dispatcher
    from aiogram.types import TelegramObject

__all__ = ["Dispatcher", "TelegramObject"]

"""aiogram's models, built where a test wants them: the bot imports aiogram without."""

from collections.abc import Iterator
from typing import Literal, Optional, Union

from aiogram import types
from aiogram.client.default import Default
from pydantic import BaseModel

_NAMES = vars(types) | {
    "List": list,
    "Optional": Optional,
    "Union": Union,
    "Literal": Literal,
    "Default": Default,
}


def build_models(*models: type[BaseModel]) -> None:
    """Build these models as aiogram would have at its import; all of them, which takes seconds."""
    for model in models or _all():
        model.model_rebuild(_types_namespace=_NAMES)


def _all() -> Iterator[type[BaseModel]]:
    for name in types.__all__:
        named = getattr(types, name)
        if isinstance(named, type) and issubclass(named, BaseModel):
            yield named

"""aiogram's models, built where a test wants them: the bot imports aiogram without."""

import sys
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
    """Build these models as aiogram would have at its import; or let each be built at its use.

    All 400 at once take five seconds. A model builds itself when it is first used, where its
    module knows the names that aiogram imports for type checkers only.
    """
    for model in models:
        model.model_rebuild(_types_namespace=_NAMES)
    for model in () if models else _all():
        known = vars(sys.modules[model.__module__])
        known.update({name: value for name, value in _NAMES.items() if name not in known})


def _all() -> Iterator[type[BaseModel]]:
    for name in types.__all__:
        named = getattr(types, name)
        if isinstance(named, type) and issubclass(named, BaseModel):
            yield named

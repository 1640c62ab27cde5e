"""One question to the chain, with the way to read its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.adapters.solana.rpc_outcome import Answer

T = TypeVar("T")


class GarbledAnswer(ValueError):
    """The result of a call has not the shape that its method gives; another node may do better."""


def _never_past(_slot: int) -> bool:
    return False


def not_scanned(_body: bytes) -> None:
    """Leave an answer to be read as any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcRequest(Generic[T]):
    """A method, its parameters, and `read`, which turns the result into what is wanted.

    `read` gets the result and the slot of its context (0 where there is none) and raises
    `GarbledAnswer` on a wrong shape. An answer whose slot `is_past` is not used; it is asked when
    the answer is there, since another call may have seen a newer slot meanwhile. `scan` may give
    the answer from the bytes of a good reply, for `read` to get; where it gives None the reply is
    read as any other.
    """

    method: str
    params: tuple[object, ...]
    read: Callable[[object, int], T]
    is_past: Callable[[int], bool] = _never_past
    scan: Callable[[bytes], Answer | None] = not_scanned

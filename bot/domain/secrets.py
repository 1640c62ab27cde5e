"""Bytes that must stay secret, in a holder that neither prints nor hands them out by accident."""

import hmac
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self

Fill = Callable[[memoryview], object]
_SHOWN = "Secret(***)"


class _WipedBytes(bytearray):
    """Bytes that overwrite themselves when nobody holds them any more, not even by a view."""

    def wipe(self) -> None:
        """Overwrite them with zeros."""
        self[:] = bytes(len(self))

    def __del__(self) -> None:
        """Wipe before the memory goes to somebody else."""
        self.wipe()

    def __repr__(self) -> str:
        """Show that there are some: a view tells what it is of."""
        return _SHOWN

    __str__ = __repr__


class Secret:
    """Holds bytes; only `reveal` gives them, and as a view, which does not print them either.

    Text, format, pickle, JSON and the attributes of a copy show nothing: a copy is the same holder.
    Two are equal by a comparison in constant time. At the end of its block, and when nobody holds
    it or a view of it any more, it overwrites the bytes. What others copied out of a view is
    theirs to wipe.
    """

    __slots__ = ("__content", "__is_wiped")
    __hash__ = None  # type: ignore[assignment] # a hash would tell something of the content

    def __init__(self, content: bytes | bytearray | memoryview) -> None:
        self.__content = _WipedBytes(content)
        self.__is_wiped = False

    @classmethod
    def filled(cls, size: int, fill: Fill) -> Self:
        """Make a secret of so many bytes, written in place: no other copy of them comes about."""
        secret = cls(bytes(size))
        try:
            fill(memoryview(secret.__content))
        except BaseException:
            # The error's traceback may hold it for long.
            secret.wipe()
            raise
        return secret

    def reveal(self) -> memoryview:
        """Give the bytes to read, until they are wiped; raises `ValueError` after that."""
        if self.__is_wiped:
            raise ValueError("the secret was wiped")
        return memoryview(self.__content).toreadonly()

    def wipe(self) -> None:
        """Overwrite the bytes with zeros; views that were given show zeros from now on."""
        self.__content.wipe()
        self.__is_wiped = True

    def __enter__(self) -> Self:
        """Lend it to a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipe it at the end of the block."""
        self.wipe()

    def __len__(self) -> int:
        """Tell how many bytes there are."""
        return len(self.__content)

    def __eq__(self, other: object) -> bool:
        """Compare with another secret, in the same time wherever they differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__content, other.__content)

    def __repr__(self) -> str:
        """Show that there is one."""
        return _SHOWN

    def __str__(self) -> str:
        """Show that there is one."""
        return _SHOWN

    def __format__(self, _spec: str) -> str:
        """Show that there is one, however it is asked for."""
        return _SHOWN

    def __copy__(self) -> Self:
        """Give itself: what wipes one wipes the other."""
        return self

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        """Give itself: what wipes one wipes the other."""
        return self

    def __getstate__(self) -> NoReturn:
        """Refuse to be taken apart."""
        raise TypeError("a secret is not written down")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("a secret is not written down")

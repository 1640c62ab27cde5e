"""Compiles the project once, on every processor, before workers begin that all need all of it.

Run as `python -m tests.builders.compiled_ahead`, since within pytest, which has not begun yet,
Hypothesis would have none of it.
"""

import ast
import marshal
import os
import py_compile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import ModuleType

from _pytest.assertion import rewrite
from hypothesis.internal.constants_ast import constants_from_module

ROOT = Path(__file__).parents[2]
_IS_CHECKED_BY_HASH = (3).to_bytes(4, "little")
_AT_ONCE = 16


def compile_ahead() -> None:
    """Compile what has changed since it was compiled.

    In a clean checkout each worker would do all of it for itself while the others do the same:
    compile the product, compile the tests with what pytest writes into them, and read the product
    for constants that Hypothesis is to try. Whatever is missed here, a worker makes as ever.
    """
    stale = [path for path in _sources() if not is_compiled(path)]
    if stale:
        with ProcessPoolExecutor() as processors:
            for _ in processors.map(compile_source, stale, chunksize=_AT_ONCE):
                pass


def _sources() -> Iterator[Path]:
    for folder in (ROOT / "bot", ROOT / "tests"):
        yield from sorted(folder.rglob("*.py"))


def is_compiled(path: Path) -> bool:
    """Tell whether a file was compiled since it was changed."""
    compiled = compiled_file(path)
    return compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns


def _is_rewritten(path: Path) -> bool:
    return path.name.startswith("test_") or path.name == "conftest.py"


def compiled_file(path: Path) -> Path:
    """Give where Python or pytest looks for what a source was compiled to."""
    if _is_rewritten(path):
        return rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
    return Path(cache_from_source(str(path)))


def compile_source(path: Path) -> None:
    """Compile one file as the worker would that imports it first."""
    # A folder that may not be written, or a source that is none: a worker finds it out and says so.
    with suppress(OSError, SyntaxError):
        if _is_rewritten(path):
            _compile_test(path)
        else:
            py_compile.compile(str(path), quiet=2)
            constants_from_module(_unloaded(path))


def _compile_test(path: Path) -> None:
    source, compiled = path.read_bytes(), compiled_file(path)
    tree = ast.parse(source, filename=str(path))
    rewrite.rewrite_asserts(tree, source, str(path))
    code = compile(tree, str(path), "exec", dont_inherit=True)
    half = compiled.with_name(f"{compiled.name}.{os.getpid()}")
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(MAGIC_NUMBER + _IS_CHECKED_BY_HASH + source_hash(source) + marshal.dumps(code))
    half.replace(compiled)


def _unloaded(path: Path) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    return module


if __name__ == "__main__":
    compile_ahead()

"""What is compiled before the workers begin is what each of them would take."""

import os
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests.builders.compiled_ahead import compile_source, compiled_file, is_compiled

TEST = "def test_it():\n    assert 1 + 1 == 3\n"


def test_a_test_is_compiled_as_pytest_would(tmp_path: Path) -> None:
    path = tmp_path / "test_sums.py"
    path.write_text(TEST)
    compile_source(path)
    code = rewrite._read_pyc(path, compiled_file(path))
    assert code is not None
    space: dict[str, object] = {}
    exec(code, space)  # noqa: S102 (what was just written)
    test = space["test_it"]
    assert callable(test)
    with pytest.raises(AssertionError, match=r"\(1 \+ 1\) == 3"):
        test()


def test_it_is_compiled_again_after_a_change_only(tmp_path: Path) -> None:
    path = tmp_path / "test_sums.py"
    path.write_text(TEST)
    assert not is_compiled(path)
    compile_source(path)
    assert is_compiled(path)
    later = compiled_file(path).stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))
    assert not is_compiled(path)


@pytest.mark.parametrize("source", ["def broken(:\n", "import nothing_of_this_name\n"])
def test_what_is_no_python_is_left_to_whoever_imports_it(tmp_path: Path, source: str) -> None:
    for name in ("test_it.py", "it.py"):
        (tmp_path / name).write_text(source)
        compile_source(tmp_path / name)

"""A signer's folder for each test, and a process that most of them share."""

from collections.abc import AsyncIterator

import pytest

from tests.builders.signers import Signers


@pytest.fixture
def signers(tmp_path_factory: pytest.TempPathFactory) -> Signers:
    """A folder with a master key and settings."""
    made = Signers(folder=tmp_path_factory.mktemp("s"))
    made.make()
    return made


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Signers]:
    """A signer that is up."""
    made = Signers(folder=tmp_path_factory.mktemp("s"))
    made.make()
    async with made.process():
        yield made
    left = log_of(made)
    assert bytes(made.scene.wallet)[:32].hex() not in left
    assert str(made.scene.wallet) not in left


def log_of(signers: Signers) -> str:
    """What it wrote."""
    return (signers.folder / "log").read_text()

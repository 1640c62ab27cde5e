"""Takes the pictures of the user's guide anew: `python -m tests.pictures [SCENE ...]`."""

import asyncio
import sys

from tests.pictures.scenes import SCENES
from tests.pictures.stage import stage


async def main(names: list[str]) -> None:
    """Play the scenes that are named, or all, on one demo."""
    chosen = [scene for scene in SCENES if not names or scene.__name__ in names]
    async with stage() as on:
        for scene in chosen:
            await scene(on)


asyncio.run(main(sys.argv[1:]))

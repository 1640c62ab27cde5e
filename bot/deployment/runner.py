"""What a deployment asks of whatever keeps the services running."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    said: str


class Runner(Protocol):
    """Runs versions. A trial is never for good: it ends by itself unless it is confirmed.

    Whatever happens to the deployment, one version goes on being run.
    """

    def inside(self, name: str, words: Sequence[str]) -> Ran:
        """Run a command of a version with the settings, secrets and rights of the services."""

    def try_version(self, name: str, seconds: float) -> None:
        """Run a version in place of the current one, for so long at most unless confirmed.

        Does nothing where it is being tried already, but for the time. Raises `DeploymentError`.
        """

    def confirm(self) -> None:
        """End the trial with what it runs, which is the current version by now."""

    def give_up(self) -> None:
        """End the trial, if there is one, and run the current version again."""

    def trouble(self) -> str:
        """Say why what runs now cannot become well any more; '' while it may."""

    def doors(self) -> Sequence[str]:
        """Give the addresses of the operator's doors of what is run."""

    def last_words(self) -> str:
        """Give the end of what was logged, for whoever has to find out why."""

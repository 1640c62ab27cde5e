"""Where everything of an installation lies, under the root of this machine or of an image."""

from dataclasses import dataclass
from pathlib import Path

BOT, WEB, SIGNER = "kitrader", "kitrader-web", "kitrader-signer"
"""Users, each with a group of its own name."""


class DeploymentError(Exception):
    """An installation or deployment cannot go on; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Folders and files below `root`; what is written into files never has `root` in it."""

    root: Path = Path("/")

    @property
    def is_this_machine(self) -> bool:
        """Whether it is what this machine runs, and not a folder or image."""
        return self.root == Path("/")

    @property
    def home(self) -> Path:
        """Where versions, and the link to the one that serves, lie."""
        return self.root / "opt" / "kitrader"

    @property
    def versions(self) -> Path:
        """One folder for each version."""
        return self.home / "versions"

    @property
    def current(self) -> Path:
        """The link to the version that serves."""
        return self.home / "current"

    @property
    def journal(self) -> Path:
        """What a deployment has done so far, while one is under way."""
        return self.home / "deployment.json"

    @property
    def lock(self) -> Path:
        """Held by the deployment that is at work."""
        return self.home / "deployment.lock"

    @property
    def settings(self) -> Path:
        """Settings and secrets of the bot."""
        return self.root / "etc" / "kitrader"

    @property
    def settings_file(self) -> Path:
        """The plain settings."""
        return self.settings / "kitrader.env"

    @property
    def signer(self) -> Path:
        """Settings and master keys of the signer."""
        return self.root / "etc" / "kitrader-signer"

    @property
    def state(self) -> Path:
        """The bot's own folder: the embedded database, backups."""
        return self.root / "var" / "lib" / "kitrader"

    @property
    def units(self) -> Path:
        """The units of systemd that an operator installs."""
        return self.root / "etc" / "systemd" / "system"

    @property
    def passing(self) -> Path:
        """What a restart of the machine forgets."""
        return self.root / "run"

    def seen(self, path: Path) -> str:
        """Give a path as it is called where `root` is the root."""
        return "/" + path.relative_to(self.root).as_posix()

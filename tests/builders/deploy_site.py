"""A machine without systemd for deployments, whose versions are small scripts."""

import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.deployment.deploying import Choices, Deployment
from bot.deployment.health import Patience
from bot.deployment.keeper import read_status
from bot.deployment.layout import Layout
from bot.deployment.process_runner import ProcessRunner
from bot.deployment.versions import Versions
from tests.builders.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# What a version is to a deployment: it says its version, checks, backs up, migrates and runs.
LAUNCHER = """#!{python} -IS
import http.server, json, os, pathlib, signal, sys

HOW, VERSION, word = {how!r}, {version!r}, sys.argv[1]
spent = pathlib.Path(__file__).parent / "spent"
if "DATA_DIR" in os.environ:
    with (pathlib.Path(os.environ["DATA_DIR"]) / "notes").open("a") as notes:
        notes.write(f"{{VERSION}} {{word}}\\n")
if HOW == f"kills the deployment at {{word}}" and not spent.exists():
    spent.touch()
    os.kill(os.getppid(), signal.SIGKILL)
if word in HOW.split("fails to ")[1:]:
    sys.exit(f"{{word}} does not work here")
if word == "run":
    if HOW == "crashes":
        sys.exit("no module named nonsense")

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_ready = HOW != "is never ready"
            self.send_response(200 if is_ready else 503)
            self.end_headers()
            why = "" if is_ready else "no price was refreshed"
            self.wfile.write(json.dumps({{"ready": is_ready, "why": why}}).encode())

        def log_message(self, *_):
            pass

    http.server.HTTPServer(("127.0.0.1", int(os.environ["OPERATIONS_PORT"])), Door).serve_forever()
"""
KEEPER = """
import pathlib, sys
from bot.deployment.keeper import Keeper
from bot.deployment.layout import Layout
Keeper(Layout(root=pathlib.Path(sys.argv[1])), ["run"], {}).run()
"""
DEPLOYER = """
import pathlib, sys
from tests.builders.deploy_site import Site
Site(folder=pathlib.Path(sys.argv[1])).deploy(sys.argv[2])
"""
PATIENCE = Patience(ready_seconds=1.5, steady_seconds=0.2, look_seconds=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One such machine in a folder."""

    folder: Path

    @property
    def place(self) -> Layout:
        """Its layout."""
        return Layout(root=self.folder)

    def write(self, version: str, how: str = "") -> Path:
        """Write a version that behaves as said, outside of where versions are installed."""
        source = self.folder / "sources" / f"{version} {how}"
        for part in ("bot", "migrations"):
            (source / part).mkdir(parents=True, exist_ok=True)
        (source / "bot" / "__init__.py").write_text(f'__version__ = "{version}"\n', "utf-8")
        (source / "requirements.txt").touch()
        (source / "migrations" / "env.py").touch()
        (source / "kitrader").write_text(
            LAUNCHER.format(python=sys.executable, how=how, version=version), "utf-8"
        )
        (source / "kitrader").chmod(0o755)
        return source

    def pack(self, source: Path) -> Path:
        """Pack a version as a release is packed."""
        packed = source.with_name(f"{source.name}.tar.gz")
        with tarfile.open(packed, "w:gz") as archive:
            archive.add(source, arcname="kitrader")
        return packed

    def settle(self, port: int | None = None) -> None:
        """Lay down the settings that its processes get."""
        self.place.settings.mkdir(parents=True, exist_ok=True)
        text = f"OPERATIONS_PORT={port or free_port()}\n"
        self.place.settings_file.write_text(text, "utf-8")

    def deployment(self, told: list[str]) -> Deployment:
        """Give a deployment with little patience, which tells its lines."""
        choices = Choices(patience=PATIENCE, keep=1)
        return Deployment(self.place, ProcessRunner(self.place), choices, told.append)

    def deploy(self, asked: Path | str) -> tuple[bool, list[str]]:
        """Deploy here and now; gives whether it serves, and the lines."""
        told: list[str] = []
        return self.deployment(told).deploy(str(asked)), told

    def start_deploying(self, asked: Path | str) -> "subprocess.Popen[bytes]":
        """Deploy in a process of its own, to be killed."""
        words = [sys.executable, "-c", DEPLOYER, str(self.folder), str(asked)]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603

    def start_keeper(self) -> "subprocess.Popen[bytes]":
        """Start what keeps a version running."""
        words = [sys.executable, "-c", KEEPER, str(self.folder)]
        return subprocess.Popen(words, cwd=ROOT)  # noqa: S603 - our own code

    def current(self) -> str:
        """The version that serves from the next start on."""
        return Versions(self.place).current()

    def running(self) -> str:
        """The version that the keeper runs."""
        return read_status(self.place).name

    def is_well(self) -> bool:
        """Whether what runs is ready."""
        deployment = ProcessRunner(self.place)
        from bot.deployment.health import all_unready  # noqa: PLC0415 - it is asked in tests alone

        return not all_unready(deployment.doors())

    def noted(self) -> list[str]:
        """What the versions were asked for, in order."""
        return (self.place.state / "notes").read_text("utf-8").splitlines()

    def wait_for(self, name: str, seconds: float = 20.0) -> None:
        """Wait until a version runs and is ready."""
        until = time.monotonic() + seconds
        while self.running() != name or not self.is_well():
            assert time.monotonic() < until, (name, self.running())
            time.sleep(0.02)

"""Deploys under systemd: a trial is a drop-in below /run, which a reboot forgets."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bot.deployment.layout import BOT, DeploymentError, Layout
from bot.deployment.runner import Ran
from bot.deployment.units import ports_of, serving_units, template_of

_DROP_IN = "kitrader-trial.conf"
_CARRY_ON = "kitrader-carry-on"
_MOST_RESTARTS = 2
_SERVICE_LINES = 40
# What a command for operators may do: as the bot's own unit, but for what is only of a service.
_INSIDE = (
    f"User={BOT}", f"Group={BOT}", "Environment=DATA_DIR=/var/lib/kitrader",
    "Environment=KITRADER_SETTINGS=/etc/kitrader/kitrader.env",
    "EnvironmentFile=-/etc/kitrader/kitrader.env",
    "LoadCredential=bot_token:/etc/kitrader/bot_token",
    "LoadCredential=master_key:/etc/kitrader/master_key",
    "StateDirectory=kitrader", "StateDirectoryMode=0700", "WorkingDirectory=/var/lib/kitrader",
    "UMask=0077", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict",
    "PrivateDevices=yes", "PrivateTmp=yes", "KillMode=mixed",
)  # fmt: skip
_SIGNER = (
    "SupplementaryGroups=kitrader-signer",
    "Environment=SIGNER_SOCKET=/run/kitrader-signer/signer.sock",
)


class SystemdRunner:
    """Runs the units that are enabled on this machine.

    `systemctl` is one request to systemd, which carries it out whatever becomes of us. A timer
    calls `deploy --carry-on` a while after the trial's time, for a deployment that was killed.
    """

    def __init__(self, place: Layout) -> None:
        self._place = place
        self._tried_at = time.monotonic()

    def inside(self, name: str, words: Sequence[str]) -> Ran:
        """Run a command in a passing unit with the bot's user, settings and secrets."""
        ran = _run([*self._inside_words(), *self._launcher(name), *words])
        return Ran(code=ran.returncode, said=(ran.stdout + ran.stderr).strip())

    def inside_terminal(self, name: str, words: Sequence[str]) -> int:
        """Run a command so that a person sees it; gives its exit code."""
        command = [*self._inside_words(), *self._launcher(name), *words]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - fixed words, and an operator's

    def try_version(self, name: str, seconds: float) -> None:
        """Lay drop-ins that start the version, and restart all units."""
        units = serving_units(self._place)
        if not units:
            raise DeploymentError("no unit of Kitrader is enabled here: kitrader install")
        self._carry_on_after(seconds)
        self._tried_at = time.monotonic()
        for unit in units:
            self._drop_in(unit).parent.mkdir(parents=True, exist_ok=True)
            self._drop_in(unit).write_text(self._overriding(unit, name), "utf-8")
        self._restart(units)

    def confirm(self) -> None:
        """Take the drop-ins away: what the units start by themselves is what runs."""
        self._forget_trial()
        _systemctl("daemon-reload")

    def give_up(self) -> None:
        """Take the drop-ins away, and restart all units."""
        if self._forget_trial():
            self._restart(serving_units(self._place))

    def trouble(self) -> str:
        """Say which unit has failed or was started again and again."""
        for unit in serving_units(self._place):
            said = _systemctl("show", "--property=ActiveState,NRestarts,Result", unit)
            found = dict(line.partition("=")[::2] for line in said.splitlines())
            restarts = found.get("NRestarts", "0")
            if found.get("ActiveState") == "failed":
                return f"{unit} has failed ({found.get('Result')})"
            if restarts.isdecimal() and int(restarts) >= _MOST_RESTARTS:
                return f"{unit} was started again {restarts} times"
        return ""

    def doors(self) -> Sequence[str]:
        """Give the operator's door of each unit that has one."""
        ports = ports_of(self._place, serving_units(self._place))
        return [f"http://127.0.0.1:{port}" for port in ports]

    def last_words(self) -> str:
        """Give the last lines of the journal."""
        if shutil.which("journalctl") is None:
            return ""
        units = [word for unit in serving_units(self._place) for word in ("-u", unit)]
        since = f"--since=-{time.monotonic() - self._tried_at + 1:.0f}s"
        lines = ["-o", "cat", "-n", str(_SERVICE_LINES), since]
        ran = _run(["journalctl", "--no-pager", *lines, *units])
        return ran.stdout.strip()

    def _launcher(self, name: str) -> list[str]:
        return [f"/opt/kitrader/versions/{name}/kitrader"]

    def _inside_words(self) -> list[str]:
        has_signer = any("signer" in unit for unit in serving_units(self._place))
        given = (*_INSIDE, *(_SIGNER if has_signer else ()))
        properties = [f"--property={one}" for one in given]
        return ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", *properties, "--"]

    def _drop_in(self, unit: str) -> Path:
        return self._place.passing / "systemd" / "system" / f"{unit}.d" / _DROP_IN

    def _overriding(self, unit: str, name: str) -> str:
        text = (self._place.units / template_of(unit)).read_text("utf-8")
        line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
        there = line.replace("/opt/kitrader/current/", f"/opt/kitrader/versions/{name}/")
        return f"[Service]\nExecStart=\n{there}\n"

    def _forget_trial(self) -> bool:
        found = list((self._place.passing / "systemd" / "system").glob(f"kitrader*.d/{_DROP_IN}"))
        for path in found:
            path.unlink(missing_ok=True)
        _run(["systemctl", "stop", f"{_CARRY_ON}.timer"])
        return bool(found)

    def _carry_on_after(self, seconds: float) -> None:
        # The current version is the old one during the trial, and knows how to go back.
        _run(["systemctl", "stop", f"{_CARRY_ON}.timer"])
        ran = _run(
            ["systemd-run", "--quiet", "--collect", f"--unit={_CARRY_ON}",
             f"--on-active={seconds:.0f}", "/opt/kitrader/current/kitrader", "deploy",
             "--carry-on"]
        )  # fmt: skip
        if ran.returncode:
            raise DeploymentError(f"systemd would not watch over the trial: {ran.stderr.strip()}")

    def _restart(self, units: Sequence[str]) -> None:
        _systemctl("daemon-reload")
        # What is running counts its restarts from nothing again, and may have given up before.
        _run(["systemctl", "reset-failed", *units])
        _systemctl("restart", *units)


def _systemctl(*words: str) -> str:
    ran = _run(["systemctl", *words])
    if ran.returncode:
        raise DeploymentError(f"systemctl {words[0]}: {ran.stderr.strip()}")
    return ran.stdout


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    except OSError as error:
        raise DeploymentError(f"{words[0]} cannot be run: {error.strerror}") from error

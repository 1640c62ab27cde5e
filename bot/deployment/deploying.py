"""A deployment: a new version beside the old one, tried, and kept only if it is well."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.deployment.building import build
from bot.deployment.contracts import broken_contracts, release
from bot.deployment.health import Patience, all_unready, why_not_well
from bot.deployment.journal import Entry, Journal
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.runner import Runner
from bot.deployment.sources import opened_source
from bot.deployment.versions import Versions

_WRONG_USAGE = 2
_GRACE_SECONDS = 30.0
CHECK, BACKUP = "check", "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How an operator wants it done."""

    takes_backup: bool = True
    despite_findings: bool = False
    keep: int = 3
    patience: Patience = field(default_factory=Patience)
    environment: Path | None = None
    checksum: Path | None = None


class Deployment:
    """Brings a version into service; `tell` gets a line for every step."""

    def __init__(
        self, place: Layout, runner: Runner, choices: Choices, tell: Callable[[str], None]
    ) -> None:
        self._place = place
        self._runner = runner
        self._choices = choices
        self._tell = tell
        self._versions = Versions(place)
        self._journal = Journal(place)

    def deploy(self, asked: str) -> bool:
        """Bring a version, by its name or path, into service; gives whether it serves now.

        Where it is not well, the one before serves again. Cut off at any moment, one of the two
        runs, and calling it again carries on. Raises `DeploymentError` where nothing was begun.
        """
        before = self._versions.current()
        if not before:
            raise DeploymentError("nothing is installed here yet: kitrader install")
        name = self._installed(asked)
        entry = self._begun(name, before)
        if entry is None:
            return True
        self._refuse_leaps(entry)
        if not self._prepared(entry):
            # One that was cut off may have left it on trial.
            self._runner.give_up()
            self._journal.close()
            self._tell(f"{before} serves as before; of {name} only its folder is there")
            return False
        return self._tried(entry)

    def carry_on(self) -> bool:
        """Finish what a deployment that was cut off began; gives whether all is well."""
        entry = self._journal.read()
        if entry is None or entry.name == self._versions.current():
            self._runner.confirm()
            self._journal.close()
            return True
        return self.deploy(entry.name)

    def _installed(self, asked: str) -> str:
        path = Path(asked)
        if name := self._versions.find(asked):
            self._tell(f"installed  {name} is there")
            return name
        with ExitStack() as stack:
            source = stack.enter_context(opened_source(path, self._choices.checksum))
            name = build(source, self._place, environment=self._choices.environment)
        self._tell(f"installed  {name} at {self._place.seen(self._versions.folder(name))}")
        return name

    def _begun(self, name: str, before: str) -> Entry | None:
        found = self._journal.read()
        if found is not None and found.name == name and found.before == before:
            self._tell(
                f"carry on   {name}, of which was done: {', '.join(found.done) or 'nothing'}"
            )
            return found
        if found is not None or name == before:
            # Another one was cut off, or this one after its switch: what is current is to run.
            self._runner.confirm() if name == before else self._runner.give_up()
            self._journal.close()
        if name == before:
            self._tell(f"current    {name} serves already")
            return None
        return self._journal.note(Entry(name=name, before=before))

    def _refuse_leaps(self, entry: Entry) -> None:
        new, old = self._versions.folder(entry.name), self._versions.folder(entry.before)
        older = min(entry.name, entry.before, key=release)
        for contract in broken_contracts(new, old, older):
            self._journal.close()
            raise DeploymentError(
                f"{contract.file} takes away what {older} still uses. Deploy {contract.since} "
                "between the two: docs/migrations.md"
            )

    def _prepared(self, entry: Entry) -> bool:
        """Do what leaves the old version running: check, back up, migrate."""
        if CHECK not in entry.done:
            if not self._is_sound(entry.name):
                return False
            entry = self._journal.note(entry, CHECK)
        if self._choices.takes_backup and BACKUP not in entry.done:
            # Right before the first thing that changes anything, by the code that knows the schema.
            if not self._succeeds("backup", entry.before, ["backup"]):
                self._tell("without a backup nothing is deployed; --without-backup waives it")
                return False
            entry = self._journal.note(entry, BACKUP)
        return self._succeeds("migrate", entry.name, ["migrate"])

    def _is_sound(self, name: str) -> bool:
        ran = self._runner.inside(name, ["check"])
        is_sound = ran.code == 0 or (ran.code != _WRONG_USAGE and self._choices.despite_findings)
        self._tell(f"check      {'ok' if ran.code == 0 else 'not well'}")
        if ran.code:
            self._tell(ran.said)
        if not is_sound and ran.code != _WRONG_USAGE:
            self._tell("--despite-findings deploys all the same")
        return is_sound

    def _succeeds(self, step: str, name: str, words: list[str]) -> bool:
        ran = self._runner.inside(name, words)
        self._tell(f"{step:<10} {'ok' if ran.code == 0 else f'failed: {ran.said}'}")
        return ran.code == 0

    def _tried(self, entry: Entry) -> bool:
        patience = self._choices.patience
        try:
            self._runner.try_version(entry.name, patience.ready_seconds + _GRACE_SECONDS)
            self._tell(f"started    {entry.name} in place of {entry.before}")
            why = why_not_well(self._runner, patience)
        except (DeploymentError, KeyboardInterrupt) as error:
            why = str(error) or "it was interrupted"
        if why:
            return self._gone_back(entry, why)
        self._versions.switch(entry.name)
        self._runner.confirm()
        self._journal.close()
        self._tell(f"current    {entry.name} is ready and serves")
        gone = self._versions.prune(self._choices.keep, spared={entry.name, entry.before})
        if gone:
            self._tell(f"removed    {', '.join(gone)}")
        return True

    def _gone_back(self, entry: Entry, why: str) -> bool:
        words = self._runner.last_words()
        self._tell(f"unhealthy  {entry.name}: {why}")
        self._runner.give_up()
        self._journal.close()
        again = why_not_well(self._runner, self._choices.patience)
        doors = all_unready(self._runner.doors())
        state = f"is not ready either: {again or doors}" if again or doors else "serves again"
        self._tell(f"back       {entry.before} {state}")
        if words:
            self._tell(f"The last that {entry.name} said:\n{words}")
        return False

"""A version comes into service only if it is well; whatever happens, one version serves."""

import hashlib
import io
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.deployment.building import build
from bot.deployment.journal import Journal, alone
from bot.deployment.keeper import log_file, read_trial
from bot.deployment.layout import DeploymentError
from bot.deployment.process_runner import ProcessRunner
from bot.deployment.sources import opened_source
from bot.deployment.versions import Versions
from tests.builders.deploy_site import Site


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose first version is served by a keeper."""
    site = Site(folder=tmp_path_factory.mktemp("site"))
    site.settle()
    first = build(site.write("0.1.0"), site.place)
    Versions(site.place).switch(first)
    with site.start_keeper() as keeper:
        site.wait_for(first)
        yield site
        keeper.send_signal(signal.SIGTERM)
    assert keeper.returncode == 0


@pytest.fixture
def site(kept: Site) -> Site:
    """The same, with nothing noted yet."""
    (kept.place.state / "notes").write_text("")
    return kept


def test_a_good_version_is_checked_backed_up_migrated_started_and_kept(site: Site) -> None:
    before = site.current()
    serves, told = site.deploy(site.write("0.2.0"))
    assert serves, told
    assert site.current() == site.running()
    assert site.current().startswith("0.2.0-")
    assert before in Versions(site.place).names()
    words = ["0.2.0 check", f"{before.partition('-')[0]} backup", "0.2.0 migrate", "0.2.0 run"]
    assert site.noted()[-4:] == words
    assert Journal(site.place).read() is None


def test_inside_a_folder_runs_a_command_of_the_version_with_its_settings(site: Site) -> None:
    assert main(["inside", f"--root={site.folder}", "ledger", "check"]) == 0
    assert site.noted()[-1] == f"{site.current().partition('-')[0]} ledger"


def test_nothing_is_run_inside_a_folder_where_nothing_is_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inside", f"--root={tmp_path}", "check"]) == 1
    assert f"nothing is installed in {tmp_path}" in capsys.readouterr().err


def test_what_a_bad_version_said_is_told_without_what_was_said_before(site: Site) -> None:
    log = log_file(site.place)
    log.write_bytes(b"said by the one before\n" + log.read_bytes())
    told: list[str] = []
    assert not site.deployment(told).deploy(str(site.write("0.3.1", "crashes")))
    said = "\n".join(told)
    assert "no module named nonsense" in said
    assert "said by the one before" not in said


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("crashes", "it ended"),
        ("is never ready", "no price was refreshed"),
        ("fails to migrate", "migrate does not work here"),
        ("fails to check", "check does not work here"),
        ("fails to --version", "does not start even to say its version"),
    ],
)
def test_after_a_bad_version_the_one_before_serves(site: Site, how: str, why: str) -> None:
    before = site.current()
    told: list[str] = []
    try:
        assert not site.deployment(told).deploy(str(site.write("0.3.0", how)))
    except DeploymentError as error:
        told.append(str(error))
    assert why in "\n".join(told)
    assert site.current() == site.running() == before
    assert site.is_well()
    assert Journal(site.place).read() is None
    assert read_trial(site.place) is None


def test_a_deployment_killed_on_its_way_leaves_a_version_running_and_carries_on(
    site: Site,
) -> None:
    before, source = site.current(), site.write("0.4.0", "kills the deployment at migrate")
    with site.start_deploying(source) as killed:
        pass
    assert killed.returncode == -signal.SIGKILL
    assert site.current() == site.running() == before
    assert site.is_well()
    serves, told = site.deploy(source)
    assert serves, told
    assert any("carry on" in line for line in told)
    # The backup that was taken is not taken again.
    assert len([line for line in site.noted() if line.endswith("backup")]) == 1


def test_a_trial_that_nobody_confirms_ends_by_itself(site: Site) -> None:
    before = site.current()
    name = build(site.write("0.5.0", "is never ready"), site.place)
    ProcessRunner(site.place).try_version(name, 0.3)
    assert site.running() == name
    site.wait_for(before)


def test_a_deployment_killed_after_its_switch_only_ends_the_trial(site: Site) -> None:
    name = build(site.write("0.6.0"), site.place)
    runner = ProcessRunner(site.place)
    runner.try_version(name, 60)
    site.wait_for(name)
    Versions(site.place).switch(name)
    assert site.deployment([]).carry_on()
    assert read_trial(site.place) is None
    assert site.current() == site.running() == name


def test_an_installed_version_is_deployed_by_its_number(site: Site) -> None:
    build(site.write("0.6.1"), site.place)
    assert site.deploy("0.6.1")[0]
    serves, told = site.deploy("0.6.1")
    assert serves
    assert "serves already" in told[-1]
    with pytest.raises(DeploymentError, match="no installed version"):
        site.deploy("7.7.7")


def test_a_packed_version_is_held_against_its_checksum(site: Site) -> None:
    packed = site.pack(site.write("0.7.0", "fails to check"))
    beside = packed.with_name(packed.name + ".sha256")
    beside.write_text(f"{'0' * 64}  {packed.name}\n")
    with pytest.raises(DeploymentError, match="is not the file"):
        site.deploy(packed)
    beside.write_text(f"{hashlib.sha256(packed.read_bytes()).hexdigest()}  {packed.name}\n")
    serves, told = site.deploy(packed)
    assert not serves
    assert "installed  0.7.0" in told[0]


@pytest.mark.parametrize("name", ["../out", "/etc/out", "kitrader/link"])
def test_a_packed_file_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    site = Site(folder=tmp_path)
    packed = tmp_path / "bad.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        if name.endswith("link"):
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member, io.BytesIO())
    with pytest.raises(DeploymentError, match="no plain file"), opened_source(packed):
        pass
    assert not (site.folder / "out").exists()


def test_only_what_is_committed_of_a_checkout_is_deployed(site: Site) -> None:
    source = site.write("0.8.0", "fails to check")
    git = ["git", "-C", str(source), "-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True)  # noqa: S603
    (source / "bot" / "__init__.py").write_text('__version__ = "9.9.9"\n')
    _, told = site.deploy(source)
    assert "0.8.0" in told[0]


def test_versions_half_installed_count_for_nothing_and_old_ones_go(site: Site) -> None:
    versions = Versions(site.place)
    (versions.folder("0.9.0-half") / "bot").mkdir(parents=True)
    assert "0.9.0-half" not in versions.names()
    with pytest.raises(DeploymentError, match="not installed as a whole"):
        versions.switch("0.9.0-half")
    for version in ("0.9.1", "0.9.2"):
        build(site.write(version), site.place)
    versions.prune(1, spared={site.current()})
    assert not versions.folder("0.9.0-half").exists()
    kept = {name.partition("-")[0] for name in versions.names()}
    assert kept == {site.current().partition("-")[0], "0.9.2"}


def test_two_deployments_are_never_at_work_at_once(tmp_path: Path) -> None:
    place = Site(folder=tmp_path).place
    with alone(place), pytest.raises(DeploymentError, match="another deployment"), alone(place):
        pass

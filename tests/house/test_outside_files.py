"""What stands around the bot is closed: proxies, image and containers."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from bot.bootstrap.settings import Settings
from bot.deployment.units import settings_in
from bot.signer.settings import SignerSettings
from tests.house.project import ROOT

PROXIES = ("operations/nginx/kitrader.conf", "operations/caddy/Caddyfile")
TELEGRAM = ("149.154.160.0/20", "91.108.4.0/22")
"""Where updates come from, by Telegram's page about webhooks."""
IMAGE = (ROOT / "container" / "Containerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"bot", "web", "worker", "market", "sender", "signer"}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_lets_telegram_alone_to_the_webhook_and_nobody_to_the_operators_door(
    name: str,
) -> None:
    text = (ROOT / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    code = "\n".join(lines)
    assert all(network in code for network in TELEGRAM)
    upstreams = set(re.findall(r"127\.0\.0\.1:(\d+)", code))
    assert upstreams == {str(Settings.model_fields["http_port"].default)}
    for path in ("/health", "/metrics", "/status"):
        assert path in code
    assert re.search(r"X-Forwarded-For\s+(\$remote_addr|\{remote_host\})", code)
    assert re.search(r"(client_max_body_size|max_size)\s+1(m|MB)\b", code)


def test_an_example_names_settings_that_exist() -> None:
    for name in PROXIES:
        remarks = re.findall(r"^#.*$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        named = re.findall(r"([A-Z_]{5,})=", " ".join(remarks))
        assert named
        assert {one.lower() for one in named} <= set(Settings.model_fields)


def test_the_image_is_nobodys_and_its_packages_are_locked() -> None:
    assert re.findall(r"^USER (\S+)$", IMAGE, re.MULTILINE) == ["10001"]
    assert "--require-hashes" in IMAGE
    assert "HEALTHCHECK" in IMAGE
    assert not re.search(r"^(ENV|ARG).*(TOKEN|SECRET|PASSWORD)=", IMAGE, re.MULTILINE)
    assert "COPY . " not in IMAGE


def test_the_image_is_of_the_python_that_the_project_wants() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest = wanted["requires-python"].removeprefix(">=")
    assert f"ARG PYTHON=python:{oldest}" in IMAGE


def test_what_goes_into_an_image_is_named_and_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    named = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_rights_and_writes_to_its_volumes_alone(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:"), "a proxy stands before it"


def test_the_signer_has_no_network_and_lets_the_bots_user_in() -> None:
    assert SERVICES["signer"]["network_mode"] == "none"
    given = tomllib.loads((ROOT / "container" / "signer.toml").read_text("utf-8"))
    assert SignerSettings.model_validate(given).peer_uids() == {10001}


def test_the_bots_user_may_enter_the_folder_of_the_signers_socket() -> None:
    """An engine gives a user named with a group that group alone, and none of its further ones."""
    (owner,) = re.findall(r"install -d -m 750 .* -g (\d+) /run/kitrader-signer", IMAGE)
    (groups,) = re.findall(r"useradd --uid 10001 .*--groups (\S+)", IMAGE)
    assert owner in groups.split(",")
    named = [*re.findall(r"^USER (.*)$", IMAGE, re.MULTILINE), *(_users_of(OURS - {"signer"}))]
    assert [user for user in named if ":" in user] == []


def _users_of(names: set[str]) -> list[str]:
    return [str(SERVICES[name]["user"]) for name in names if "user" in SERVICES[name]]


def test_prometheus_finds_every_process_and_nobody_outside_does() -> None:
    config = yaml.safe_load((ROOT / "container" / "prometheus.yml").read_text("utf-8"))
    (job,) = config["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert job["job_name"] == "kitrader", "rules ask for it by name"
    for name in OURS - {"signer"}:
        service = SERVICES[name]
        assert service["networks"]["watching"]["aliases"] == found["names"]
        told = service["environment"]["OPERATIONS_HOST"], service["environment"]["OPERATIONS_PORT"]
        assert told == ("0.0.0.0", str(found["port"]))  # noqa: S104
        assert not any(str(found["port"]) in port for port in service.get("ports", []))
    assert COMPOSE["networks"]["watching"]["internal"] is True
    assert SERVICES["prometheus"]["networks"] == ["watching"]
    source = yaml.safe_load((ROOT / "container" / "grafana-source.yml").read_text("utf-8"))
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    assert "watching" in SERVICES["grafana"]["networks"]


def test_whatever_is_started_together_is_there_together() -> None:
    """A container in another's network cannot be started where that other is left out."""
    for name, service in SERVICES.items():
        beside = str(service.get("network_mode", "")).removeprefix("service:")
        needed = {*service.get("depends_on", {}), *({beside} & set(SERVICES))}
        left_out = [other for other in needed if SERVICES[other].get("profiles")]
        assert left_out == [], name


def test_the_database_and_redis_have_no_way_out_nor_in() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_secrets_are_files_and_never_in_the_environment() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            is_secret = any(word in key for word in ("TOKEN", "PASSWORD", "MASTER_KEY"))
            assert not is_secret or key.endswith("FILE"), (key, value)
            assert not re.search(r"://[^@/]*:[^@/]*@", str(value))
        for one in service.get("secrets", []):
            name = one if isinstance(one, str) else one["source"]
            assert COMPOSE["secrets"][name]["file"].startswith("./secrets/")


def test_containers_set_only_settings_that_exist() -> None:
    theirs = {"PGPASSFILE", "CREDENTIALS_DIRECTORY"}
    for name in OURS:
        given = set(SERVICES[name].get("environment", {})) - theirs
        assert {one.lower() for one in given} <= set(Settings.model_fields)


def test_the_health_check_asks_the_door_that_the_bot_opens() -> None:
    text = (ROOT / "container" / "healthy.py").read_text("utf-8")
    port = Settings.model_fields["operations_port"].default
    assert f"or {port}" in text
    assert "/health/ready" in text
    assert settings_in(ROOT / ".env.example")["OPERATIONS_PORT"] == str(port)

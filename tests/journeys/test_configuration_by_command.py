"""A bot's configuration goes out to a file and into another bot, without a secret."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.adapters.database.connection import Pool
from bot.bootstrap.candle_days import CANDLE_DAYS
from bot.bootstrap.settings import Settings
from bot.bootstrap.settings_text import rewrite_env, settings_as_text, wrong_settings
from bot.domain.candles import Interval
from tests.journeys.processes import Forks

TOKEN = "123456:a-token-that-is-nobodys-business"
CHANGED = {
    "admin_ids": frozenset({7, 11}),
    "candle_days": {**CANDLE_DAYS, Interval.MINUTE: 9, Interval.DAY: 40},
    "default_tokens": ("So11111111111111111111111111111111111111112",),
    "largest_impact": "0.2",
    "premium_stars": 250,
    "admission": "closed",
    "archive": "follow",
    "paper_from_live": False,
    "backup_dir": "/srv/a folder with # and spaces",
}


def test_settings_that_are_not_as_by_default_come_back_from_a_file_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.model_validate({**CHANGED, "bot_token": TOKEN, "data_dir": "/srv/its own"})
    plain, secret = settings_as_text(settings)
    assert set(plain) == {name.upper() for name in CHANGED}
    assert secret == ("BOT_TOKEN",)
    assert wrong_settings(plain, Settings()) == []
    shown = settings.shown()
    changed = {*CHANGED, "bot_token", "data_dir"}
    assert {name for name, _ in shown[: len(changed)]} == {name.upper() for name in changed}
    told = dict(shown)
    assert (told["BOT_TOKEN"], told["BACKUP_DRILL_KEY"]) == ("set", "not set")
    assert (told["LIVE_TRADING"], told["CANDLE_DAYS"][:7]) == ("false", "1m:9,5m")
    env = tmp_path / ".env"
    env.write_text("# mine\nPREMIUM_STARS=3\nLOG_LEVEL=DEBUG\nPREMIUM_STARS=4\n")
    rewrite_env(env, plain)
    assert env.read_text().startswith("# mine\nPREMIUM_STARS=250\nLOG_LEVEL=DEBUG\n")
    read = Settings()
    assert {name: getattr(read, name) for name in CHANGED} == {
        name: getattr(settings, name) for name in CHANGED
    }
    for name, value in (("PRICE_DAYS", "many"), ("NO_SUCH", "1"), ("BOT_TOKEN", "1")):
        (wrong,) = wrong_settings({name: value}, read)
        assert wrong.startswith(f"{name}: ")
        assert "many" not in wrong
    with pytest.raises(ValidationError):
        Settings.model_validate({"price_days": "many"})


async def test_a_configuration_goes_from_one_bot_to_another_by_command(
    forks: Forks, database: Pool, database_dsn: str, tmp_path: Path
) -> None:
    here = replace(forks, folder=tmp_path)
    given = {"DATABASE_URL": database_dsn, "BOT_TOKEN": TOKEN, "PREMIUM_STARS": "250"}
    code, said = await here.run(["config", "export", "bot.json"], given)
    assert code == 0, said
    text = (tmp_path / "bot.json").read_text()
    assert TOKEN not in text
    words = json.loads(text)
    assert words["settings"] == {"PREMIUM_STARS": "250"}
    assert words["secrets_set"] == ["BOT_TOKEN", "DATABASE_URL"]
    words["settings"]["DATA_DIR"] = "/srv/of the other machine"
    words["role_limits"]["basic"]["positions"] = 4
    group = {"audience": "admins", "closed": ["chart"], "thread_id": None, "alerts": True}
    words["groups"]["-1001"] = {**group, "cards": True, "quiet": False, "gone": False}
    (tmp_path / "new.json").write_text(json.dumps(words))
    there = {"DATABASE_URL": database_dsn}
    code, said = await here.run(["config", "import", "new.json", "--dry-run"], there)
    assert (code, await database.fetchval("SELECT count(*) FROM groups")) == (0, 0)
    assert "PREMIUM_STARS: by default -> 250" in said
    assert "basic positions: " in said
    assert "BOT_TOKEN was set there" in said
    assert "DATA_DIR is not taken" in said
    code, said = await here.run(["config", "import", "new.json", "--yes"], there)
    assert code == 0, said
    limit = "SELECT value FROM role_limits WHERE role = 'basic' AND name = 'open_positions'"
    assert await database.fetchval(limit) == 4
    assert await database.fetchval("SELECT settings ->> 'audience' FROM groups") == "admins"
    noted = await database.fetchval("SELECT count(*) FROM audit_log WHERE action LIKE 'config%'")
    assert (noted, (tmp_path / ".env").read_text()) == (1, "PREMIUM_STARS=250\n")
    code, said = await here.run(["config", "import", "new.json", "--yes"], there)
    assert (code, "nothing would change" in said) == (0, True)
    words["settings"]["PRICE_DAYS"] = "1"
    (tmp_path / "bad.json").write_text(json.dumps(words))
    code, said = await here.run(["config", "import", "bad.json", "--yes"], there)
    assert (code, "nothing was taken: PRICE_DAYS: " in said) == (1, True)


async def test_inside_an_installation_settings_go_to_its_file_or_are_told_to_root(
    forks: Forks, database_dsn: str, tmp_path: Path
) -> None:
    here = replace(forks, folder=tmp_path)
    installed = tmp_path / "etc" / "kitrader.env"
    installed.parent.mkdir()
    installed.write_text("# ours\nPREMIUM_STARS=3\n")
    given = {"DATABASE_URL": database_dsn, "KITRADER_SETTINGS": str(installed)}
    code, said = await here.run(["config", "export", "-"], {**given, "PREMIUM_STARS": "250"})
    assert code == 0, said
    (tmp_path / "bot.json").write_text(said[said.index("{") :])
    code, said = await here.run(
        ["config", "import", "bot.json", "--yes"], {**given, "KITRADER_SETTINGS": "/sys/x.env"}
    )
    assert code == 0, said
    assert "/sys/x.env is not this user's" in said
    assert said.endswith("and restart:\nPREMIUM_STARS=250\n")
    assert installed.read_text() == "# ours\nPREMIUM_STARS=3\n"
    code, said = await here.run(["config", "import", "bot.json", "--yes"], given)
    assert (code, f"taken, settings into {installed};" in said) == (0, True)
    assert installed.read_text() == "# ours\nPREMIUM_STARS=250\n"
    assert not (tmp_path / ".env").exists()

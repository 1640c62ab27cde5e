"""`kitrader ledger check` beside a bot that sealed its audit log: well, then tampered with."""

from pathlib import Path

from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import Town

WORDS = ["ledger", "check"]


async def test_tampering_is_named_by_the_command(
    empty_town: Town, forks: Forks, tmp_path: Path
) -> None:
    town, key_file = empty_town, tmp_path / "key"
    key_file.write_text("0f" * 32 + "\n")
    key_file.chmod(0o600)
    async with town.bot(master_key_file=key_file) as bot:
        who = await town.newcomer("Sam")
        for level in ("5%", "6%"):
            await town.say(who, f"/risk set daily_loss {level}")
        assert "may not do that" in (await town.say(who, "/audit")).text
        await bot.services.records.sealing.seal()
    environment = environment_of(town.settings()) | {"MASTER_KEY_FILE": str(key_file)}
    code, said = await forks.run(WORDS, environment)
    assert (code, "the audit log is as it was written" in said) == (0, True), said
    assert "4 audit rows" not in said
    assert "3 audit rows" in said
    await town.rows("GRANT UPDATE ON audit_log TO CURRENT_USER")
    await town.rows("ALTER TABLE audit_log DISABLE TRIGGER USER")
    await town.rows("UPDATE audit_log SET details = '{}' WHERE user_id = $1 AND number = 2", who)
    code, said = await forks.run(WORDS, environment)
    assert code == 1
    assert f"DIFFERENCE audit_changed: audit of user {who}, row 2 (risk_limit_set)" in said
    code, said = await forks.run([*WORDS, "--json"], environment | {"MASTER_KEY_FILE": ""})
    assert (code, '"kind":"audit_seal"' in said) == (1, True), said
    gone = str(tmp_path / "gone")
    code, said = await forks.run(WORDS, environment | {"MASTER_KEY_FILE": gone})
    assert (code, "MASTER_KEY_FILE" in said) == (1, True), said

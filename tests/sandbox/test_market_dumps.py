"""Dumps that cannot be read are told, never raised."""

import json
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from bot.sandbox.market.dumps import load_accounts
from tests.sandbox.solana_fixtures import still_chain

ADDRESS = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
OWNER = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"


def dump(**changes: object) -> dict[str, object]:
    account = {"lamports": 1, "data": ["AAEC", "base64"], "owner": OWNER, "executable": False}
    return {"pubkey": ADDRESS, "account": account | changes}


def test_a_dump_lands_with_its_own_lamports_owner_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "any.json").write_text(json.dumps(dump(lamports=2**64 - 1)))
    report = load_accounts(chain := still_chain(), [tmp_path])
    account = chain.account(Pubkey.from_string(ADDRESS))
    assert account is not None
    assert (account.lamports, account.data, str(account.owner)) == (2**64 - 1, b"\0\1\2", OWNER)
    assert report.problems == ()
    assert report.loaded == (Pubkey.from_string(ADDRESS),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"pubkey": 1, "account": {}}',
        json.dumps({"pubkey": "no", "account": dump()["account"]}),
        json.dumps(dump(lamports=-1)),
        json.dumps(dump(lamports=True)),
        json.dumps(dump(lamports=2**64)),
        json.dumps(dump(data=["%%%", "base64"])),
        json.dumps(dump(data=["AAEC", "base58"])),
        json.dumps(dump(data="AAEC")),
        json.dumps(dump(owner=None)),
    ],
)
def test_a_malformed_dump_is_a_problem_and_not_a_crash(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    report = load_accounts(still_chain(), [tmp_path])
    assert report.loaded == ()
    (problem,) = report.problems
    assert problem.startswith("bad.json: ")


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert load_accounts(still_chain(), [tmp_path / "none"]).problems == (
        "none: no such file or folder",
    )

"""`kitrader decode`: files in, one line per pool out, errors as lines, exit codes."""

import json
from argparse import ArgumentParser
from base64 import b64encode
from pathlib import Path

import pytest

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.programs import PUMPFUN, account_mark
from bot.cli.decode import add_parser
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from tests.builders.pool_accounts import genuine_folder

CURVE = AccountBytes(
    owner=PUMPFUN,
    data=account_mark("BondingCurve")
    + b"".join(value.to_bytes(8, "little") for value in (10**15, 30 * 10**9, 8 * 10**14, 0, 10**15))
    + b"\0",
)


def decode(*arguments: str | Path) -> int:
    parser = ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["decode", *map(str, arguments)])
    return int(parsed.run(parsed))


def entry(account: AccountBytes) -> dict[str, object]:
    text = b64encode(account.data).decode()
    return {"lamports": 1, "data": [text, "base64"], "owner": account.owner, "space": 9}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_genuine_folder_gives_a_line_for_each_pool(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert decode(genuine_folder(), "--json") == 1
    found = lines(capsys)
    kinds = [str(line["kind"]) for line in found]
    assert "raydium_amm_v4" in kinds
    assert {"meteora_damm_v2", "meteora_dbc", "pyth_legacy_push"} <= set(kinds)
    unread = [str(line["error"]) for line in found if "error" in line]
    assert all(reason.endswith("not given") for reason in unread)
    priced = [line for line in found if "price" in line]
    assert len(priced) == 26
    assert all("e" not in str(line["price"]).lower() for line in priced)


@pytest.mark.parametrize("folder", ["raydium_amm_v4", "raydium_cpmm", "raydium_clmm", "pumpswap"])
def test_a_readable_folder_succeeds(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(genuine_folder() / folder, "--json") == 0
    assert len(lines(capsys)) == 1


def test_vaults_are_found_across_files_named_one_by_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = sorted((genuine_folder() / "raydium_cpmm").glob("*.json"), reverse=True)
    assert decode(*paths, "--json") == 0
    (line,) = lines(capsys)
    assert str(line["price"]).startswith("515.35")
    assert line["base_mint"] == SOL_MINT


def test_a_file_may_hold_a_list_a_mapping_or_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes: list[object] = [
        [{"pubkey": "UNKNOWN", "account": entry(CURVE)}, {"account": entry(CURVE)}],
        {"first": entry(CURVE), "second": entry(CURVE)},
        {"result": {"context": {"slot": 77}, "value": [entry(CURVE), None]}},
    ]
    for place, shape in enumerate(shapes):
        (tmp_path / f"{place}.json").write_text(json.dumps(shape))
    assert decode(tmp_path, "--json") == 0
    found = lines(capsys)
    assert [line["pubkey"] for line in found] == ["UNKNOWN", None, "first", "second", None]
    assert [line.get("slot") for line in found] == [None] * 4 + [77]
    assert {line["price"] for line in found} == {"0.00000003"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "no account"),
        ('{"pubkey": 5, "account": {"data": 7, "owner": "x"}}', "data that is not"),
        ('{"account": {"data": ["*", "base64"], "owner": "x"}}', "not base64"),
        ('{"account": {"data": ["", "base64+zstd"], "owner": "x"}}', "only base64"),
        ('{"account": {"data": ["", "base64"], "owner": null}}', "owner"),
    ],
)
def test_what_cannot_be_read_is_a_line_not_a_traceback(
    content: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spoilt.json").write_text(content)
    assert decode(tmp_path, "--json") == 1
    (line,) = lines(capsys)
    assert reason in str(line["error"])


def test_a_pool_cut_short_is_an_error_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = AccountBytes(owner=PUMPFUN, data=CURVE.data[:30])
    unmarked = AccountBytes(owner=PUMPFUN, data=b"\1" * 151)
    (tmp_path / "a.json").write_text(json.dumps([{"account": entry(short)}, entry(unmarked)]))
    assert decode(tmp_path, "--json") == 1
    found = lines(capsys)
    assert [line["kind"] for line in found] == ["pumpfun_curve", "pumpfun_curve"]
    assert all("error" in line for line in found)


def test_other_accounts_are_silent_unless_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mint = AccountBytes(owner=TOKEN_PROGRAM, data=bytes(82))
    (tmp_path / "a.json").write_text(json.dumps({"pubkey": "m", "account": entry(mint)}))
    assert decode(tmp_path, "--json") == 0
    assert lines(capsys) == []
    assert decode(tmp_path, "--json", "--all") == 0
    assert [line["kind"] for line in lines(capsys)] == ["mint"]


def test_the_table_keeps_control_characters_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"pubkey": "\x1b[2J", "account": entry(CURVE)}))
    assert decode(tmp_path) == 0
    written = capsys.readouterr().out
    assert "0.00000003" in written
    assert "\x1b" not in written


def test_a_path_that_is_not_there_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(tmp_path / "nowhere") == 2
    assert "no such file" in capsys.readouterr().err

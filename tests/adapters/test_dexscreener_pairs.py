"""DexScreener's pairs become places to read on the chain, whatever is in them."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.price_sources.dexscreener_pairs import (
    MOST_PLACES,
    Garbled,
    read_figures,
    read_places,
)
from bot.domain.identifiers import SOL_MINT, USDC_MINT, encode_address
from bot.domain.pools.reading import PoolKind
from tests.builders.desks import NOON
from tests.builders.dexscreener_pairs import MINT, POOL, body_of, pair


@pytest.mark.parametrize(
    ("dex", "labels", "kind"),
    [
        ("raydium", None, PoolKind.RAYDIUM_AMM_V4),
        ("raydium", [], PoolKind.RAYDIUM_AMM_V4),
        ("raydium", ["CPMM"], PoolKind.RAYDIUM_CPMM),
        ("orca", ["wp"], PoolKind.ORCA_WHIRLPOOL),
        ("orca", [], PoolKind.ORCA_WHIRLPOOL),
        ("pumpfun", None, PoolKind.PUMPFUN_CURVE),
        ("pumpswap", None, PoolKind.PUMPSWAP),
        ("raydium", ["CLMM"], PoolKind.RAYDIUM_CLMM),
        ("meteora", ["DLMM"], PoolKind.METEORA_DLMM),
        ("meteora", ["DYN2"], PoolKind.METEORA_DAMM_V2),
        ("meteoradbc", [], PoolKind.METEORA_DBC),
        ("launchlab", [], None),
    ],
)
def test_venues_are_known_by_dex_and_label(
    dex: str, labels: list[str] | None, kind: PoolKind | None
) -> None:
    places = read_places(body_of(pair(dexId=dex, labels=labels)), MINT)
    assert [place.kind for place in places] == ([kind] if kind else [])


def test_the_mint_may_be_the_quote_of_the_pair() -> None:
    turned = pair(baseToken={"address": SOL_MINT}, quoteToken={"address": MINT})
    assert [place.address for place in read_places(body_of(turned), MINT)] == [POOL]


def test_a_days_volume_is_that_of_all_pairs_together() -> None:
    body = body_of(pair(priceUsd="1", volume={"h24": 40_000.5}), pair(volume={"h24": "x"}), pair())
    (figure,) = read_figures(body, [MINT], NOON)
    assert figure.volume_24h_usd == Decimal("40000.5")


def test_sol_itself_is_found_against_usdc_and_usdc_against_sol() -> None:
    sol_usdc = body_of(pair(baseToken={"address": SOL_MINT}, quoteToken={"address": USDC_MINT}))
    assert len(read_places(sol_usdc, SOL_MINT)) == 1
    assert len(read_places(sol_usdc, USDC_MINT)) == 1
    assert read_places(body_of(pair()), SOL_MINT) == []


def test_pairs_of_other_chains_tokens_and_partners_are_left_out() -> None:
    others = [
        pair(chainId="ethereum"),
        pair(quoteToken={"address": MINT}),
        pair(baseToken={"address": POOL}),
        pair(baseToken=None),
        pair(pairAddress="0xabc"),
        pair(pairAddress=None),
        pair(pairAddress="1" * 5000),
    ]
    assert read_places(body_of(*others), MINT) == []


def test_the_deepest_pair_comes_first_and_a_missing_liquidity_last() -> None:
    pools = [encode_address(bytes([n]) * 32) for n in (1, 2, 3, 4)]
    pairs = [
        pair(pairAddress=pools[0], liquidity=None),
        pair(pairAddress=pools[1], liquidity={"usd": 5}),
        pair(pairAddress=pools[2], liquidity={"usd": 7_000_000.25}),
        pair(pairAddress=pools[3], liquidity={"usd": "twelve"}),
    ]
    found = [place.address for place in read_places(body_of(*pairs), MINT)]
    assert found == [pools[2], pools[1], pools[0], pools[3]]


def test_a_pool_is_named_once_and_not_too_many_are() -> None:
    assert len(read_places(body_of(pair(), pair()), MINT)) == 1
    many = [pair(pairAddress=encode_address(bytes([n]) * 32)) for n in range(1, 60)]
    assert len(read_places(body_of(*many), MINT)) == MOST_PLACES


def test_no_pairs_in_any_form_is_no_places() -> None:
    for body in (b"[]", b'{"pairs": null}', b'{"schemaVersion": "1.0.0", "pairs": []}'):
        assert read_places(body, MINT) == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False)
    | st.text(max_size=20) | st.sampled_from([MINT, POOL, SOL_MINT, "solana", "raydium"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["chainId", "dexId", "labels", "pairAddress", "baseToken", "quoteToken", "address",
             "liquidity", "usd", "pairs"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.lists(_json, max_size=4) | _json)
def test_no_json_raises_anything_but_garbled(value: object) -> None:
    _read_or_garbled(orjson.dumps(value))


@given(st.dictionaries(st.sampled_from(sorted(pair())), _json, max_size=4))
def test_no_change_to_a_genuine_pair_raises(changes: dict[str, object]) -> None:
    _read_or_garbled(body_of(pair(**changes)))


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_garbled(body: bytes) -> None:
    _read_or_garbled(body)


@pytest.mark.parametrize(
    ("told", "year"),
    [(1_791_301_842_000, 2026), (0, None), (-5, None), (10**18, None), ("1791301842000", None)],
)
def test_a_pair_tells_when_it_was_first_seen(told: object, year: int | None) -> None:
    (place,) = read_places(body_of(pair(pairCreatedAt=told)), MINT)
    assert (place.opened_at.year if place.opened_at else None) == year


def test_deep_nesting_is_garbled() -> None:
    with pytest.raises(Garbled):
        read_places(b"[" * 100_000, MINT)


def _read_or_garbled(body: bytes) -> None:
    try:
        places = read_places(body, MINT)
    except Garbled:
        return
    assert all(isinstance(place.kind, PoolKind) for place in places)

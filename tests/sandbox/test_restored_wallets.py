"""A wallet put back as an earlier world left it, and the market maker, which is no whale."""

import orjson
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from bot.sandbox.jupiter_api.restoring import restore
from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.sandbox.jupiter_api.venue import make_venue
from bot.sandbox.market.market import Market
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.dispatch import answer
from bot.sandbox.solana_rpc.endpoint import Endpoint


async def test_a_wallet_comes_back_to_the_lamport_and_the_maker_is_no_holder() -> None:
    chain = Chain(slot_ms=50)
    venue, owner = make_venue(Market(chain, seed=7)), Keypair().pubkey()
    wif = next(token.mint for token in venue.market.tokens() if token.symbol == "WIF")
    restore(venue, owner, 3_498_500_000, {wif: 569_700_000})
    asset = asset_of(venue.market, wif)
    assert asset is not None
    purse, held = chain.account(owner), chain.account(token_account_of(owner, asset))
    assert purse is not None
    assert held is not None
    assert purse.lamports == 3_498_500_000
    assert held.lamports == chain.rent_minimum_lamports(len(held.data))
    assert int.from_bytes(held.data[64:72], "little") == 569_700_000
    assert Pubkey.from_bytes(held.data[32:64]) == owner
    chain.advance(40)  # what an endpoint tells is finalized by then
    asked = {"jsonrpc": "2.0", "id": 1, "method": "getTokenLargestAccounts", "params": [str(wif)]}
    told = orjson.loads(answer(Endpoint(name="alpha", chain=chain), orjson.dumps(asked)))["result"][
        "value"
    ]
    holders = {each["address"] for each in told}
    assert str(token_account_of(venue.maker.address, asset)) not in holders

"""What we call an honest message is one: on the chain it moves what its intent says."""

import pytest
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction_metadata import TransactionMetadata

from bot.domain.signing.intents import SwapIntent, TransferIntent
from bot.domain.signing.policy import judge
from tests.builders.signing import WSOL, Honest
from tests.builders.signing_chain import SCENE, a_chain, executed, held, lamports_of

# Jupiter's program is not here, and a cleanup has a test of its own: these accounts hold tokens.
EXECUTABLE = [
    honest
    for honest in SCENE.everything()
    if "route" not in honest.name and honest.name != "clean up"
]


@pytest.mark.parametrize("honest", EXECUTABLE, ids=lambda honest: honest.name)
def test_an_honest_message_does_on_the_chain_what_its_intent_says(honest: Honest) -> None:
    chain, wallet = a_chain(), SCENE.wallet.pubkey()
    message = honest.compiled(blockhash=chain.latest_blockhash())
    raw = bytes(to_bytes_versioned(message))
    judged = judge(raw, honest.intent, {}, SCENE.rules)
    assert judged.reasons == ()
    lamports = lamports_of(chain, wallet)
    tokens = {mint: held(chain, wallet, mint) for mint in (SCENE.mint, SCENE.mint_2022)}

    sent = executed(chain, message)

    assert isinstance(sent, TransactionMetadata), sent
    spent = lamports - lamports_of(chain, wallet)
    assert spent <= judged.outlay.lamports
    change = {mint: held(chain, wallet, mint) - before for mint, before in tokens.items()}
    match honest.intent:
        case SwapIntent() as intent if intent.mint_in == str(WSOL):
            assert change[Pubkey.from_string(intent.mint_out)] == intent.min_out
        case SwapIntent() as intent:
            assert change[SCENE.mint] == -intent.amount_in
            assert spent <= judged.outlay.fee_lamports - intent.min_out
        case TransferIntent() as intent:
            arrived = held(chain, SCENE.friend, SCENE.mint) or chain.get_balance(SCENE.friend)
            assert arrived == intent.amount

"""What we call an honest message is one: on the chain it moves what its intent says."""

import pytest
from solders.account import Account
from solders.litesvm import LiteSVM
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

from bot.domain.signing.intents import SwapIntent, TransferIntent
from bot.domain.signing.policy import judge
from tests.builders.signing import (
    TIP,
    TOKEN,
    TOKEN_2022,
    WSOL,
    Honest,
    Scene,
    ata,
    create,
    pay,
    program_of,
    sync,
)

SCENE = Scene()
PURSE, STOCK = 10**10, 10**9
EXECUTABLE = [honest for honest in SCENE.everything() if "route" not in honest.name]


def mint_data(decimals: int) -> bytes:
    data = bytearray(82)
    data[44], data[45] = decimals, 1
    return bytes(data)


def a_chain() -> LiteSVM:
    """Wallet and maker have SOL and tokens of both kinds."""
    chain = LiteSVM()
    chain.airdrop(TIP, PURSE)
    for mint, decimals, program in (
        (WSOL, 9, TOKEN), (SCENE.mint, 6, TOKEN), (SCENE.mint_2022, 6, TOKEN_2022),
    ):  # fmt: skip
        chain.set_account(mint, Account(1_461_600, mint_data(decimals), program))
    for keypair in (SCENE.wallet, SCENE.maker):
        owner = keypair.pubkey()
        chain.airdrop(owner, 2 * PURSE)
        parts = [
            create(owner, owner, WSOL),
            create(owner, owner, SCENE.mint),
            create(owner, owner, SCENE.mint_2022, TOKEN_2022),
            pay(owner, ata(owner, WSOL), PURSE),
            sync(ata(owner, WSOL)),
        ]
        message = Honest(name="", intent=EXECUTABLE[0].intent, instructions=parts, payer=owner)
        compiled = message.compiled(blockhash=chain.latest_blockhash())
        sent = chain.send_transaction(VersionedTransaction(compiled, [keypair]))
        assert isinstance(sent, TransactionMetadata), sent
        for mint in (SCENE.mint, SCENE.mint_2022):
            fill(chain, ata(owner, mint, program_of(SCENE, mint)))
    return chain


def fill(chain: LiteSVM, place: Pubkey) -> None:
    account = chain.get_account(place)
    assert account is not None
    data = bytearray(account.data)
    data[64:72] = STOCK.to_bytes(8, "little")
    chain.set_account(place, Account(account.lamports, bytes(data), account.owner))


def held(chain: LiteSVM, owner: Pubkey, mint: Pubkey) -> int:
    account = chain.get_account(ata(owner, mint, program_of(SCENE, mint)))
    return 0 if account is None else int.from_bytes(account.data[64:72], "little")


@pytest.mark.parametrize("honest", EXECUTABLE, ids=lambda honest: honest.name)
def test_an_honest_message_does_on_the_chain_what_its_intent_says(honest: Honest) -> None:
    chain, wallet = a_chain(), SCENE.wallet.pubkey()
    message = honest.compiled(blockhash=chain.latest_blockhash())
    raw = bytes(to_bytes_versioned(message))
    judged = judge(raw, honest.intent, {}, SCENE.rules)
    assert judged.reasons == ()
    signers = message.account_keys[: message.header.num_required_signatures]
    keys = {each.pubkey(): each for each in (SCENE.wallet, SCENE.maker)}
    signatures = [keys[signer].sign_message(raw) for signer in signers]
    lamports = chain.get_balance(wallet) or 0
    tokens = {mint: held(chain, wallet, mint) for mint in (SCENE.mint, SCENE.mint_2022)}
    wrapped = held(chain, wallet, WSOL)

    sent = chain.send_transaction(VersionedTransaction.populate(message, signatures))

    assert isinstance(sent, TransactionMetadata), sent
    spent = lamports + wrapped - (chain.get_balance(wallet) or 0) - held(chain, wallet, WSOL)
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

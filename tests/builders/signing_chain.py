"""A chain on which the scene's wallet and maker have SOL and tokens of both kinds."""

from solders.account import Account
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata

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
        message = Honest(name="", intent=SCENE.send_sol().intent, instructions=parts, payer=owner)
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


def executed(chain: LiteSVM, message: Message | MessageV0) -> object:
    """Sign by whoever of wallet and maker has to, and execute; gives what the chain says."""
    keys = {each.pubkey(): each for each in (SCENE.wallet, SCENE.maker)}
    raw = to_bytes_versioned(message)
    signers = message.account_keys[: message.header.num_required_signatures]
    signatures = [keys.get(signer, Keypair()).sign_message(raw) for signer in signers]
    return chain.send_transaction(VersionedTransaction.populate(message, signatures))


def lamports_of(chain: LiteSVM, owner: Pubkey) -> int:
    """All SOL of an owner, wrapped or not."""
    return (chain.get_balance(owner) or 0) + (chain.get_balance(ata(owner, WSOL)) or 0)

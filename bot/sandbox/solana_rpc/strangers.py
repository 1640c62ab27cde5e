"""Pays wallets as anybody on the chain could: by real transactions, which its history tells."""

from itertools import count

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.transactions import TransactionRecord

SEED = b"somebody else in the sandbox..."
PURSE_LAMPORTS = 100_000 * 10**9
_MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
_numbers = count(1)


def note() -> Instruction:
    """Tell a transaction from an equal one of the same slot, which would be the same."""
    return Instruction(_MEMO, str(next(_numbers)).encode(), list[AccountMeta]())


class Stranger:
    """Somebody with much SOL and a key of their own; sandbox money only."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._keypair = Keypair.from_seed(SEED.ljust(32, b"."))

    @property
    def address(self) -> Pubkey:
        """Give the address that pays."""
        return self._keypair.pubkey()

    def pay(self, destination: Pubkey, lamports: int) -> TransactionRecord:
        """Send SOL; raises `ValueError` where the chain refuses it."""
        wanted = lamports + PURSE_LAMPORTS // 10
        account = self._chain.account(self.address)
        if account is None or account.lamports < wanted:
            self._chain.airdrop(self.address, max(wanted, PURSE_LAMPORTS))
        instruction = transfer(
            TransferParams(from_pubkey=self.address, to_pubkey=destination, lamports=lamports)
        )
        return self._run(instruction)

    def _run(self, instruction: Instruction) -> TransactionRecord:
        blockhash = self._chain.blockhash(self._chain.slot)
        message = Message.new_with_blockhash([instruction, note()], self.address, blockhash)
        record = self._chain.execute(VersionedTransaction(message, [self._keypair]))
        if record.error is not None:
            raise ValueError(f"the payment failed: {record.error}")
        return record

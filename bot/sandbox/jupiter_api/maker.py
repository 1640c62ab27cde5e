"""The market maker behind the stand-in: its keys, and an inventory that never runs out."""

import hashlib

from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.sandbox.jupiter_api.token_instructions import create_account, token_account_of
from bot.sandbox.market.layouts.addresses import WSOL, made_up_address
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import RENT_FREE_EPOCH, Chain
from bot.sandbox.solana_rpc.lookup_tables import TABLE_PROGRAM, table_data

INVENTORY_UNITS = 2**60
ESCROWS_KEPT_FOR = "kitrader sandbox escrow"
DELEGATE_OPTION, DELEGATE, STATE, DELEGATED_AMOUNT = 72, 76, 108, 121
AMOUNT = 64
INITIALISED = 1
PURSE_LAMPORTS = 100 * 10**9


def _key(name: str) -> Keypair:
    return Keypair.from_seed(hashlib.sha256(f"kitrader sandbox {name}".encode()).digest())


class Maker:
    """Gives every token of the market; all of it made up, on a chain that is made up too.

    `sponsor` is somebody else who could pay fees, `stranger` somebody who should get nothing.
    """

    def __init__(self, chain: Chain) -> None:
        self.keypair, self.sponsor = _key("maker"), _key("sponsor")
        self.address, self.fee_owner = self.keypair.pubkey(), made_up_address("venue fees")
        self.stranger, self.tips = made_up_address("stranger"), made_up_address("tips")
        self._chain = chain
        self._stocked: set[Pubkey] = set()
        self._escrows = 0
        self._is_funded = False
        chain.landing.makers.add(self.address)

    def stock(self, asset: Asset) -> int:
        """See that maker, fee owner and stranger have accounts; gives the size of one in bytes."""
        self._fund()
        place = token_account_of(self.address, asset)
        if asset.mint not in self._stocked:
            for owner in (self.address, self.fee_owner, self.stranger):
                self._run(create_account(self.address, owner, asset))
            self._stocked.add(asset.mint)
            for owner in (self.fee_owner, self.stranger):
                self._write(token_account_of(owner, asset), asset, 0)
        # Whatever the last swaps took or brought: what it has is enough for the next one.
        self._write(place, asset, INVENTORY_UNITS)
        return len(self._data(place))

    def escrow(self, asset: Asset, taker: Pubkey, amount: int) -> Pubkey:
        """Put an amount aside that the taker alone may move, and give where."""
        self._escrows += 1
        address = made_up_address(ESCROWS_KEPT_FOR, self._escrows)
        data = bytearray(self._data(token_account_of(self.address, asset)))
        data[DELEGATE_OPTION : DELEGATE_OPTION + 4] = (1).to_bytes(4, "little")
        data[DELEGATE : DELEGATE + 32] = bytes(taker)
        data[DELEGATED_AMOUNT : DELEGATED_AMOUNT + 8] = amount.to_bytes(8, "little")
        self._put(address, asset, bytes(data), amount)
        return address

    def table(self, addresses: list[Pubkey]) -> Pubkey:
        """Give a lookup table that holds these addresses."""
        key = made_up_address("lookup table", *addresses)
        if self._chain.account(key) is None:
            data = table_data(addresses, self._chain.clock.first_slot - 1)
            self._chain.place(key, TABLE_PROGRAM, data)
        return key

    def _fund(self) -> None:
        if not self._is_funded:
            self._is_funded = True
            for address in (self.address, self.sponsor.pubkey(), self.stranger, self.tips):
                self._chain.airdrop(address, PURSE_LAMPORTS)

    def _run(self, instruction: Instruction) -> None:
        blockhash = self._chain.blockhash(self._chain.slot)
        message = MessageV0.try_compile(self.address, [instruction], [], blockhash)
        record = self._chain.execute(VersionedTransaction(message, [self.keypair]))
        assert record.error is None, record.error  # noqa: S101 - the stand-in's own work

    def _data(self, address: Pubkey) -> bytes:
        account = self._chain.account(address)
        return account.data if account else b""

    def _write(self, address: Pubkey, asset: Asset, amount: int) -> None:
        data = bytearray(self._data(address))
        if int.from_bytes(data[AMOUNT : AMOUNT + 8], "little") < amount or not amount:
            data[STATE] = INITIALISED  # even where accounts of this token are born frozen
            self._put(address, asset, bytes(data), amount)

    def _put(self, address: Pubkey, asset: Asset, data: bytes, amount: int) -> None:
        written = bytearray(data)
        written[AMOUNT : AMOUNT + 8] = amount.to_bytes(8, "little")
        lamports = self._chain.rent_minimum_lamports(len(data))
        lamports += amount if asset.mint == WSOL else 0
        account = Account(
            lamports, bytes(written), asset.program, executable=False, rent_epoch=RENT_FREE_EPOCH
        )
        self._chain.set_account(address, account)

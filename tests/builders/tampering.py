"""Honest messages spoiled in every way that we could think of."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from tests.builders.signing import (
    ATA,
    JUPITER,
    MEMO,
    SYSTEM,
    TOKEN,
    TOKEN_2022,
    WSOL,
    Honest,
    Scene,
    ata,
    close,
    create,
    memo,
    meta,
    pay,
    send,
)

BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
NONCE_SYSVAR = Pubkey.from_string("SysvarRecentB1ockHashes11111111111111111111")
_HELD_BY_ROUTE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A message that must not be signed for the honest one's intent."""

    kind: str
    raw: bytes
    lookup_tables: dict[str, list[str]]


class NoSuchPlace(Exception):
    """This honest message has nothing that can be spoiled in this way."""


class Tamperer:
    """Spoils honest messages, each time at another place."""

    def __init__(self, scene: Scene, random: Random) -> None:
        self.scene, self._random = scene, random
        self._ways: dict[str, Callable[[Honest], bytes | Spoiled]] = {
            "extra instruction": self._extra_instruction,
            "other destination": self._other_destination,
            "other fee payer": self._other_fee_payer,
            "bigger fee": self._bigger_fee,
            "other program": self._other_program,
            "lookup table": self._lookup_table,
            "swapped accounts": self._swapped_accounts,
            "amount": self._amount,
            "instruction left out": self._left_out,
            "another signer": self._another_signer,
            "bytes": self._bytes,
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways to spoil a message."""
        return tuple(self._ways)

    def spoil(self, honest: Honest, kind: str) -> Spoiled | None:
        """Spoil a message; None where it has no such place, or comes out as it was."""
        try:
            found = self._ways[kind](honest)
        except NoSuchPlace:
            return None
        if isinstance(found, bytes):
            found = Spoiled(kind=kind, raw=found, lookup_tables=honest.lookup_tables)
        return None if found.raw == honest.raw() else found

    def flip(self, honest: Honest, bits: int = 1) -> bytes:
        """Flip some bits anywhere."""
        raw = bytearray(honest.raw())
        for _ in range(bits):
            at = self._random.randrange(len(raw) * 8)
            raw[at // 8] ^= 1 << at % 8
        return bytes(raw)

    def _stranger(self) -> Pubkey:
        return Pubkey(self._random.randbytes(32))

    def _extra_instruction(self, honest: Honest) -> bytes:
        parts = list(honest.instructions)
        extra = self._random.choice(self._extras(self._stranger()))
        parts.insert(self._random.randrange(len(parts) + 1), extra)
        return honest.raw(parts)

    def _extras(self, stranger: Pubkey) -> list[Instruction]:
        wallet, mint = self.scene.wallet.pubkey(), self.scene.mint
        own, own_sol = ata(wallet, mint), ata(wallet, WSOL)
        lamports = self._random.randrange(1, 10**9)
        amount = struct.pack("<Q", lamports)
        ours = [meta(own, "w"), meta(stranger, "w"), meta(wallet, "s")]
        return [
            pay(wallet, stranger, lamports),
            send(own, mint, ata(stranger, mint), wallet, lamports, 6),
            send(own_sol, WSOL, stranger, wallet, lamports, 9),
            send(ata(wallet, self.scene.mint_2022, TOKEN_2022), self.scene.mint_2022, stranger,
                 wallet, lamports, 6, TOKEN_2022),
            close(own, stranger, wallet),
            close(own_sol, stranger, wallet),
            create(wallet, stranger, mint),
            Instruction(TOKEN, b"\x03" + amount, ours),  # Transfer
            Instruction(TOKEN, b"\x04" + amount, ours),  # Approve
            Instruction(TOKEN, b"\x06\x02\x01" + bytes(stranger), [ours[0], ours[2]]),  # authority
            Instruction(TOKEN, b"\x08" + amount, [ours[0], meta(mint, "w"), ours[2]]),  # Burn
            Instruction(TOKEN, b"\x0d" + amount + b"\x06", [ours[0], meta(mint), *ours[1:]]),
            Instruction(TOKEN_2022, b"\x1a\x01" + amount + b"\x06" + amount,
                        [ours[0], meta(mint), *ours[1:]]),  # TransferCheckedWithFee
            Instruction(ATA, b"\x02", [meta(wallet, "sw")]),  # RecoverNested
            Instruction(SYSTEM, struct.pack("<I", 1) + bytes(stranger), [meta(wallet, "sw")]),
            Instruction(SYSTEM, struct.pack("<I", 4),  # AdvanceNonceAccount: it never expires
                        [meta(stranger, "w"), meta(NONCE_SYSVAR), meta(wallet, "s")]),
            Instruction(BUDGET, b"\x01" + struct.pack("<I", 2**18), []),
            Instruction(JUPITER, self._random.randbytes(16), [meta(wallet, "s"), ours[0]]),
            Instruction(stranger, self._random.randbytes(9), [meta(wallet, "sw")]),
        ]  # fmt: skip

    def _replaced(
        self, honest: Honest, can: Callable[[Instruction], bool],
        change: Callable[[Instruction], Instruction],
    ) -> bytes:  # fmt: skip
        parts = list(honest.instructions)
        places = [place for place, part in enumerate(parts) if can(part)]
        if not places:
            raise NoSuchPlace
        place = self._random.choice(places)
        parts[place] = change(parts[place])
        return honest.raw(parts)

    def _other_destination(self, honest: Honest) -> bytes:
        def change(part: Instruction) -> Instruction:
            places = [at for at, each in enumerate(part.accounts) if each.is_writable]
            if part.program_id == JUPITER:
                places = [at for at in places if at < _HELD_BY_ROUTE - 2]
            return with_account(part, self._random.choice(places), self._stranger())

        return self._replaced(honest, lambda part: bool(writable(part)), change)

    def _other_fee_payer(self, honest: Honest) -> bytes:
        others = [self.scene.maker.pubkey(), self._stranger()]
        return honest.raw(payer=self._random.choice(others))

    def _bigger_fee(self, honest: Honest) -> bytes:
        parts = [part for part in honest.instructions if part.program_id != BUDGET]
        limit, price = 120_000, 10_000
        match self._random.randrange(4):
            case 0:
                price = self._random.randrange(10_010, 2**40)
            case 1:
                limit = self._random.randrange(120_101, 1_400_001)
            case 2:  # without a limit the most counts
                return honest.raw([set_compute_unit_price(price), *parts])
            case _:
                parts = [*parts, set_compute_unit_price(price)]
        return honest.raw([set_compute_unit_limit(limit), set_compute_unit_price(price), *parts])

    def _other_program(self, honest: Honest) -> bytes:
        programs = [self._stranger(), TOKEN, TOKEN_2022, SYSTEM, ATA, MEMO, JUPITER]

        def change(part: Instruction) -> Instruction:
            # A transfer of wrapped SOL by Token-2022, say; a memo may hold any text.
            others = [each for each in programs if each not in (part.program_id, MEMO)]
            return Instruction(self._random.choice(others), part.data, part.accounts)

        return self._replaced(honest, lambda _part: True, change)

    def _lookup_table(self, honest: Honest) -> Spoiled:
        if honest.is_legacy:
            raise NoSuchPlace
        key = self._stranger()
        hidden = self._random.choice(self._worth_hiding(honest))
        table = AddressLookupTableAccount(key, [hidden, self._stranger()])
        other = replace(honest, tables=[*honest.tables, table])
        tables = other.lookup_tables
        match self._random.randrange(4):
            case 0:
                del tables[str(key)]
            case 1:
                tables[str(key)] = []
            case 2:  # the table is said to hold something else
                tables[str(key)] = [str(self._stranger())]
            case _:
                pass
        return Spoiled(kind="lookup table", raw=other.raw(), lookup_tables=tables)

    def _worth_hiding(self, honest: Honest) -> list[Pubkey]:
        """What may be in a table as far as the chain goes, and must not be for us."""
        keys = []
        for part in honest.instructions:
            held = [each for each in part.accounts if each.is_writable and not each.is_signer]
            if part.program_id == JUPITER:  # of a shared one the source alone
                held = held[: 2 if part.data[:8] == route_name() else 1]
            keys += [each.pubkey for each in held]
        signers = {self.scene.wallet.pubkey(), self.scene.maker.pubkey()}
        return [key for key in keys if key not in signers]

    def _swapped_accounts(self, honest: Honest) -> bytes:
        def change(part: Instruction) -> Instruction:
            accounts = list(part.accounts)
            most = _HELD_BY_ROUTE - 2 if part.program_id == JUPITER else len(accounts)
            one, other = self._random.sample(range(most), 2)
            keys = accounts[one].pubkey, accounts[other].pubkey
            return with_account(with_account(part, one, keys[1]), other, keys[0])

        return self._replaced(honest, lambda part: len(part.accounts) > 1, change)

    def _amount(self, honest: Honest) -> bytes:
        wallet = self.scene.wallet.pubkey()

        def change(part: Instruction) -> Instruction:
            data, at, more = bytearray(part.data), 1, True
            if part.program_id == SYSTEM:
                at = 4
            elif part.program_id == JUPITER:
                at = 8 + (data[:8] != route_name())
                if self._random.random() < 0.5:
                    at, more = at + 8, False
            else:
                more = part.accounts[3].pubkey == wallet
            old = int.from_bytes(data[at : at + 8], "little")
            # A route's minimum is rounded: three units less of its quote are one less for sure.
            by = self._random.choice([3, 3, old, self._random.randrange(3, old + 1)])
            data[at : at + 8] = (old + by if more else old - by).to_bytes(8, "little")
            return Instruction(part.program_id, bytes(data), part.accounts)

        return self._replaced(honest, has_amount, change)

    def _left_out(self, honest: Honest) -> bytes:
        parts = list(honest.instructions)
        legs = [place for place, part in enumerate(parts) if is_leg(part, self.scene)]
        # Of a cleanup, each account is one.
        legs = legs or [place for place, part in enumerate(parts) if part.data == b"\x09"]
        del parts[self._random.choice(legs)]
        return honest.raw(parts)

    def _another_signer(self, honest: Honest) -> bytes:
        return honest.raw([*honest.instructions, memo(b"me too", self._stranger())])

    def _bytes(self, honest: Honest) -> bytes:
        raw = honest.raw()
        match self._random.randrange(5):
            case 0:
                return raw + self._random.randbytes(self._random.randrange(1, 9))
            case 1:
                return raw[: self._random.randrange(len(raw))]
            case 2:  # a count of accounts in two bytes where one is enough
                at = 3 if honest.is_legacy else 4
                return raw[:at] + bytes([raw[at] | 0x80, 0]) + raw[at + 1 :]
            case 3:  # another version
                return bytes([0x81 + self._random.randrange(127)]) + raw[0 if raw[0] < 128 else 1 :]
            case _:
                long = Instruction(MEMO, b"x" * 900, [])
                return honest.raw([*honest.instructions, long])


def route_name() -> bytes:
    """The first bytes of a plain route's data."""
    return bytes.fromhex("bb64facc31c4af14")


def writable(part: Instruction) -> list[AccountMeta]:
    return [each for each in part.accounts if each.is_writable]


def has_amount(part: Instruction) -> bool:
    is_token = part.program_id in (TOKEN, TOKEN_2022) and bytes(part.data)[:1] == b"\x0c"
    return is_token or part.program_id in (SYSTEM, JUPITER)


def is_leg(part: Instruction, scene: Scene) -> bool:
    """Whether a swap or transfer is none without this instruction."""
    is_token = part.program_id in (TOKEN, TOKEN_2022) and bytes(part.data)[:1] == b"\x0c"
    is_payment = part.program_id == SYSTEM and part.accounts[1].pubkey == scene.friend
    return is_token or is_payment or part.program_id == JUPITER


def with_account(part: Instruction, at: int, key: Pubkey) -> Instruction:
    accounts = list(part.accounts)
    old = accounts[at]
    accounts[at] = AccountMeta(key, is_signer=old.is_signer, is_writable=old.is_writable)
    return Instruction(part.program_id, part.data, accounts)

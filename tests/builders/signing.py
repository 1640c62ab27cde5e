"""Honest messages to sign, built with another library than the one that reads them."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from bot.domain.signing.intents import CleanupIntent, Intent, SwapIntent, TransferIntent
from bot.domain.signing.rules import SigningRules

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ATA = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
JUPITER = Pubkey.from_string("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4")
EVENTS = Pubkey.from_string("D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf")
WSOL = Pubkey.from_string("So11111111111111111111111111111111111111112")
SYSTEM = Pubkey.default()
TIP = Pubkey.from_string("96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5")
LIMIT_UNITS, PRICE_MICRO = 120_000, 10_000
PRIORITY_LAMPORTS = 1_200
RENT_LAMPORTS = 2_039_280
RENT_2022_LAMPORTS = 2_700_000
GIVEN, WANTED, TIPPED = 500_000_000, 60_488_000, 10_000
_BUDGET = (set_compute_unit_limit(LIMIT_UNITS), set_compute_unit_price(PRICE_MICRO))


def key_of(name: str) -> Keypair:
    """The same key pair for the same name."""
    return Keypair.from_seed(hashlib.sha256(f"signing {name}".encode()).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """A message that is what its intent says, and the parts of which it was made."""

    name: str
    intent: Intent
    instructions: Sequence[Instruction]
    tables: Sequence[AddressLookupTableAccount] = ()
    is_legacy: bool = False
    payer: Pubkey = field(default_factory=lambda: key_of("wallet").pubkey())

    def compiled(
        self,
        instructions: Sequence[Instruction] | None = None,
        payer: Pubkey | None = None,
        blockhash: Hash | None = None,
    ) -> Message | MessageV0:
        """The message, of other instructions or for another payer where these are given."""
        parts = list(self.instructions if instructions is None else instructions)
        payer, blockhash = payer or self.payer, blockhash or Hash(bytes(range(32)))
        if self.is_legacy:
            return Message.new_with_blockhash(parts, payer, blockhash)
        return MessageV0.try_compile(payer, parts, list(self.tables), blockhash)

    def raw(
        self, instructions: Sequence[Instruction] | None = None, payer: Pubkey | None = None
    ) -> bytes:
        """Its bytes as they are signed."""
        return bytes(to_bytes_versioned(self.compiled(instructions, payer)))

    @property
    def lookup_tables(self) -> dict[str, list[str]]:
        """The tables as the policy takes them."""
        return {str(table.key): [str(key) for key in table.addresses] for table in self.tables}


class Scene:
    """A wallet, a maker and a stranger, two mints, and everything honest between them."""

    def __init__(self) -> None:
        self.wallet, self.maker = key_of("wallet"), key_of("maker")
        self.stranger = key_of("stranger").pubkey()
        self.friend = key_of("friend").pubkey()
        self.mint, self.mint_2022 = key_of("mint").pubkey(), key_of("mint of 2022").pubkey()
        self.rules = SigningRules(counterparties=frozenset({str(self.maker.pubkey())}))

    def swap_intent(self, name: str, mint_in: Pubkey, mint_out: Pubkey, **more: int) -> SwapIntent:
        """An intent that leaves no room beside the honest message."""
        limits = {"amount_in": GIVEN, "min_out": WANTED, "max_network_fee_lamports": 11_200}
        return SwapIntent(
            intent_id=f"{name}:1",
            user_id=7,
            wallet=str(self.wallet.pubkey()),
            mint_in=str(mint_in),
            mint_out=str(mint_out),
            token_program_in=str(program_of(self, mint_in)),
            token_program_out=str(program_of(self, mint_out)),
            **(limits | more),
        )

    def buy(self, mint: Pubkey | None = None) -> Honest:
        """SOL for tokens of the maker, who co-signs; wrapped, tipped and closed."""
        mint = mint or self.mint
        wallet, maker, program = self.wallet.pubkey(), self.maker.pubkey(), program_of(self, mint)
        own_sol, own = ata(wallet, WSOL), ata(wallet, mint, program)
        rent = RENT_LAMPORTS + (RENT_LAMPORTS if program == TOKEN else RENT_2022_LAMPORTS)
        return Honest(
            name="buy" if program == TOKEN else "buy of 2022",
            intent=self.swap_intent(
                "buy", WSOL, mint, max_tip_lamports=TIPPED, max_rent_lamports=rent
            ),
            instructions=[
                *_BUDGET,
                create(wallet, wallet, WSOL),
                create(wallet, wallet, mint, program),
                create(wallet, maker, WSOL),
                pay(wallet, own_sol, GIVEN),
                sync(own_sol),
                send(own_sol, WSOL, ata(maker, WSOL), wallet, GIVEN, 9),
                send(ata(maker, mint, program), mint, own, maker, WANTED, 6, program),
                close(own_sol, wallet, wallet),
                pay(wallet, TIP, TIPPED),
            ],
        )

    def sell(self) -> Honest:
        """Tokens for wrapped SOL of the maker, who co-signs; unwrapped at the end."""
        wallet, maker = self.wallet.pubkey(), self.maker.pubkey()
        own_sol, own = ata(wallet, WSOL), ata(wallet, self.mint)
        return Honest(
            name="sell",
            intent=self.swap_intent("sell", self.mint, WSOL, amount_in=WANTED, min_out=GIVEN),
            instructions=[
                *_BUDGET,
                create(wallet, wallet, WSOL),
                send(own, self.mint, ata(maker, self.mint), wallet, WANTED, 6),
                send(ata(maker, WSOL), WSOL, own_sol, maker, GIVEN, 9),
                close(own_sol, wallet, wallet),
                memo(b"kitrader", wallet),
            ],
        )

    def route(self, *, is_shared: bool = False) -> Honest:
        """SOL for tokens by Jupiter, with the pools in a lookup table."""
        wallet = self.wallet.pubkey()
        own_sol, own = ata(wallet, WSOL), ata(wallet, self.mint)
        pools = [key_of(f"pool {number}").pubkey() for number in range(6)]
        swap = (shared_route if is_shared else plain_route)(self, own_sol, own, pools)
        table = AddressLookupTableAccount(key_of("table").pubkey(), [EVENTS, WSOL, *pools])
        return Honest(
            name="shared route" if is_shared else "route",
            intent=self.swap_intent(
                "route",
                WSOL,
                self.mint,
                min_out=least_out(WANTED, 100, 2),
                max_network_fee_lamports=6_200,
                max_rent_lamports=RENT_LAMPORTS,
            ),
            instructions=[
                *_BUDGET,
                create(wallet, wallet, WSOL),
                create(wallet, wallet, self.mint),
                pay(wallet, own_sol, GIVEN),
                sync(own_sol),
                swap,
                close(own_sol, wallet, wallet),
            ],
            tables=[table],
        )

    def send_sol(self) -> Honest:
        """SOL to a friend, in a message of the older form."""
        wallet = self.wallet.pubkey()
        return Honest(
            name="send SOL",
            intent=self._transfer("sol", WSOL, GIVEN, 0),
            instructions=[*_BUDGET, pay(wallet, self.friend, GIVEN)],
            is_legacy=True,
        )

    def send_token(self) -> Honest:
        """Tokens to a friend who may have had no account for them."""
        wallet = self.wallet.pubkey()
        there = ata(self.friend, self.mint)
        return Honest(
            name="send tokens",
            intent=self._transfer("token", self.mint, WANTED, RENT_LAMPORTS),
            instructions=[
                *_BUDGET,
                create(wallet, self.friend, self.mint),
                send(ata(wallet, self.mint), self.mint, there, wallet, WANTED, 6),
            ],
            is_legacy=True,
        )

    def clean_up(self) -> Honest:
        """Empty accounts of both token programs are closed, to the wallet."""
        wallet = self.wallet.pubkey()
        empty = {
            ata(wallet, self.mint): TOKEN,
            ata(wallet, self.mint_2022, TOKEN_2022): TOKEN_2022,
            ata(wallet, WSOL): TOKEN,
        }
        intent = CleanupIntent(
            intent_id="cleanup:1",
            user_id=7,
            wallet=str(wallet),
            accounts=tuple(map(str, empty)),
            token_programs=tuple(map(str, empty.values())),
            max_network_fee_lamports=6_200,
        )
        closes = [close(account, wallet, wallet, program) for account, program in empty.items()]
        return Honest(name="clean up", intent=intent, instructions=[*_BUDGET, *closes])

    def _transfer(self, name: str, mint: Pubkey, amount: int, rent: int) -> TransferIntent:
        return TransferIntent(
            intent_id=f"{name}:1",
            user_id=7,
            wallet=str(self.wallet.pubkey()),
            mint=str(mint),
            amount=amount,
            destination=str(self.friend),
            max_network_fee_lamports=6_200,
            max_rent_lamports=rent,
        )

    def everything(self) -> list[Honest]:
        """One of each kind."""
        return [
            self.buy(),
            self.buy(self.mint_2022),
            self.sell(),
            self.route(),
            self.route(is_shared=True),
            self.send_sol(),
            self.send_token(),
            self.clean_up(),
        ]


def program_of(scene: Scene, mint: Pubkey) -> Pubkey:
    return TOKEN_2022 if mint == scene.mint_2022 else TOKEN


def ata(owner: Pubkey, mint: Pubkey, program: Pubkey = TOKEN) -> Pubkey:
    return Pubkey.find_program_address([bytes(owner), bytes(program), bytes(mint)], ATA)[0]


def meta(key: Pubkey, rights: str = "") -> AccountMeta:
    return AccountMeta(key, is_signer="s" in rights, is_writable="w" in rights)


def create(payer: Pubkey, owner: Pubkey, mint: Pubkey, program: Pubkey = TOKEN) -> Instruction:
    accounts = [
        meta(payer, "sw"), meta(ata(owner, mint, program), "w"), meta(owner), meta(mint),
        meta(SYSTEM), meta(program),
    ]  # fmt: skip
    return Instruction(ATA, b"\x01", accounts)


def pay(source: Pubkey, destination: Pubkey, lamports: int) -> Instruction:
    return transfer(TransferParams(from_pubkey=source, to_pubkey=destination, lamports=lamports))


def send(  # noqa: PLR0917 - in the order of the instruction itself
    source: Pubkey,
    mint: Pubkey,
    destination: Pubkey,
    authority: Pubkey,
    units: int,
    decimals: int,
    program: Pubkey = TOKEN,
) -> Instruction:
    """A checked transfer."""
    data = b"\x0c" + struct.pack("<QB", units, decimals)
    accounts = [meta(source, "w"), meta(mint), meta(destination, "w"), meta(authority, "s")]
    return Instruction(program, data, accounts)


def sync(account: Pubkey) -> Instruction:
    return Instruction(TOKEN, b"\x11", [meta(account, "w")])


def close(
    account: Pubkey, destination: Pubkey, owner: Pubkey, program: Pubkey = TOKEN
) -> Instruction:
    return Instruction(
        program, b"\x09", [meta(account, "w"), meta(destination, "w"), meta(owner, "s")]
    )


def memo(text: bytes, signer: Pubkey) -> Instruction:
    return Instruction(MEMO, text, [meta(signer, "s")])


def least_out(quoted: int, slippage_bps: int, fee_bps: int) -> int:
    """What a route brings at worst, written another way than the product's."""
    return (quoted - quoted * slippage_bps // 10_000) * (10_000 - fee_bps) // 10_000


def route_data(name: str, before: bytes = b"", **terms: int) -> bytes:
    """A route's arguments; the plan is one step through a made-up pool."""
    known = {"given": GIVEN, "quoted": WANTED, "slippage": 100, "fee": 2, "positive": 0} | terms
    amounts = struct.pack(
        "<QQHHH",
        known["given"], known["quoted"], known["slippage"], known["fee"], known["positive"],
    )  # fmt: skip
    plan = struct.pack("<IBHBB", 1, 26, 10_000, 0, 1)
    return hashlib.sha256(f"global:{name}".encode()).digest()[:8] + before + amounts + plan


def plain_route(
    scene: Scene, source: Pubkey, destination: Pubkey, pools: Sequence[Pubkey], **terms: int
) -> Instruction:
    wallet = scene.wallet.pubkey()
    accounts = [
        meta(wallet, "s"), meta(source, "w"), meta(destination, "w"), meta(WSOL),
        meta(scene.mint), meta(TOKEN), meta(TOKEN), meta(JUPITER), meta(EVENTS), meta(JUPITER),
        meta(wallet, "s"), meta(source, "w"), meta(destination, "w"),
        *(meta(pool, "w") for pool in pools),
    ]  # fmt: skip
    return Instruction(JUPITER, route_data("route_v2", **terms), accounts)


def shared_route(
    scene: Scene, source: Pubkey, destination: Pubkey, pools: Sequence[Pubkey], **terms: int
) -> Instruction:
    authority = Pubkey.find_program_address([b"authority", b"\x03"], JUPITER)[0]
    accounts = [
        meta(authority), meta(scene.wallet.pubkey(), "s"), meta(source, "w"),
        meta(ata(authority, WSOL), "w"), meta(ata(authority, scene.mint), "w"),
        meta(destination, "w"), meta(WSOL), meta(scene.mint), meta(TOKEN), meta(TOKEN),
        meta(EVENTS), meta(JUPITER), *(meta(pool, "w") for pool in pools),
    ]  # fmt: skip
    return Instruction(JUPITER, route_data("shared_accounts_route_v2", b"\x03", **terms), accounts)

"""A live wallet whose money is moved behind the bot's back, and what follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from solders.instruction import AccountMeta, Instruction
from solders.message import Message, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from bot.adapters.database.live_movements import PostgresLiveMovements
from bot.adapters.solana.wallet_balances import SolanaBalances
from bot.adapters.solana.wallet_history import SolanaHistory
from bot.domain.instruments import Token
from bot.domain.movements import Movement
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.ports.live_movements import Cause
from bot.ports.live_orders import LiveBalances
from bot.sandbox.jupiter_api.funding import give_tokens
from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import (
    create_account,
    token_account_of,
    transfer_checked,
)
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.strangers import note
from bot.sandbox.solana_rpc.transactions import TransactionRecord
from bot.services.live_movements import LiveMovements
from bot.services.movement_means import MovementMeans, MovementRules
from tests.builders.live_scenes import OWNER, LiveScene, SignerHere

PLACE = (OWNER, 1)
FINAL_SLOTS = 40
PRICE_LAMPORTS = 1_000
"""What a base unit of a tracked token is worth here."""
_CLOSE = bytes([9])


class PlainNews:
    """Says in one word each what happened."""

    def moved(
        self,
        wallet: LiveBalances,
        movement: Movement,
        cause: Cause,
        tokens: Mapping[str, Token],
    ) -> Sequence[Notice]:
        words = f"{cause} {movement.lamports} {sorted(movement.tokens.values())} {len(tokens)}"
        return [_notice(wallet, words)]

    def adopted(
        self, wallet: LiveBalances, positions: Sequence[Position], tokens: Mapping[int, Token]
    ) -> Sequence[Notice]:
        named = [tokens[position.token_id].symbol for position in positions]
        return [_notice(wallet, f"adopted {named}")]


def _notice(wallet: LiveBalances, words: str) -> Notice:
    return Notice(chat_id=wallet.user_id, method="sendMessage", payload={"text": words})


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementScene:
    """The wallet, its followers, and a thief who has its key."""

    live: LiveScene
    means: MovementMeans
    movements: LiveMovements
    owner: Pubkey = field(repr=False)

    def asset(self, symbol: str) -> Asset:
        found = asset_of(
            self.live.world.shop.market, Pubkey.from_string(self.live.world.mint(symbol))
        )
        assert found is not None
        return found

    def pay(self, lamports: int) -> str:
        return self.live.world.shop.stranger.pay(self.owner, lamports).signature

    def give(self, symbol: str, units: int) -> Pubkey:
        return give_tokens(self.live.world.shop, self.owner, self.asset(symbol).mint, units)

    async def steal(self, lamports: int) -> TransactionRecord:
        """Send SOL away with the wallet's own key."""
        thief = self.live.world.shop.stranger.address
        return await self.sign(
            transfer(TransferParams(from_pubkey=self.owner, to_pubkey=thief, lamports=lamports))
        )

    async def steal_tokens(self, symbol: str, units: int) -> TransactionRecord:
        asset, shop = self.asset(symbol), self.live.world.shop
        return await self.sign(
            create_account(self.owner, shop.maker.address, asset),
            transfer_checked(
                asset,
                token_account_of(self.owner, asset),
                token_account_of(shop.maker.address, asset),
                self.owner,
                units,
            ),
        )

    async def close(self, symbol: str) -> TransactionRecord:
        """Close the wallet's empty account of a token from outside."""
        asset = self.asset(symbol)
        metas = [
            AccountMeta(token_account_of(self.owner, asset), is_signer=False, is_writable=True),
            AccountMeta(self.owner, is_signer=False, is_writable=True),
            AccountMeta(self.owner, is_signer=True, is_writable=False),
        ]
        return await self.sign(Instruction(asset.program, _CLOSE, metas))

    async def sign(self, *instructions: Instruction) -> TransactionRecord:
        """Run instructions with the wallet's key, as only this test may."""
        chain, signer = self.live.world.chain, self.live.signer
        assert isinstance(signer, SignerHere)
        key = await self.live.means.wallets.key_of(*PLACE)
        assert key is not None
        message = Message.new_with_blockhash(
            [*instructions, note()], self.owner, chain.blockhash(chain.slot)
        )
        signature = signer.vault.sign(key, to_bytes_versioned(message))
        signed = VersionedTransaction.populate(message, [Signature.from_bytes(signature)])
        record = chain.execute(signed)
        assert record.error is None, record
        return record

    async def follow(self) -> int:
        """Let all become final, and look once."""
        self.live.world.chain.advance(FINAL_SLOTS)
        return await self.movements.watch()

    def held(self, symbol: str) -> int:
        account = self.live.world.chain.account(token_account_of(self.owner, self.asset(symbol)))
        return int.from_bytes(account.data[64:72], "little") if account else 0

    async def prove(self) -> None:
        """Hold the books against themselves, and against the chain to the lamport and the unit."""
        proof = await self.live.ledger()
        assert proof.differences == ()
        self.live.world.chain.advance(2)
        (found,) = await self.live.reconciliation.reconcile()
        assert found.is_compared
        assert found.differences == ()
        assert found.wallet.lamports == self.live.lamports()
        assert await self.live.means.accounts.paused() == frozenset()

    async def told(self) -> list[str]:
        rows = await self.live.rows("SELECT payload ->> 'text' AS text FROM outbox ORDER BY 1")
        return [row["text"] for row in rows]


async def worth(_token_id: int, units: int) -> int | None:
    return units * PRICE_LAMPORTS


def movement_scene(live: LiveScene, rules: MovementRules | None = None) -> MovementScene:
    """Follow a scene's wallet."""
    means = MovementMeans(
        live=live.means,
        book=PostgresLiveMovements(live.database, lambda _queued: None),
        history=SolanaHistory(live.world.rpc, timeout_seconds=1.0),
        balances=SolanaBalances(live.world.rpc),
        worth=worth,
        notices=PlainNews(),
        rules=rules or MovementRules(sweep_seconds=0.0),
        releases=(live.orders.give_up,),
    )
    return MovementScene(
        live=live,
        means=means,
        movements=LiveMovements(means),
        owner=Pubkey.from_string(live.address),
    )


def otherwise(scene: MovementScene, **parts: object) -> MovementScene:
    """The same scene, some of its means otherwise, followed by another process."""
    means = replace(scene.means, **parts)  # type: ignore[arg-type]
    return replace(scene, means=means, movements=LiveMovements(means))

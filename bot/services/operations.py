"""What the operator and the status page see: prices, books, endpoints, queues."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from bot import __version__
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.money import ui_amount
from bot.observability.sending import Sending
from bot.ports.books import AssetTotal, LedgerAudit, LedgerProof
from bot.ports.chain import EndpointState
from bot.ports.clock import Clock
from bot.ports.mail import Outbox
from bot.services.outside_state import OutsideState
from bot.services.price_board import PriceBoard
from bot.services.queues import Queues
from bot.services.refresh import RefreshState
from bot.services.stop_notices import StopLine
from bot.services.token_columns import Glimpse
from bot.services.views import DisputedToken, OutsideView

_SHEET_SECONDS, _SHEET_RESTS = 2.0, 20


class Operations:
    """Figures about the whole, never about one person; for the operator's own eyes."""

    def __init__(
        self,
        *,
        board: PriceBoard,
        outside: OutsideState,
        audit: LedgerAudit,
        outbox: Outbox,
        clock: Clock,
        refresh: RefreshState,
        sending: Sending,
        stops: Callable[[], Sequence[StopLine]] = tuple,
        is_live: bool = False,
    ) -> None:
        self._board = board
        self._outside = outside
        self._audit = audit
        self._queues = Queues(outbox=outbox, sending=sending, clock=clock)
        self._clock = clock
        self._refresh = refresh
        self._stops = stops
        self._modes = "paper and live" if is_live else "paper"
        self._started_at = clock.now()
        self._adding_up = asyncio.Lock()
        self._sheet: LedgerProof | None = None
        self._sheet_good_until = 0.0

    async def status(self) -> dict[str, object]:
        """Give the present figures as plain JSON values; raises `Unavailable`.

        Needs no permission: it serves the operator's own port, and holds sums only.
        """
        now = self._clock.now()
        proof = await self._balance_sheet()
        return {
            "mode": self._modes,
            "version": __version__,
            "started_at": self._started_at.isoformat(),
            "uptime_s": round((now - self._started_at).total_seconds(), 1),
            "prices": self._prices(now),
            "ledger": _ledger(proof),
            "rpc": [_endpoint(state) for state in self._outside.view().endpoints],
            "sources": [asdict(state) for state in self._outside.view().sources],
            "queue": await self._queues.status(),
            "disputed": [_disputed(each) for each in self._outside.view().disputed],
            "refresh": {
                "last_at": self._refresh.last_at.isoformat() if self._refresh.last_at else None,
                "tokens": self._refresh.tokens,
                "behind_s": round(self._refresh.behind_seconds, 3),
                "failure": self._refresh.failure,
            },
            "stops": [_stop(line) for line in self._stops()],
        }

    def outside(self) -> OutsideView:
        """Give how endpoints, sources and the refresh are; who asks has asked for a permission."""
        return self._outside.view()

    async def prove_ledger(self) -> LedgerProof:
        """Check the books from the transfers up; raises `Unavailable`.

        Needs no permission: only the command line reaches it.
        """
        return await self._audit.prove()

    def _prices(self, now: datetime) -> list[dict[str, object]]:
        sol_usd = self._board.sol_usd()
        prices = [
            self._price(token_id, seen, sol_usd, now)
            for token_id in self._board.tokens
            if (seen := self._board.columns.glimpse(token_id)) is not None
        ]
        dollar = self._board.by_mint(USDC_MINT)
        if dollar is None or sol_usd is None:
            return prices
        # SOL is what all else is priced in; its own price is told by the dollar's pools.
        of_dollar = next(price for price in prices if price["mint"] == USDC_MINT)
        sol = {"symbol": "SOL", "mint": SOL_MINT, "price_sol": "1", "price_usd": _plain(sol_usd)}
        return [of_dollar | sol, *prices]

    async def _balance_sheet(self) -> LedgerProof:
        # It sums every account. Whoever looks each second is not told anew each time, and however
        # many accounts there are, the database spends no more than a twentieth of its time on it.
        async with self._adding_up:
            sheet, began = self._sheet, self._clock.monotonic()
            if sheet is None or began >= self._sheet_good_until:
                sheet = self._sheet = await self._audit.balance_sheet()
                done = self._clock.monotonic()
                rest = max(_SHEET_SECONDS, _SHEET_RESTS * (done - began))
                self._sheet_good_until = done + rest
            return sheet

    def _price(
        self, token_id: int, seen: Glimpse, sol_usd: Decimal | None, now: datetime
    ) -> dict[str, object]:
        token = self._board.tokens[token_id]
        return {
            "symbol": token.symbol,
            "mint": token.mint,
            "price_sol": _plain(seen.price),
            "price_usd": _plain(seen.price * sol_usd) if sol_usd is not None else None,
            "age_s": round((now - seen.received_at).total_seconds(), 1),
            "pool_kind": seen.kind.value,
            "source": "chain",
            "slot": seen.slot,
        }


def _plain(price: Decimal) -> str:
    return format(Decimal(f"{price:.12g}"), "f")


def _disputed(disputed: DisputedToken) -> dict[str, object]:
    suspicion = disputed.suspicion
    return {
        "symbol": disputed.token.symbol,
        "mint": disputed.token.mint,
        "cause": suspicion.cause.value,
        "between": [suspicion.one, suspicion.other],
        "gap": str(suspicion.gap),
        "since": suspicion.began_at.isoformat(),
    }


def _ledger(proof: LedgerProof) -> dict[str, object]:
    return {
        "is_balanced": proof.is_balanced,
        "assets": [_asset(asset) for asset in proof.assets],
        "transfers": proof.counts.get("transfers", 0),
        "checked_at": proof.checked_at.isoformat(),
    }


def _asset(asset: AssetTotal) -> dict[str, object]:
    return {
        "mode": asset.mode.value,
        "asset": asset.asset,
        "symbol": asset.symbol,
        "by_kind": {
            kind: format(ui_amount(units, asset.decimals), "f")
            for kind, units in asset.by_kind.items()
        },
        "sum": str(asset.total),
    }


def _endpoint(state: EndpointState) -> dict[str, object]:
    told = asdict(state)
    is_resting = told.pop("is_open")
    return told | {"is_resting": is_resting, "latency_ms": round(state.latency_ms, 1)}


def _stop(line: StopLine) -> dict[str, object]:
    stop = line.stop
    return {
        "token": None if line.token is None else line.token.symbol,
        "rule": stop.rule.value,
        "actor_id": stop.actor_id,
        "reason": stop.reason,
        "closes": stop.closes,
        "since": stop.began_at.isoformat(),
        "lifted_by": f"/resume {line.token.symbol if line.token else 'all'}",
    }

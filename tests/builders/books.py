"""A user, a token and booked fills in a real database."""

from dataclasses import replace

from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.instruments import Token
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.users import Mode, PersonSeen, Role, User
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Settlement
from tests.builders.desks import NOON, SOL, market, request, token

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
ANN = PersonSeen(user_id=1001, first_name="Ann")


def books_on(database: Pool) -> PostgresBooks:
    return PostgresBooks(database, on_outbox=lambda _queued: None)


async def known_token(database: Pool) -> Token:
    return await PostgresShelf(database).keep(token(), [("pool", "raydium_amm_v4")])


async def decided_long(
    books: PostgresBooks, of: User, kept: Token, *, request_id: str, size_lamports: int = SOL
) -> tuple[Request, Settlement]:
    """Decide to buy, on the desk as the database has it."""
    asked = request(request_id, of=of)
    at = await books.desk(of.user_id, Mode.PAPER, request_id)
    intent = OpenIntent(token_id=kept.token_id, side=Side.LONG, size_lamports=size_lamports)
    settlement = ENGINE.open(at, intent, market(of=kept), asked, NOON)
    return asked, settlement


async def meet(books: PostgresBooks, user_id: int = 1001, role: Role | None = None) -> User:
    return await books.identify(replace(ANN, user_id=user_id), role)

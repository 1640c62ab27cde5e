"""The same command as a bot of aiogram handlers and SQLAlchemy models would answer it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from aiogram import BaseMiddleware, Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import Command, CommandObject
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import (
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    TelegramObject,
    Update,
    User,
)
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    UniqueConstraint,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.command_path_load import Hear
from benchmarks.command_path_ours import BOT_TOKEN, CONNECTIONS
from bot.telegram import command_table

_LAMPORTS = 10**9
_TOKEN_UNITS = 10**6
_GRANT_LAMPORTS = 100 * _LAMPORTS
_FEE_LAMPORTS = 15_000
_TOKEN_RESERVE, _SOL_RESERVE = 10**12, 18_420 * _LAMPORTS

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    """The models' common root."""


class Person(Base):
    """Who writes to the bot, with the wallet's balance."""

    __tablename__ = "plain_users"
    __table_args__ = (CheckConstraint("cash_lamports >= 0"),)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_name: Mapped[str]
    cash_lamports: Mapped[int] = mapped_column(BigInteger)


class InboxRow(Base):
    """An update that came, kept until it is answered."""

    __tablename__ = "plain_inbox"
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    raw: Mapped[str]
    is_answered: Mapped[bool] = mapped_column(default=False)


class OutboxRow(Base):
    """An answer that is to be sent, kept until it was."""

    __tablename__ = "plain_outbox"
    notice_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str]
    is_sent: Mapped[bool] = mapped_column(default=False)


class Position(Base):
    """What a person holds of one token."""

    __tablename__ = "plain_positions"
    position_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("plain_users.user_id"), index=True)
    symbol: Mapped[str]
    token_units: Mapped[int] = mapped_column(BigInteger)
    cost_lamports: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Order(Base):
    """What a person asked for and got."""

    __tablename__ = "plain_orders"
    order_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("plain_users.user_id"), index=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("plain_positions.position_id"))
    sol_lamports: Mapped[int] = mapped_column(BigInteger)
    token_units: Mapped[int] = mapped_column(BigInteger)
    filled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Account(Base):
    """One balance of a person: cash, fees, what is held of a token, and their counterparts."""

    __tablename__ = "plain_accounts"
    __table_args__ = (UniqueConstraint("user_id", "kind", "asset"),)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("plain_users.user_id"))
    kind: Mapped[str]
    asset: Mapped[str]
    balance: Mapped[int] = mapped_column(BigInteger)


class Transfer(Base):
    """One movement between two accounts."""

    __tablename__ = "plain_transfers"
    transfer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("plain_users.user_id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("plain_orders.order_id"), index=True)
    debit_id: Mapped[int] = mapped_column(ForeignKey("plain_accounts.account_id"))
    credit_id: Mapped[int] = mapped_column(ForeignKey("plain_accounts.account_id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AnsweringSession(BaseSession):
    """Takes every message at once, and says to whom it went."""

    def __init__(self, sent: Callable[[int], None]) -> None:
        super().__init__()
        self._sent = sent
        self._at = datetime(2026, 10, 6, tzinfo=UTC)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109 (as in aiogram)
    ) -> Any:
        """Answer as Telegram does."""
        del bot, timeout
        assert isinstance(method, SendMessage)
        chat_id = int(method.chat_id)
        self._sent(chat_id)
        return Message(message_id=1, date=self._at, chat=Chat(id=chat_id, type="private"))

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """Give no files."""
        yield b""


class SessionMiddleware(BaseMiddleware):
    """Opens a session for each update, as aiogram's guides show."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Run the handler with a session."""
        async with self._sessions() as session:
            data["session"] = session
            return await handler(event, data)


@asynccontextmanager
async def plain_bot(dsn: str, answered: Callable[[int], None]) -> AsyncIterator[Hear]:
    """Run the plain bot with the same rows as ours, inbox and outbox included."""
    async with _bot(dsn, answered, keeps_boxes=True) as hear:
        yield hear


@asynccontextmanager
async def bare_bot(dsn: str, answered: Callable[[int], None]) -> AsyncIterator[Hear]:
    """Run the plain bot without inbox and outbox: a crash loses what was not answered."""
    async with _bot(dsn, answered, keeps_boxes=False) as hear:
        yield hear


@asynccontextmanager
async def _bot(
    dsn: str, answered: Callable[[int], None], *, keeps_boxes: bool
) -> AsyncIterator[Hear]:
    address = dsn.replace("postgresql://", "postgresql+asyncpg://")
    # As patient as the load: on a machine under other work a turn may take a minute.
    engine = create_async_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=240)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    dispatcher = _dispatcher(sessions, keeps_boxes=keeps_boxes)
    bot = Bot(BOT_TOKEN, session=AnsweringSession(answered))
    # Each update is a task of its own, as in aiogram's polling.
    async with asyncio.TaskGroup() as group:

        async def hear(batch: list[bytes]) -> None:
            for raw in batch:
                group.create_task(_feed(dispatcher, bot, raw))

        yield hear
    await engine.dispose()


async def _store(session: AsyncSession, update: Update) -> InboxRow:
    """Commit an update before it is handled."""
    row = InboxRow(update_id=update.update_id, raw=update.model_dump_json(), is_answered=False)
    session.add(row)
    await session.commit()
    return row


async def _feed(dispatcher: Dispatcher, bot: Bot, raw: bytes) -> None:
    await dispatcher.feed_raw_update(bot, orjson.loads(raw))


def _dispatcher(sessions: Sessions, *, keeps_boxes: bool) -> Dispatcher:
    router = Router()
    router.message.middleware(SessionMiddleware(sessions))
    for name in command_table.by_name():  # as many commands as ours, in the same order
        router.message.register(open_position if name == "open" else _other, Command(name))
    dispatcher = Dispatcher(keeps_boxes=keeps_boxes)
    dispatcher.include_router(router)
    return dispatcher


async def open_position(  # noqa: PLR0917 (aiogram hands them by name)
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    event_from_user: User,
    event_update: Update,
    keeps_boxes: bool,
) -> None:
    """Read, check, change the rows of an order, commit, answer."""
    inbox_row = await _store(session, event_update) if keeps_boxes else None
    symbol, side, size = (command.args or "").split()
    if side != "long" or Decimal(size) <= 0:
        await message.answer("Use /open TOKEN long SIZE")
        return
    size_lamports = int(Decimal(size) * _LAMPORTS)
    person = await _person(session, event_from_user)
    if person.cash_lamports < size_lamports + _FEE_LAMPORTS:
        await message.answer("Not enough SOL")
        return
    position = await _add(session, person, symbol, size_lamports, message.date)
    answer = OutboxRow(
        user_id=person.user_id, text=_receipt(position, person, size_lamports), is_sent=False
    )
    if inbox_row is not None:
        inbox_row.is_answered = True
        session.add(answer)
    await session.commit()
    await message.answer(answer.text, reply_markup=_buttons(position))
    if inbox_row is not None:
        answer.is_sent = True
        await session.commit()


async def _other(message: Message) -> None:
    await message.answer("Hello")


async def _person(session: AsyncSession, user: User) -> Person:
    person = await session.get(Person, user.id, with_for_update=True)
    if person is None:
        person = Person(user_id=user.id, first_name=user.first_name, cash_lamports=_GRANT_LAMPORTS)
        session.add(person)
        await session.flush()
    return person


async def _add(
    session: AsyncSession, person: Person, symbol: str, size_lamports: int, now: datetime
) -> Position:
    token_units = _TOKEN_RESERVE * size_lamports // (_SOL_RESERVE + size_lamports)
    query = select(Position).where(Position.user_id == person.user_id, Position.symbol == symbol)
    position = (await session.execute(query)).scalar_one_or_none()
    if position is None:
        position = Position(
            user_id=person.user_id, symbol=symbol, token_units=0, cost_lamports=0, opened_at=now
        )
        session.add(position)
        await session.flush()
    position.token_units += token_units
    position.cost_lamports += size_lamports
    person.cash_lamports -= size_lamports + _FEE_LAMPORTS
    order = Order(
        user_id=person.user_id,
        position_id=position.position_id,
        sol_lamports=size_lamports,
        token_units=token_units,
        filled_at=now,
    )
    session.add(order)
    accounts = await _accounts(session, person, symbol)
    await session.flush()
    for debit, credit, amount in (
        (("cash", "SOL"), ("market", "SOL"), size_lamports),
        (("market", symbol), ("holding", symbol), token_units),
        (("cash", "SOL"), ("fees", "SOL"), _FEE_LAMPORTS),
    ):
        accounts[debit].balance -= amount
        accounts[credit].balance += amount
        transfer = Transfer(
            user_id=person.user_id,
            order_id=order.order_id,
            debit_id=accounts[debit].account_id,
            credit_id=accounts[credit].account_id,
            amount=amount,
            at=now,
        )
        session.add(transfer)
    return position


async def _accounts(
    session: AsyncSession, person: Person, symbol: str
) -> dict[tuple[str, str], Account]:
    query = select(Account).where(Account.user_id == person.user_id)
    accounts = {(each.kind, each.asset): each for each in await session.scalars(query)}
    for kind, asset in (
        *((kind, "SOL") for kind in ("cash", "market", "fees")),
        *((kind, symbol) for kind in ("market", "holding")),
    ):
        if (kind, asset) not in accounts:
            account = Account(user_id=person.user_id, kind=kind, asset=asset, balance=0)
            accounts[kind, asset] = account
            session.add(account)
    return accounts


def _receipt(position: Position, person: Person, size_lamports: int) -> str:
    held = Decimal(position.token_units) / _TOKEN_UNITS
    cash = Decimal(person.cash_lamports) / _LAMPORTS
    spent = Decimal(size_lamports) / _LAMPORTS
    return f"Bought {position.symbol} for {spent} SOL\nHeld: {held:,.2f}\nCash: {cash:,.4f} SOL"


def _buttons(position: Position) -> InlineKeyboardMarkup:
    row = [
        InlineKeyboardButton(
            text=f"Close {share}%", callback_data=f"c:{position.position_id}:{share}"
        )
        for share in (25, 50, 100)
    ]
    return InlineKeyboardMarkup(inline_keyboard=[row])

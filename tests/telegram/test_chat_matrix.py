"""Who may do what where: every command and button has its row here, or the build fails."""

from datetime import timedelta

import pytest

from bot.domain.languages import Language
from bot.domain.users import PERMISSIONS, Permission, Role, Status
from bot.telegram import action_table, command_table
from bot.telegram.arguments import Kind, read_arguments
from bot.telegram.bot_api import ApiError
from bot.telegram.menus import set_menus
from bot.telegram.turn import Command, Place
from tests.builders.chat_updates import GROUP, a_press
from tests.telegram.conftest import ChatDoor, text_of

MARKET, OWN, TRADE, HELP, OPERATE, PROTECT, PEOPLE, LIMITS, LEAVE = (
    Permission.VIEW_MARKET,
    Permission.VIEW_OWN,
    Permission.TRADE_PAPER,
    Permission.READ_HELP,
    Permission.OPERATE,
    Permission.PROTECT_OWN,
    Permission.MANAGE_PEOPLE,
    Permission.CHANGE_LIMITS,
    Permission.LEAVE_LIVE,
)
COMMANDS = {
    "start": (HELP, Place.ANYWHERE),
    "help": (HELP, Place.ANYWHERE),
    "price": (MARKET, Place.ANYWHERE),
    "info": (MARKET, Place.ANYWHERE),
    "check": (MARKET, Place.ANYWHERE),
    "safety": (TRADE, Place.PRIVATE),
    "chart": (MARKET, Place.ANYWHERE),
    "movers": (MARKET, Place.ANYWHERE),
    "watch": (OWN, Place.PRIVATE),
    "unwatch": (OWN, Place.PRIVATE),
    "watchlist": (OWN, Place.WHISPERED),
    "open": (TRADE, Place.PRIVATE),
    "close": (TRADE, Place.PRIVATE),
    "positions": (OWN, Place.WHISPERED),
    "wallet": (OWN, Place.WHISPERED),
    "history": (OWN, Place.WHISPERED),
    "reset": (TRADE, Place.PRIVATE),
    "alert": (OWN, Place.PRIVATE),
    "alerts": (OWN, Place.PRIVATE),
    "cancel": (HELP, Place.PRIVATE),
    "language": (HELP, Place.PRIVATE),
    "withdraw": (LEAVE, Place.PRIVATE),
    "addresses": (LEAVE, Place.PRIVATE),
    "mode": (OWN, Place.PRIVATE),
    "live": (OWN, Place.PRIVATE),
    "twin": (OWN, Place.PRIVATE),
    "linked": (OWN, Place.PRIVATE),
    "gate": (Permission.MANAGE_PEOPLE, Place.PRIVATE),
    "deposit": (Permission.HOLD_LIVE_WALLET, Place.PRIVATE),
    "liveorders": (OWN, Place.PRIVATE),
    **dict.fromkeys(("slippage", "onetap"), (Permission.LEAVE_LIVE, Place.PRIVATE)),
    "cleanup": (Permission.LEAVE_LIVE, Place.PRIVATE),
    **dict.fromkeys(
        (
            "limit",
            "breakout",
            "oco",
            "dca",
            "dip",
            "sl",
            "tp",
            "trail",
            "breakeven",
            "exitin",
            "reverse",
            "cancelorder",
            "presets",
        ),
        (TRADE, Place.PRIVATE),
    ),
    "orders": (OWN, Place.WHISPERED),
    "order": (OWN, Place.WHISPERED),
    "endpoints": (OPERATE, Place.PRIVATE),
    "pnl": (OWN, Place.WHISPERED),
    "report": (OWN, Place.PRIVATE),
    "export": (OWN, Place.PRIVATE),
    "leaderboard": (MARKET, Place.ANYWHERE),
    "risk": (TRADE, Place.ANYWHERE),
    "setup": (Permission.SET_UP_GROUP, Place.GROUP),
    "calls": (MARKET, Place.GROUP),
    "closeall": (OPERATE, Place.GROUP),
    **dict.fromkeys(("status", "pause"), (OPERATE, Place.ANYWHERE)),
    **dict.fromkeys(("health", "settings", "dailyreport"), (OPERATE, Place.WHISPERED)),
    "logs": (Permission.READ_LOGS, Place.WHISPERED),
    "broadcast": (Permission.BROADCAST, Place.ANYWHERE),
    "locks": (OWN, Place.WHISPERED),
    "unlock": (TRADE, Place.PRIVATE),
    "panic": (TRADE, Place.PRIVATE),
    "resume": (TRADE, Place.ANYWHERE),
    "halt": (OPERATE, Place.ANYWHERE),
    "audit": (Permission.READ_AUDIT, Place.PRIVATE),
    "mydata": (OWN, Place.PRIVATE),
    "privacy": (HELP, Place.ANYWHERE),
    **dict.fromkeys(("dashboard", "security", "freeze"), (PROTECT, Place.PRIVATE)),
    "feedback": (HELP, Place.PRIVATE),
    "auth": (HELP, Place.PRIVATE),
    **dict.fromkeys(
        (
            "promote",
            "demote",
            "premium",
            "ban",
            "unban",
            "unfreeze",
            "grant",
            "revoke",
            "whois",
        ),
        (PEOPLE, Place.ANYWHERE),
    ),
    "users": (PEOPLE, Place.ANYWHERE),
    **dict.fromkeys(("authorized", "invite", "approvals"), (PEOPLE, Place.PRIVATE)),
    "limits": (LIMITS, Place.PRIVATE),
    "subscribe": (Permission.SUBSCRIBE, Place.PRIVATE),
    "paysupport": (HELP, Place.PRIVATE),
    "terms": (HELP, Place.PRIVATE),
    "refund": (Permission.MANAGE_PEOPLE, Place.PRIVATE),
}
BUTTONS = {
    "card": (MARKET, Place.ANYWHERE),
    "info": (MARKET, Place.ANYWHERE),
    "check": (MARKET, Place.ANYWHERE),
    "safety": (TRADE, Place.PRIVATE),
    "chart": (MARKET, Place.ANYWHERE),
    "movers": (MARKET, Place.ANYWHERE),
    "watch": (OWN, Place.PRIVATE),
    "wlist": (OWN, Place.WHISPERED),
    "woff": (OWN, Place.PRIVATE),
    "help": (HELP, Place.ANYWHERE),
    "buy": (TRADE, Place.ANYWHERE),
    "start": (OWN, Place.PRIVATE),
    "how": (HELP, Place.PRIVATE),
    "tour": (HELP, Place.PRIVATE),
    "lang": (HELP, Place.PRIVATE),
    "mode": (OWN, Place.PRIVATE),
    "golive": (OWN, Place.PRIVATE),
    "gate": (OWN, Place.PRIVATE),
    "gaterl": (OWN, Place.PRIVATE),
    "gateup": (Permission.HOLD_LIVE_WALLET, Place.PRIVATE),
    "twin": (OWN, Place.PRIVATE),
    "ldep": (OWN, Place.PRIVATE),
    "lcln": (Permission.LEAVE_LIVE, Place.PRIVATE),
    "linked": (OWN, Place.PRIVATE),
    "unlink": (OWN, Place.PRIVATE),
    **dict.fromkeys(("lrok", "lrno", "lrnow", "lrkeep"), (Permission.LEAVE_LIVE, Place.PRIVATE)),
    "wdraw": (LEAVE, Place.PRIVATE),
    "wasset": (LEAVE, Place.PRIVATE),
    "wto": (LEAVE, Place.PRIVATE),
    "wmuch": (LEAVE, Place.PRIVATE),
    "wadd": (LEAVE, Place.PRIVATE),
    "waddrs": (PROTECT, Place.PRIVATE),
    "wdrop": (PROTECT, Place.PRIVATE),
    "wstop": (PROTECT, Place.PRIVATE),
    **dict.fromkeys(("lgo", "lask"), (Permission.LEAVE_LIVE, Place.PRIVATE)),
    **dict.fromkeys(("lno", "llist", "lone"), (OWN, Place.PRIVATE)),
    "wallet": (OWN, Place.WHISPERED),
    "poss": (OWN, Place.WHISPERED),
    "pos": (OWN, Place.WHISPERED),
    "hist": (OWN, Place.WHISPERED),
    "pick": (TRADE, Place.PRIVATE),
    "side": (TRADE, Place.PRIVATE),
    "lev": (TRADE, Place.PRIVATE),
    "size": (TRADE, Place.PRIVATE),
    "ask": (TRADE, Place.PRIVATE),
    "go": (TRADE, Place.PRIVATE),
    "close": (TRADE, Place.PRIVATE),
    "reset": (TRADE, Place.PRIVATE),
    "erase": (TRADE, Place.PRIVATE),
    "keep": (OWN, Place.PRIVATE),
    **dict.fromkeys(
        ("alrt", "aput", "aask", "alist", "aone", "aedit", "asnz", "adel", "alate", "aset"),
        (OWN, Place.PRIVATE),
    ),
    **dict.fromkeys(
        (
            "pset",
            "oedit",
            "ocall",
            "ocut",
            "ocyes",
            "later",
            "eway",
            "elim",
            "ebrk",
            "eoco",
            "edca",
            "edip",
            "esiz",
            "etype",
            "eput",
            "xset",
            "xask",
            "xput",
            "rev",
            "revgo",
        ),
        (TRADE, Place.PRIVATE),
    ),
    "olist": (OWN, Place.WHISPERED),
    "oone": (OWN, Place.WHISPERED),
    "ends": (OPERATE, Place.PRIVATE),
    "pnl": (OWN, Place.WHISPERED),
    "pnlby": (OWN, Place.WHISPERED),
    "curve": (OWN, Place.PRIVATE),
    "pcard": (OWN, Place.PRIVATE),
    "rcard": (OWN, Place.PRIVATE),
    "report": (OWN, Place.PRIVATE),
    "export": (OWN, Place.PRIVATE),
    "board": (MARKET, Place.ANYWHERE),
    "risk": (OWN, Place.PRIVATE),
    "locks": (OWN, Place.WHISPERED),
    "unlock": (TRADE, Place.PRIVATE),
    "panic": (TRADE, Place.PRIVATE),
    "panicp": (TRADE, Place.PRIVATE),
    "panicc": (TRADE, Place.PRIVATE),
    "resume": (TRADE, Place.PRIVATE),
    "halt": (OPERATE, Place.ANYWHERE),
    "gset": (Permission.SET_UP_GROUP, Place.GROUP),
    "calls": (MARKET, Place.GROUP),
    "gclose": (OPERATE, Place.GROUP),
    "bcast": (Permission.BROADCAST, Place.ANYWHERE),
    **dict.fromkeys(("gno", "stat"), (OPERATE, Place.ANYWHERE)),
    **dict.fromkeys(("heal", "hush"), (OPERATE, Place.WHISPERED)),
    "nostop": (HELP, Place.ANYWHERE),
    **dict.fromkeys(("audit", "wishes"), (Permission.READ_AUDIT, Place.PRIVATE)),
    **dict.fromkeys(("mydata", "mytake", "forgt", "forget", "stay"), (OWN, Place.PRIVATE)),
    "privcy": (HELP, Place.ANYWHERE),
    **dict.fromkeys(("dash", "secure", "sfrz", "skeep"), (PROTECT, Place.PRIVATE)),
    **dict.fromkeys(
        ("pdo", "pno", "padm", "users", "wask", "apyes", "apno", "fbans"), (PEOPLE, Place.PRIVATE)
    ),
    **dict.fromkeys(("lims", "limgo"), (LIMITS, Place.PRIVATE)),
    "subscr": (Permission.SUBSCRIBE, Place.PRIVATE),
    **dict.fromkeys(("norenw", "renew"), (OWN, Place.PRIVATE)),
    "refund": (Permission.MANAGE_PEOPLE, Place.PRIVATE),
    "norefn": (HELP, Place.PRIVATE),
}
ALLOWED = {
    Status.PENDING: {HELP},
    Status.ACTIVE: set(Permission),
    Status.FROZEN: {HELP, MARKET, OWN, PROTECT},
    Status.BANNED: set(),
}
REFUSED = ("is frozen, so", "cannot use this bot", "let you in")
TYPED = {
    Kind.TOKEN: "WIF",
    Kind.SIDE: "long",
    Kind.SIZE: "5",
    Kind.LEVERAGE: "x1",
    Kind.POSITION: "12",
    Kind.PERCENT: "50",
    Kind.INTERVAL: "15m",
    Kind.SPAN: "1h",
    Kind.TOPIC: "open",
    Kind.PAYLOAD: "t_7",
    Kind.SWITCH: "on",
    Kind.REPORT_SPAN: "week",
    Kind.HOUR: "9",
    Kind.OFFSET: "+2",
    Kind.EXPORT: "fills",
    Kind.EXPORT_SPAN: "year",
    Kind.MEMBERSHIP: "join",
    Kind.LANGUAGE: "en",
    Kind.MODE: "paper",
    Kind.CONDITION: "above 0.02",
    Kind.ABOUT_ALERTS: "late",
    Kind.REST: "words",
    Kind.PRESET: "buy 1 5 10",
    Kind.OPENING: "5 x1 sl -8%",
    Kind.LIMIT: "buy 5 at -5%",
    Kind.BREAKOUT: "5 at +5%",
    Kind.EITHER: "5 buy -5% or breakout +5%",
    Kind.SCHEDULE: "5 every 4h x10",
    Kind.DIPS: "5 drop 5% x3",
    Kind.STOP: "-8%",
    Kind.LADDER: "20%:50% 50%:50%",
    Kind.DISTANCE: "10%",
    Kind.BREAK_EVEN: "+10%",
    Kind.AFTER: "4h",
    Kind.ORDER: "15",
    Kind.ORDER_OR_ALL: "15",
}


def in_full(command: Command) -> str:
    """Give the command with every argument."""
    return " ".join((f"/{command.name}", *(TYPED[one.kind] for one in command.arguments)))


def role_for(permission: Permission) -> Role:
    """Give the least role that has a permission."""
    return next(role for role in Role if permission in PERMISSIONS[role])


def test_the_tables_are_these_and_no_other() -> None:
    commands = {c.name: (c.permission, c.place) for c in command_table.TABLE}
    assert commands == COMMANDS
    assert {a.name: (a.permission, a.place) for a in action_table.TABLE} == BUTTONS


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("command", command_table.TABLE, ids=lambda command: command.name)
async def test_a_command_works_only_where_its_row_says(
    door: ChatDoor, command: Command, status: Status
) -> None:
    door.services.status = status
    door.services.role = role_for(command.permission)
    may = command.permission in ALLOWED[status]
    answers = await door.say(in_full(command))
    refused = any(words in text_of(answers[0]) for words in REFUSED)
    assert refused is not may
    door.services.booked.clear()
    in_group = text_of((await door.say(in_full(command), chat=GROUP))[0])
    if may and command.place is Place.PRIVATE:
        assert "private chat" in in_group
    assert door.services.booked == {}
    assert door.services.resets == []


@pytest.mark.parametrize("status", [Status.FROZEN, Status.BANNED])
@pytest.mark.parametrize("action", action_table.TABLE, ids=lambda action: action.name)
async def test_a_button_works_only_for_those_its_row_lets(
    door: ChatDoor, action: object, status: Status
) -> None:
    argument = {"buy": "5", "go": "l1x5", "size": "l1", "ask": "l1", "close": "50"}
    argument |= {"aput": "u500", "asnz": "1", "xput": "s1", "xask": "s", "eput": "l5000000000x1"}
    argument |= {"eway": "l", "esiz": "l5000000000x0", "etype": "l"}
    of_positions = {"pos", "close", "xput", "xask", "xset", "rev", "revgo"}
    target = 12 if action.name in of_positions else 7
    data = door.button(action.name, target, argument.get(action.name, ""))
    door.services.status = status
    door.services.role = role_for(action.permission)
    notices = await door.press(data)
    refused = any(words in text_of(notices[0]) for words in REFUSED)
    assert refused is (action.permission not in ALLOWED[status])
    assert door.services.booked == {}


@pytest.mark.parametrize("command", command_table.TABLE, ids=lambda command: command.name)
def test_every_example_can_be_read(command: Command) -> None:
    name, *words = command.example.split()
    assert name == f"/{command.name}"
    read_arguments(" ".join(words), command.arguments)


def test_what_moves_money_is_marked_and_expires() -> None:
    dangerous = {command.name for command in command_table.TABLE if command.is_dangerous}
    assert dangerous == {
        "open", "close", "reset", "panic", "halt", "reverse", "promote", "demote", "premium",
        "ban", "unban", "freeze", "unfreeze", "grant", "revoke", "invite", "limits",
        "closeall", "pause", "broadcast", "cleanup", "refund", "mode", "withdraw",
    }  # fmt: skip
    money = {action.name for action in action_table.TABLE if action.is_money}
    assert money == {
        "buy", "go", "close", "erase", "panicp", "panicc", "halt", "forget", "refund", "gclose",
        "bcast", "golive", "lcln", "lrok", "lrnow", "lrkeep", "wmuch", "lgo",
        "ocut", "ocyes", "eput", "xput", "revgo",
    }  # fmt: skip
    assert all(action.when_stale for action in action_table.TABLE if action.is_money)


def test_two_commands_of_one_name_are_a_fault() -> None:
    twice = (*command_table.TABLE, command_table.TABLE[0])
    with pytest.raises(ValueError, match="two commands are called start"):
        command_table.by_name(twice)


@pytest.mark.parametrize("role", [Role.BASIC, Role.PREMIUM])
async def test_what_operators_see_is_refused_to_others(door: ChatDoor, role: Role) -> None:
    door.services.role = role
    assert "may not do that" in text_of(await door.ask("/endpoints"))
    (answer,) = await door.press(door.button("ends"))
    assert "may not do that" in str(answer.payload)


class MenuApi:
    """Keeps the menus that it is told, by scope."""

    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = {}

    async def call(self, method: str, payload: dict, *, seconds: float = 20.0) -> object:
        assert method == "setMyCommands"
        assert seconds > 0
        scope = payload["scope"]
        self.sent[scope["type"]] = [row["command"] for row in payload["commands"]]
        assert all(1 <= len(row["description"]) <= 256 for row in payload["commands"])
        if scope.get("chat_id") == 404:
            raise ApiError(400, "Bad Request: chat not found")
        return True


async def test_menus_follow_the_table() -> None:
    api = MenuApi()
    await set_menus(api, command_table.TABLE, {404: Language.ENGLISH, 3001: Language.SPANISH})
    private = {name for name, (_, place) in COMMANDS.items() if place is not Place.GROUP} - {"auth"}
    of_all = {name for name in private if COMMANDS[name][0] in PERMISSIONS[Role.BASIC]}
    assert set(api.sent["all_private_chats"]) == of_all
    assert {"start", "help", "price", "leaderboard"} <= set(api.sent["all_group_chats"])
    assert "halt" not in api.sent["all_group_chats"]
    assert "open" not in api.sent["all_chat_administrators"]
    assert set(api.sent["chat"]) == private, "an admin's own chat shows them all"


async def test_a_button_in_a_channel_does_nothing(door: ChatDoor) -> None:
    for action in ("card", "buy", "help"):
        update = a_press(door.button(action, 7, "5"), chat=GROUP)
        update["callback_query"]["message"]["chat"]["type"] = "channel"
        (toast,) = await door.take(update)
        assert "cannot see who you are" in text_of(toast)


async def test_a_press_just_before_it_expires_still_counts(door: ChatDoor) -> None:
    at = door.clock.now() - timedelta(minutes=15)
    await door.press(door.button("buy", 7, "1000000000", at=at))
    assert len(door.services.booked) == 1

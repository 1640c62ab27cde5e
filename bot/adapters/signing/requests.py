"""What may be asked of the signer, and how it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.adapters.signing.fields import BadRequest, Fields, b64, parsed, written
from bot.adapters.signing.keys_on_wire import key_fields, read_key
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import ADDRESS_BYTES, decode_address, encode_address
from bot.domain.live_wallets import SealedKey
from bot.domain.signing.intents import (
    MOST_CLOSED,
    CleanupIntent,
    FormerExpired,
    Intent,
    SwapIntent,
    TransferIntent,
    UnsoundIntent,
    kind_of,
)
from bot.domain.signing.message import LARGEST_TRANSACTION_BYTES

_MOST_TABLES, _MOST_IN_TABLE, _MOST_HEIGHTS = 16, 256, 16
_LONGEST_TYPED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWalletRequest:
    """Make a wallet."""

    user_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRequest:
    """Seal a key that somebody typed, and keep nothing of it."""

    user_id: int
    number: int
    typed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """Open a key, hold it against its address, and wipe it."""

    key: SealedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealRequest:
    """Seal a key under the newest master key."""

    key: SealedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRequest:
    """Tell how you are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRequest:
    """Sign a message for an intent."""

    key: SealedKey
    intent: Intent
    message: bytes
    lookup_tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    former: FormerExpired | None = None


Request = (
    NewWalletRequest | AdoptRequest | CheckRequest | ResealRequest | HealthRequest | SignRequest
)


def request_body(request: Request) -> bytes:
    """Write a request."""
    match request:
        case NewWalletRequest():
            return written({"do": "new_wallet"} | asdict(request))
        case AdoptRequest():
            return written({"do": "adopt"} | asdict(request))
        case CheckRequest():
            return written({"do": "check", "key": key_fields(request.key)})
        case ResealRequest():
            return written({"do": "reseal", "key": key_fields(request.key)})
        case HealthRequest():
            return written({"do": "health"})
        case SignRequest():
            return written({"do": "sign"} | _sign_fields(request))


def _sign_fields(request: SignRequest) -> dict[str, object]:
    return {
        "key": key_fields(request.key),
        "kind": kind_of(request.intent),
        "intent": _flat(request.intent),
        "message": b64(request.message),
        "lookup_tables": {
            table: b64(b"".join(map(decode_address, addresses)))
            for table, addresses in request.lookup_tables.items()
        },
        "former": None if request.former is None else asdict(request.former),
    }


def _flat(intent: Intent) -> dict[str, object]:
    # Nothing in it is nested; `asdict` would copy what it finds, and an order waits for this.
    return {name: getattr(intent, name) for name in intent.__dataclass_fields__}


def read_request(body: bytes) -> Request:
    """Read a request; raises `BadRequest` for whatever is not exactly one."""
    with parsed(body) as fields:
        match fields.text("do"):
            case "health":
                return HealthRequest()
            case "new_wallet":
                return NewWalletRequest(
                    user_id=fields.number("user_id"), number=fields.number("number")
                )
            case "adopt":
                return AdoptRequest(
                    user_id=fields.number("user_id"),
                    number=fields.number("number"),
                    typed=fields.text("typed", _LONGEST_TYPED),
                )
            case "check":
                return CheckRequest(key=read_key(fields.object("key")))
            case "reseal":
                return ResealRequest(key=read_key(fields.object("key")))
            case "sign":
                return _sign_request(fields)
            case _:
                raise BadRequest("it asks for something that is not known")


def _sign_request(fields: Fields) -> SignRequest:
    return SignRequest(
        key=read_key(fields.object("key")),
        intent=_intent(fields.text("kind"), fields.object("intent")),
        message=fields.bytes("message", LARGEST_TRANSACTION_BYTES),
        lookup_tables=_tables(fields.object("lookup_tables").rest(_MOST_TABLES)),
        former=_former(fields.optional("former")),
    )


def _intent(kind: str, fields: Fields) -> Intent:
    kinds: dict[str, type[Intent]] = {
        "swap": SwapIntent,
        "transfer": TransferIntent,
        "cleanup": CleanupIntent,
    }
    if kind not in kinds:
        raise BadRequest("kind is neither swap nor transfer nor cleanup")
    with fields:
        wanted = kinds[kind].__annotations__.items()
        taken = {name: _value(fields, name, of) for name, of in wanted}
    try:
        return kinds[kind](**taken)
    except UnsoundIntent as error:
        raise BadRequest(str(error)) from error


def _value(fields: Fields, name: str, wanted: object) -> Any:
    if wanted is int:
        return fields.number(name)
    if wanted is str:
        return fields.text(name)
    values = fields.list(name, MOST_CLOSED)
    if any(type(value) is not str for value in values):
        raise BadRequest(f"{name} are no texts")
    return tuple(values)


def _tables(given: Mapping[str, Any]) -> dict[str, list[str]]:
    tables = {}
    for name in given:
        raw = Fields(dict(given)).bytes(name, _MOST_IN_TABLE * ADDRESS_BYTES)
        if len(raw) % ADDRESS_BYTES:
            raise BadRequest("a lookup table has no whole addresses")
        places = range(0, len(raw), ADDRESS_BYTES)
        tables[_address(name)] = [encode_address(raw[at : at + ADDRESS_BYTES]) for at in places]
    return tables


def _address(text: str) -> str:
    try:
        decode_address(text)
    except UnreadableAccount as error:
        raise BadRequest("a lookup table has no address") from error
    return text


def _former(fields: Fields | None) -> FormerExpired | None:
    if fields is None:
        return None
    with fields:
        heights = fields.list("seen_heights", _MOST_HEIGHTS)
        if any(type(height) is not int or not 0 <= height < 2**64 for height in heights):
            raise BadRequest("seen_heights are no whole numbers")
        return FormerExpired(
            last_valid_block_height=fields.number("last_valid_block_height"),
            seen_heights=tuple(heights),
        )

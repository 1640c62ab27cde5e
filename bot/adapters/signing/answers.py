"""What the signer answers, and how it is written."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.adapters.signing.fields import BadRequest, Fields, b64, parsed, written
from bot.adapters.signing.keys_on_wire import key_fields, read_key
from bot.domain.live_wallets import KeyFault, SealedKey
from bot.ports.signer import SignerHealth

_MOST_REASONS, _LONGEST_REASON = 300, 1_000
_LARGEST_SIGNATURE_BYTES = 64


class Trouble(StrEnum):
    """Why the signer could not do what it might have."""

    BAD_REQUEST = "bad_request"
    KEY_DAMAGED = "key_damaged"
    MASTER_KEY_MISSING = "master_key_missing"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature."""

    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A key, new or sealed anew."""

    key: SealedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The key opens and is that of its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The message is not signed, for these reasons."""

    reasons: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Something else stood in the way; `words` never hold a secret."""

    trouble: Trouble
    words: str


Answer = Signed | Sealed | Sound | Refused | Failed | SignerHealth


def answer_body(answer: Answer) -> bytes:
    """Write an answer."""
    match answer:
        case Signed():
            return written({"is": "signed", "signature": b64(answer.signature)})
        case Sealed():
            return written({"is": "sealed", "key": key_fields(answer.key)})
        case Sound():
            return written({"is": "sound"})
        case Refused():
            reasons = [reason[:_LONGEST_REASON] for reason in answer.reasons[:_MOST_REASONS]]
            return written({"is": "refused", "reasons": reasons})
        case Failed():
            words = answer.words[:_LONGEST_REASON]
            return written({"is": "failed", "trouble": answer.trouble, "words": words})
        case SignerHealth():
            return written({"is": "health"} | asdict(answer))


def read_answer(body: bytes) -> Answer:
    """Read an answer; raises `BadRequest`."""
    with parsed(body) as fields:
        match fields.text("is"):
            case "signed":
                return Signed(signature=fields.bytes("signature", _LARGEST_SIGNATURE_BYTES))
            case "sealed":
                return Sealed(key=read_key(fields.object("key")))
            case "sound":
                return Sound()
            case "refused":
                return Refused(reasons=_texts(fields.list("reasons", _MOST_REASONS)))
            case "failed":
                return _failed(fields)
            case "health":
                return _health(fields)
            case _:
                raise BadRequest("it answers something that is not known")


def _texts(values: list[object]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise BadRequest("reasons are no texts")
    return tuple(map(str, values))


def _failed(fields: Fields) -> Failed:
    try:
        trouble = Trouble(fields.text("trouble"))
    except ValueError as error:
        raise BadRequest("its trouble is not known") from error
    return Failed(trouble=trouble, words=fields.text("words", _LONGEST_REASON))


def _health(fields: Fields) -> SignerHealth:
    return SignerHealth(
        version=fields.text("version"),
        newest_key_version=fields.number("newest_key_version"),
        signatures=fields.number("signatures"),
        is_dumpable=fields.flag("is_dumpable"),
    )


def key_fault_of(words: str) -> KeyFault:
    """Give the fault that a `KEY_DAMAGED` names; one that is not known counts as not opening."""
    return KeyFault(words) if words in set(KeyFault) else KeyFault.DOES_NOT_OPEN

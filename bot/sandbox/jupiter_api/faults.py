"""The ways in which the stand-in for Jupiter can fail or cheat, and their reading from JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class Tampering(StrEnum):
    """What is wrong with the transaction of an order, while the answer's figures stay honest."""

    NONE = ""
    EXTRA_INSTRUCTION = "extra_instruction"  # a transfer of the taker's SOL to a stranger
    OTHER_DESTINATION = "other_destination"  # what was bought goes to a stranger
    OTHER_FEE_PAYER = "other_fee_payer"
    BIGGER_FEE = "bigger_fee"  # a thousand times the priority fee
    LESS_OUT = "less_out"  # half of what was offered
    APPROVAL = "approval"  # a stranger may take the taker's tokens later


class ExecuteAnswer(StrEnum):
    """What `/execute` answers, whatever it did."""

    TRUE = ""
    ERROR_500 = "error_500"
    CUT = "cut"  # the connection is reset
    TIMED_OUT = "timed_out"  # code -1006
    NOT_LANDED = "not_landed"  # code -1000
    SUCCESS = "success"  # before anybody voted for the block
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFaults:
    """What is wrong with the venue; nothing by default.

    `storm_429` answers so many requests with 429; `swallow` takes a signed transaction and passes
    it on to nobody; `unbuildable` is the error code of orders that hold no transaction; with
    `short_fill_bps` the maker gives so much less than was quoted, within the slippage or not.
    `rfq` has the maker sign only when the order is executed, `lookup_table` puts mints into a
    table, `bulky` makes transactions too large to be sent, but for builds through at most 28
    accounts. `wait_ms` is how long `/execute` waits for a confirmation.
    """

    tamper: Tampering = Tampering.NONE
    execute_answer: ExecuteAnswer = ExecuteAnswer.TRUE
    swallow: bool = False
    storm_429: int = 0
    unbuildable: int = 0
    no_route: bool = False
    short_fill_bps: int = 0
    rfq: bool = False
    lookup_table: bool = False
    bulky: bool = False
    dead: bool = False
    http_status: int = 0
    latency_ms: int = 0
    wait_ms: int = 1_500

    def as_json(self) -> dict[str, object]:
        """Give the faults as the control API writes them."""
        return asdict(self)


def read_venue_faults(body: object) -> VenueFaults:
    """Read faults from a JSON object; what it does not name is off.

    Raises:
        ValueError: an unknown field, or a value of another type, below zero, or not known.
    """
    known = {field.name: field.type for field in fields(VenueFaults)}
    if not isinstance(body, Mapping) or not body.keys() <= known.keys():
        raise ValueError(f"a JSON object with some of: {', '.join(known)}")
    return VenueFaults(**{name: _read(name, known[name], each) for name, each in body.items()})


def _read(name: str, kind: object, value: object) -> Any:
    if kind in (Tampering, ExecuteAnswer) and isinstance(value, str):
        return Tampering(value) if kind is Tampering else ExecuteAnswer(value)
    if type(value) is not kind or (isinstance(value, int) and value < 0):
        raise ValueError(f"{name} does not take {value!r}")
    return value

"""The ways an endpoint can be made to fail, and the reading of them from JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFaults:
    """What is wrong with an endpoint; nothing by default.

    Of transactions: `send_error` passes them on and answers an error all the same, `send_drop`
    accepts them and passes none on, `statuses_down` answers errors when asked what became of them,
    `statuses_blind` never heard of any, and `ahead_blocks` tells a height above the true one.

    `latency_ms` delays each answer, `lag_slots` makes the node answer as it stood so many slots
    ago, `rate_limit_per_second` (0: none) answers 429 beyond it, `dead` resets connections,
    `http_status` (0: none) answers every request with that status, `garbage` answers in turn
    with broken JSON and with truncated data, `hang` never answers. All of these spoil WebSocket
    connections too; `ws_dead` (resets and refuses), `ws_silent` (stays open, says nothing) and
    `ws_garbage` (broken JSON) spoil those alone.
    """

    latency_ms: int = 0
    lag_slots: int = 0
    rate_limit_per_second: int = 0
    dead: bool = False
    http_status: int = 0
    garbage: bool = False
    hang: bool = False
    send_error: bool = False
    send_drop: bool = False
    statuses_down: bool = False
    statuses_blind: bool = False
    ahead_blocks: int = 0
    ws_dead: bool = False
    ws_silent: bool = False
    ws_garbage: bool = False

    def as_json(self) -> dict[str, object]:
        """Give the faults as the control API writes them."""
        return asdict(self)


def read_faults(body: object) -> EndpointFaults:
    """Read faults from a JSON object; what it does not name is off.

    Raises:
        ValueError: an unknown field, or a value of another type or below zero.
    """
    if not isinstance(body, Mapping):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004 - a wrong input, not our type
    known = {field.name: field.type for field in fields(EndpointFaults)}
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(known)}")
        if type(value) is not known[name] or (type(value) is int and value < 0):
            raise ValueError(f"{name} does not take {value!r}")
    return EndpointFaults(**body)

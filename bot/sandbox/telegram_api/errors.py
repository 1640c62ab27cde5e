"""What the server answers when it refuses, in Telegram's own words."""

from bot.sandbox.telegram_api.wire import JsonObject


class BotApiError(Exception):
    """A refusal with Telegram's error code, description and parameters."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def to_wire(self) -> JsonObject:
        """Render the answer body, as Telegram sends it beside the same HTTP status."""
        body: JsonObject = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> BotApiError:
    """Refuse a call whose content is wrong (400)."""
    return BotApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> BotApiError:
    """Refuse a call that the other side does not allow (403)."""
    return BotApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> BotApiError:
    """Refuse one of two ways of reading updates (409)."""
    return BotApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after_s: int) -> BotApiError:
    """Refuse a call above the flood limits (429); wait the given seconds."""
    description = f"Too Many Requests: retry after {retry_after_s}"
    return BotApiError(429, description, retry_after=retry_after_s)


class SandboxRefusal(Exception):
    """Something a Telegram client would not let a person do; ``status`` is for HTTP."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

"""The one error of the embedded PostgreSQL, in words for the person who starts the bot."""


class EmbeddedPostgresError(Exception):
    """Say why the embedded PostgreSQL cannot serve and what to do about it.

    `str(error)` is a sentence for people; `log_tail` holds the last lines that PostgreSQL
    itself wrote, for the log file, and may be empty.
    """

    def __init__(self, sentence: str, *, log_tail: str = "") -> None:
        super().__init__(sentence)
        self.log_tail = log_tail

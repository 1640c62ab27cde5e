"""parse_mode MarkdownV2: nested marks to entities, refusing what Telegram refuses."""

from dataclasses import dataclass, field

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import Entity, EntityParseError, FindUser
from bot.sandbox.telegram_api.entities.links import link_entity, linked_emoji_id

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
_CODE_TYPES = frozenset({"pre", "code"})
# Longer marks first: "__" is underline, never two italics.
_OPENERS = (
    ("```", "pre"),
    ("`", "code"),
    ("||", "spoiler"),
    ("__", "underline"),
    ("_", "italic"),
    ("*", "bold"),
    ("~", "strikethrough"),
    ("![", "custom_emoji"),
    ("[", "text_link"),
)
_CLOSERS = {kind: mark for mark, kind in _OPENERS} | {"custom_emoji": "]", "text_link": "]"}
_TITLES = {
    "pre": "Pre",
    "code": "Code",
    "spoiler": "Spoiler",
    "underline": "Underline",
    "italic": "Italic",
    "bold": "Bold",
    "strikethrough": "Strikethrough",
    "custom_emoji": "CustomEmoji",
    "text_link": "TextUrl",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
}
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})


def parse_markdown_v2(text: str, find_user: FindUser) -> tuple[str, list[Entity]]:
    """Split MarkdownV2 into plain text and entities.

    Raises:
        EntityParseError: with Telegram's words, byte offsets included.
    """
    return _MarkdownReader(text=text, find_user=find_user).read()


@dataclass(slots=True, kw_only=True)
class _OpenMark:
    kind: str
    offset: int
    begin: int
    output_index: int
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class _MarkdownReader:
    text: str
    find_user: FindUser
    position: int = 0
    offset: int = 0
    output: list[str] = field(default_factory=list)
    stack: list[_OpenMark] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> tuple[str, list[Entity]]:
        self._open_quote_here()
        while self.position < len(self.text):
            self._step()
        if self.stack and self.stack[-1].kind in _QUOTES:
            self._finish(self.stack.pop())
        if self.stack:
            raise self._unclosed(self.stack[-1])
        return "".join(self.output), self.entities

    def _step(self) -> None:
        character = self.text[self.position]
        if self._escapes_next():
            self._emit(self.text[self.position + 1], 2)
        elif character not in self._reserved():
            self._emit(character, 1)
        elif character == "\n":
            self._new_line()
        elif self._closes_quote_early():
            self._close_expandable_quote()
        elif self._closes():
            self._close()
        else:
            self._open()

    def _emit(self, character: str, consumed: int) -> None:
        self.output.append(character)
        self.offset += utf16.width(character)
        self.position += consumed

    def _escapes_next(self, index: int | None = None) -> bool:
        at = self.position if index is None else index
        following = self.text[at + 1 : at + 2]
        return self.text[at] == "\\" and following != "" and 0 < ord(following) <= 126  # noqa: PLR2004  printable ASCII

    def _reserved(self) -> frozenset[str]:
        inside_code = bool(self.stack) and self.stack[-1].kind in _CODE_TYPES
        return frozenset("`") if inside_code else _RESERVED

    def _starts(self, mark: str) -> bool:
        return self.text.startswith(mark, self.position)

    def _in_quote(self) -> bool:
        return any(mark.kind in _QUOTES for mark in self.stack)

    def _new_line(self) -> None:
        if not self._in_quote():
            self._emit("\n", 1)
            self._open_quote_here()
        elif self.text.startswith(">", self.position + 1):
            self._emit("\n", 2)
        else:
            self._close_quote_at_line_end()

    def _close_quote_at_line_end(self) -> None:
        if self.stack[-1].kind not in _QUOTES:
            raise self._unclosed(self.stack[-1])
        self._finish(self.stack.pop())
        self._emit("\n", 1)
        self._open_quote_here()

    def _open_quote_here(self) -> None:
        if self.stack:
            return
        for mark, kind in (("**>", "expandable_blockquote"), (">", "blockquote")):
            if self._starts(mark):
                self._push(kind, len(mark))
                return

    def _closes_quote_early(self) -> bool:
        # "||" at the very end of a quote folds it.
        after = self.text[self.position + 2 : self.position + 4]
        at_end = after == "" or (after[0] == "\n" and after != "\n>")
        return bool(self.stack) and self.stack[-1].kind in _QUOTES and self._starts("||") and at_end

    def _close_expandable_quote(self) -> None:
        mark = self.stack.pop()
        mark.kind = "expandable_blockquote"
        self.position += 2
        self._finish(mark)

    def _closes(self) -> bool:
        if not self.stack:
            return False
        kind = self.stack[-1].kind
        if kind == "italic" and self._starts("__"):
            return False
        return kind in _CLOSERS and self._starts(_CLOSERS[kind])

    def _open(self) -> None:
        for mark, kind in _OPENERS:
            if self._starts(mark):
                self._push(kind, len(mark))
                if kind == "pre":
                    self._read_language()
                return
        character = self.text[self.position]
        raise EntityParseError(
            f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
        )

    def _push(self, kind: str, consumed: int) -> None:
        mark = _OpenMark(
            kind=kind, offset=self.offset, begin=self.position, output_index=len(self.output)
        )
        self.stack.append(mark)
        self.position += consumed

    def _read_language(self) -> None:
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] != "`":
            end += 1
        if end > self.position and end < len(self.text) and self.text[end] != "`":
            self.stack[-1].language = self.text[self.position : end]
            self.position = end
        pair = self.text[self.position : self.position + 2]
        self.position += 2 if pair in ("\r\n", "\n\r") else int(pair[:1] in ("\n", "\r"))

    def _close(self) -> None:
        mark = self.stack.pop()
        self.position += len(_CLOSERS[mark.kind])
        match mark.kind:
            case "text_link":
                self._finish_link(mark)
            case "custom_emoji":
                self._finish_emoji(mark)
            case _:
                self._finish(mark)

    def _finish(self, mark: _OpenMark, *, emoji_id: str | None = None) -> None:
        length = self.offset - mark.offset
        if length > 0:
            entity = Entity(
                type=mark.kind,
                offset=mark.offset,
                length=length,
                language=mark.language,
                custom_emoji_id=emoji_id,
            )
            self.entities.append(entity)

    def _finish_link(self, mark: _OpenMark) -> None:
        if self._starts("("):
            url = self._address("a URL")
        else:
            url = "".join(self.output[mark.output_index :])
        length = self.offset - mark.offset
        entity = link_entity(url, offset=mark.offset, length=length, find_user=self.find_user)
        if entity is not None and length > 0:
            self.entities.append(entity)

    def _finish_emoji(self, mark: _OpenMark) -> None:
        if not self._starts("("):
            raise EntityParseError("Custom emoji entity must contain a tg://emoji URL")
        emoji_id = linked_emoji_id(self._address("a custom emoji URL"))
        self._finish(mark, emoji_id=emoji_id)

    def _address(self, what: str) -> str:
        self.position += 1
        begin = self.position
        address: list[str] = []
        while self.position < len(self.text) and self.text[self.position] != ")":
            self.position += 1 if self._escapes_next() else 0
            address.append(self.text[self.position])
            self.position += 1
        if self.position >= len(self.text):
            offset = utf16.byte_offset(self.text, begin)
            raise EntityParseError(f"Can't find end of {what} at byte offset {offset}")
        self.position += 1
        return "".join(address)

    def _unclosed(self, mark: _OpenMark) -> EntityParseError:
        offset = utf16.byte_offset(self.text, mark.begin)
        title = "PreCode" if mark.language else _TITLES[mark.kind]
        return EntityParseError(f"Can't find end of {title} entity at byte offset {offset}")

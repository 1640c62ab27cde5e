"""parse_mode HTML: tags to entities, refusing what Telegram refuses."""

import re
from dataclasses import dataclass, field, replace

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import Entity, EntityParseError, FindUser
from bot.sandbox.telegram_api.entities.links import link_entity

_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACES = re.compile(r"[ \t\r\n\v\f\0]*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_TYPE_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "pre": "pre",
    "code": "code",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_HIGHEST_CODE = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def parse_html(text: str, find_user: FindUser) -> tuple[str, list[Entity]]:
    """Split HTML into plain text and entities.

    Raises:
        EntityParseError: with Telegram's words, byte offsets included.
    """
    return _HtmlReader(text=text, find_user=find_user).read()


@dataclass(slots=True, kw_only=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int
    output_index: int


@dataclass(slots=True, kw_only=True)
class _HtmlReader:
    text: str
    find_user: FindUser
    position: int = 0
    offset: int = 0
    output: list[str] = field(default_factory=list)
    stack: list[_OpenTag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.text):
            if self.text.startswith("</", self.position):
                self._end_tag()
            elif self.text[self.position] == "<":
                self._start_tag()
            else:
                self._emit_next()
        if self.stack:
            name = self.stack[-1].name
            raise EntityParseError(f'Can\'t find end tag corresponding to start tag "{name}"')
        return "".join(self.output), [
            replace(entity, language=None) if entity.type == "code" else entity
            for entity in self.entities
        ]

    def _emit_next(self) -> None:
        character, self.position = _next_character(self.text, self.position)
        self.output.append(character)
        self.offset += utf16.width(character)

    def _at(self, index: int) -> str:
        return f"at byte offset {utf16.byte_offset(self.text, index)}"

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _take_until(self, stops: str) -> str:
        begin = self.position
        while self._peek() and self._peek() not in stops:
            self.position += 1
        return self.text[begin : self.position]

    def _skip_spaces(self) -> None:
        match = _SPACES.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _start_tag(self) -> None:
        begin = self.position
        self.position += 1
        name = self._take_until(" \t\r\n\v\f\0>").lower()
        if not self._peek():
            raise EntityParseError(f"Unclosed start tag {self._at(begin)}")
        if name not in _TYPE_OF_TAG:
            raise EntityParseError(f'Unsupported start tag "{name}" {self._at(begin)}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise EntityParseError(f'Tag "span" must have class "tg-spoiler" {self._at(begin)}')
        self.stack.append(
            _OpenTag(
                name=name,
                attributes=attributes,
                offset=self.offset,
                output_index=len(self.output),
            )
        )

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        self._skip_spaces()
        while self._peek() != ">":
            name, value = self._attribute(tag, begin)
            attributes[name] = value
            if not self._peek():
                raise EntityParseError(f"Unclosed start tag {self._at(begin)}")
            self._skip_spaces()
        self.position += 1
        return attributes

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._take_until(" \t\r\n\v\f\0=>")
        if not name:
            raise EntityParseError(f'Empty attribute name in the tag "{tag}" {self._at(begin)}')
        self._skip_spaces()
        if self._peek() != "=":
            if tag == "blockquote" and name == "expandable":
                return name, ""
            raise EntityParseError(
                "Expected equal sign in declaration of an attribute of the tag "
                f'"{tag}" {self._at(begin)}'
            )
        self.position += 1
        self._skip_spaces()
        if not self._peek():
            raise EntityParseError(f'Unclosed start tag "{tag}" {self._at(begin)}')
        return name, self._quoted() if self._peek() in "'\"" else self._bare()

    def _bare(self) -> str:
        begin = self.position
        match = _NAME_TOKEN.match(self.text, begin)
        self.position = match.end() if match else begin
        if self._peek() not in (">", " ", "\t", "\r", "\n", "\v", "\f", "\0"):
            raise EntityParseError(f"Unexpected end of name token {self._at(begin)}")
        return self.text[begin : self.position].lower()

    def _quoted(self) -> str:
        quote = self._peek()
        self.position += 1
        value: list[str] = []
        while self._peek() not in ("", quote):
            character, self.position = _next_character(self.text, self.position)
            value.append(character)
        self.position += 1
        return "".join(value)

    def _end_tag(self) -> None:
        begin = self.position
        if not self.stack:
            raise EntityParseError(f"Unexpected end tag {self._at(begin)}")
        self.position += 2
        name = self._take_until(" \t\r\n\v\f\0>").lower()
        self._skip_spaces()
        if self._peek() != ">":
            raise EntityParseError(f"Unclosed end tag {self._at(begin)}")
        expected = self.stack[-1].name
        if name not in ("", expected):
            raise EntityParseError(
                f'Unmatched end tag {self._at(begin)}, expected "</{expected}>", found "</{name}>"'
            )
        self.position += 1
        self._close(self.stack.pop())

    def _close(self, tag: _OpenTag) -> None:
        length = self.offset - tag.offset
        if length == 0:
            return
        entity = Entity(type=_TYPE_OF_TAG[tag.name], offset=tag.offset, length=length)
        match tag.name:
            case "a":
                self._close_link(tag, length)
            case "pre" | "code":
                self._close_code(tag, entity)
            case "tg-emoji":
                self.entities.append(replace(entity, custom_emoji_id=_emoji_id(tag)))
            case "blockquote" if "expandable" in tag.attributes:
                self.entities.append(replace(entity, type="expandable_blockquote"))
            case _:
                self.entities.append(entity)

    def _close_link(self, tag: _OpenTag, length: int) -> None:
        url = tag.attributes.get("href", "") or "".join(self.output[tag.output_index :])
        entity = link_entity(url, offset=tag.offset, length=length, find_user=self.find_user)
        if entity is not None:
            self.entities.append(entity)

    def _close_code(self, tag: _OpenTag, entity: Entity) -> None:
        style = tag.attributes.get("class", "")
        language = style.removeprefix("language-") if style.startswith("language-") else None
        last = self.entities[-1] if self.entities else None
        other = "code" if tag.name == "pre" else "pre"
        if last and last.type == other and (last.offset, last.end) == (entity.offset, entity.end):
            inner = language if tag.name == "code" else last.language
            if inner:
                self.entities[-1] = replace(last, type="pre", language=inner)
                return
        keeps = language if tag.name == "code" else None
        self.entities.append(replace(entity, language=keeps))


def _emoji_id(tag: _OpenTag) -> str:
    number = tag.attributes.get("emoji-id", "")
    if not (number.isascii() and number.isdigit()) or len(number) > 19 or int(number) == 0:  # noqa: PLR2004  64 bits
        raise EntityParseError("Invalid custom emoji identifier specified")
    return number


def _next_character(text: str, position: int) -> tuple[str, int]:
    match = _REFERENCE.match(text, position) if text[position] == "&" else None
    if match is None:
        return text[position], position + 1
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name], match.end()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= _HIGHEST_CODE or code in _SURROGATES:
        return text[position], position + 1
    return chr(code), match.end()

"""parse_mode Markdown, the old one: flat marks, no nesting."""

from dataclasses import dataclass, field

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import Entity, EntityParseError, FindUser
from bot.sandbox.telegram_api.entities.links import link_entity

_KINDS = {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}
_MARKS = ("```", "_", "*", "`", "[")


def parse_markdown(text: str, find_user: FindUser) -> tuple[str, list[Entity]]:
    """Split legacy Markdown into plain text and entities.

    Raises:
        EntityParseError: a mark has no end; with Telegram's words.
    """
    return _LegacyReader(text=text, find_user=find_user).read()


@dataclass(slots=True, kw_only=True)
class _LegacyReader:
    text: str
    find_user: FindUser
    position: int = 0
    offset: int = 0
    output: list[str] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.text):
            character = self.text[self.position]
            following = self.text[self.position + 1 : self.position + 2]
            if character == "\\" and following in _KINDS:
                self._emit(following)
                self.position += 2
            elif character in _KINDS:
                self._entity()
            else:
                self._emit(character)
                self.position += 1
        return "".join(self.output), self.entities

    def _emit(self, text: str) -> None:
        self.output.append(text)
        self.offset += utf16.length(text)

    def _entity(self) -> None:
        begin = self.position
        mark = next(mark for mark in _MARKS if self.text.startswith(mark, begin))
        self.position += len(mark)
        language = self._language() if mark == "```" else None
        end = self.text.find("]" if mark == "[" else mark, self.position)
        if end < 0:
            offset = utf16.byte_offset(self.text, begin)
            raise EntityParseError(f"Can't find end of the entity starting at byte offset {offset}")
        content, offset = self.text[self.position : end], self.offset
        self._emit(content)
        self.position = end + len(mark)
        url = self._address(content) if mark == "[" else None
        self._add(mark, offset=offset, url=url, language=language)

    def _add(self, mark: str, *, offset: int, url: str | None, language: str | None) -> None:
        length = self.offset - offset
        if length == 0:
            return
        if url is not None:
            entity = link_entity(url, offset=offset, length=length, find_user=self.find_user)
            self.entities.extend([entity] if entity else [])
            return
        kind = "pre" if mark == "```" else _KINDS[mark]
        self.entities.append(Entity(type=kind, offset=offset, length=length, language=language))

    def _address(self, content: str) -> str:
        if not self.text.startswith("(", self.position):
            return content
        end = self.text.find(")", self.position)
        end = len(self.text) if end < 0 else end
        url = self.text[self.position + 1 : end]
        self.position = end + 1
        return url

    def _language(self) -> str | None:
        end = self.position
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] != "`":
            end += 1
        language = None
        if end > self.position and end < len(self.text) and self.text[end] != "`":
            language = self.text[self.position : end]
            self.position = end
        pair = self.text[self.position : self.position + 2]
        self.position += 2 if pair in ("\r\n", "\n\r") else int(pair[:1] in ("\n", "\r"))
        return language
